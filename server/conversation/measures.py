"""Numbers that patients say: a reading, a weight, a count of hours or pills, against the pack's or the patient's limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.persona.pack import NumberRule, Pack

Limits = Mapping[str, float]
"""Parameters by name."""
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Spoken:
    """A number where a rule looks for one, with the words that say what it is; offsets into the comparable text."""

    start: int
    end: int
    fires: bool


def limits_of(pack: Pack, own: Sequence[tuple[str, float]] = ()) -> Limits:
    """The pack's parameters, with those that a patient's order overrides (`own`)."""
    return {name: number.value for name, number in pack.parameters.items()} | dict(own)


def readings(pack: Pack, rule: NumberRule, limits: Limits, text: str, words: frozenset[str]) -> Iterator[Spoken]:
    """Every number that the rule can judge; one that is not plausible is left out, as some other kind of number."""
    phrase = pack.listening.phrases[rule.phrase]
    if not phrase.possible(words):
        return
    for match in phrase.pattern.finditer(text):
        value = _value(rule, match[0])
        if value is not None and _is_plausible(rule, value):
            yield Spoken(match.start(), match.end(), _fires(rule, limits, value))


def _fires(rule: NumberRule, limits: Limits, value: float) -> bool:
    if (rule.below is not None and value < rule.below) or (rule.above is not None and value > rule.above):
        return True
    if rule.at_least is None and rule.under is None:
        return rule.between is not None and rule.between[0] <= value <= rule.between[1]
    measured = value * rule.factor + rule.offset
    enough = rule.at_least is None or measured >= limits[rule.at_least] - _ROUNDING
    return enough and (rule.under is None or measured < limits[rule.under] - _ROUNDING)


def _is_plausible(rule: NumberRule, value: float) -> bool:
    named = rule.at_least is not None or rule.under is not None
    return not named or rule.between is None or rule.between[0] <= value <= rule.between[1]


def _value(rule: NumberRule, words: str) -> float | None:
    numbers = [float(word) for word in words.split() if word.replace(".", "", 1).isdigit()]
    match rule.which:
        case "gain":
            return numbers[-1] - numbers[0] if len(numbers) > 1 else None
        case "last":
            return numbers[-1] if numbers else None
        case "first":
            return numbers[0] if numbers else None
