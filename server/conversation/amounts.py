"""Amounts in a patient's words: weights, sugars, temperatures, pressures, counts.

What is implausible is never taken as heard: it is read back first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from server.conversation.days import WEEKDAYS
from server.conversation.heard import PUNCTUATION, Heard
from server.persona.questions import Measure, OtherUnit

NUMBER = re.compile(r"\d{1,4}(?:\.\d+)?")
HALF = ("and", "a", "half")
CORRECTS = frozenset({"no", "sorry", "wait", "actually", "mean"})
"""Words after which a second number takes the place of the first."""
COUNTS = {"once": 1, "one": 1, "twice": 2, "couple": 2, "few": 3, "several": 4, "none": 0, "zero": 0, "never": 0}
"""Everyday words for a small count; "few" and "several" are what people mean by them, not more."""
CLOCK = frozenset({"oclock", "am", "pm"})
TIMES = [[word] for word in (*sorted(CLOCK), "minutes", "minute", "hours", "hour", "days", "day", "weeks", "week")]
"""After a number they make it a time: "100 2 hours ago" is no 100.2."""


@dataclass(frozen=True)
class Amount:
    """A number as understood, in the unit of its measure."""

    value: float
    spoken: str
    """As it is read back: `510 pounds`."""
    sure: bool
    """False: implausible, in a unit that was not said or one of two; it is read back before it counts."""


@dataclass(frozen=True)
class _Found:
    value: float
    at: int
    stop: int


def written(value: float) -> str:
    """`184`, `101.2`: without a fraction that says nothing."""
    return f"{value:.1f}".removesuffix(".0")


def amount_of(measure: Measure, heard: Heard) -> Amount | None:
    """The amount that was said; None when there is none."""
    words = [token.text for token in heard.tokens]
    every = _numbers(words, measure.spoken_decimal)
    with_unit = [one for one in every if _unit_after(measure.words, words, one)]
    found = [one for one in every if one in with_unit or not _is_clock(words, one)]
    for other in measure.others:
        if not with_unit and (said := [one for one in found if _unit_after(other.words, words, one)]):
            return _converted(measure, other, said[-1].value, named=True)
    candidates = with_unit or [one for one in found if measure.low <= one.value <= measure.high] or found
    if not candidates:
        return _everyday(measure, words)
    chosen = candidates[-1]
    values = {one.value for one in candidates}
    settled = len(values) == 1 or _corrected(words, candidates)
    return _judged(measure, chosen.value, settled)


def pressure_of(measure: Measure, heard: Heard) -> tuple[Amount, float] | None:
    """Upper and lower number of a blood pressure; the amount holds the upper one. None when there are not two."""
    words = [token.text for token in heard.tokens]
    found = _numbers(words)
    for one, two in pairwise(found):
        if set(words[one.stop : two.at]) <= {"over", "on", "by", ",", "and"}:
            plausible = measure.low <= one.value <= measure.high and 20 <= two.value < one.value
            return Amount(one.value, f"{written(one.value)} over {written(two.value)}", plausible), two.value
    return None


def _numbers(words: Sequence[str], spoken_decimal: bool = False) -> list[_Found]:
    """Every number, with "and a half" and, where it may be, a spoken decimal ("98 6" is 98.6) joined to it."""
    found: list[_Found] = []
    for at, word in enumerate(words):
        if not NUMBER.fullmatch(word):
            continue
        value, stop = float(word), at + 1
        if tuple(words[stop : stop + 3]) == HALF:
            value, stop = value + 0.5, stop + 3
        last = found[-1] if found else None
        joins = spoken_decimal and last is not None and last.stop == at and value < 10 and "." not in word
        if joins and last and words[stop : stop + 1] not in TIMES:
            found[-1] = _Found(last.value + value / 10, last.at, stop)
        else:
            found.append(_Found(value, at, stop))
    return found


def _is_clock(words: Sequence[str], one: _Found) -> bool:
    """ "at 7 this morning it was 140": the hour is not the reading."""
    if words[one.stop : one.stop + 1] and words[one.stop] in CLOCK:
        return True
    before = words[one.at - 1] if one.at else ""
    return before == "at" and one.value <= 12 and len(words) > 2


def _unit_after(unit: str, words: Sequence[str], one: _Found) -> bool:
    """Whether the unit stands right after the number, or one word later: "3 more pounds"."""
    after = [word for word in words[one.stop : one.stop + 2] if word not in PUNCTUATION]
    return any(re.fullmatch(unit, word) for word in after)


def _corrected(words: Sequence[str], found: Sequence[_Found]) -> bool:
    between = words[found[-2].stop : found[-1].at]
    return bool(CORRECTS.intersection(between))


def _judged(measure: Measure, value: float, settled: bool) -> Amount:
    plausible = measure.low <= value <= measure.high
    if not plausible:
        for other in measure.others:
            if measure.low <= value * other.factor + other.offset <= measure.high:
                return _converted(measure, other, value, named=False)
    return Amount(value, _spoken(measure, value), plausible and settled)


def _converted(measure: Measure, other: OtherUnit, value: float, named: bool) -> Amount:
    """`named`: the other unit was said; one that was only guessed from the number is read back."""
    own = round(value * other.factor + other.offset, 1)
    return Amount(own, f"{written(value)} {other.spoken}", named and measure.low <= own <= measure.high)


def _spoken(measure: Measure, value: float) -> str:
    unit = measure.one if value == 1 and measure.one else measure.spoken
    return f"{written(value)} {unit}".strip()


def _everyday(measure: Measure, words: Sequence[str]) -> Amount | None:
    """ "a couple" is 2, "Tuesday and Thursday" are 2 days; only for what is counted in small numbers."""
    if measure.low > 0 or measure.high < 1:
        return None
    if measure.unit == "days" and (days := {word for word in words if word.removesuffix("s") in WEEKDAYS}):
        return Amount(float(len(days)), _spoken(measure, len(days)), sure=True)
    said = next((COUNTS[word] for word in words if word in COUNTS), None)
    return None if said is None else _judged(measure, float(said), settled=True)
