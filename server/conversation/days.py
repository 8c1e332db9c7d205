"""Days and times in a patient's words: "next Tuesday at two", "the 14th", "tomorrow morning". Reads no calendar but `today`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from server.conversation.heard import Heard

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
MONTH_OF = {called: at for at, name in enumerate(MONTHS, 1) for called in (name, name[:3])} | {"sept": 9}
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"thirtieth": 30}
COUNTING = ("first", "second", "third")
"""Ordinals that people say of pills and floors more often than of days."""
PARTS = ("morning", "afternoon", "evening", "night", "noon")
AHEAD = {"today": 0, "tonight": 0, "tomorrow": 1}
UNITS = {"day": 1, "week": 7, "month": 0}
"""Days of each; a month has no fixed number."""
DAY_NUMBER = re.compile(r"(\d{1,2})(st|nd|rd|th)?")
TIME = re.compile(r"(\d{1,2}):?([0-5]\d)?(am|pm)?")
BEFORE_TIME = ("at", "around", "by", "between", "about")
PAST_OR_TO = {("half", "past"): 30, ("quarter", "past"): 15, ("quarter", "after"): 15, ("quarter", "to"): -15}
AFTER_DAY = frozenset("at around by in of for from between with and or is its it i im we so but then my please".split())
"""Words that may follow the number of a day; "the second pill" and "the 20 milligrams" are none."""


@dataclass(frozen=True)
class Moment:
    """A day and a time of day, as far as they were said."""

    day: str
    """In the patient's terms: `next Tuesday`, `the 14th`, `in 2 weeks`."""
    on: date | None
    """The date, where `today` was known and the words leave no doubt."""
    time: str
    """`2:00`, `morning`, or empty."""

    def __str__(self) -> str:
        said = " ".join(
            part for part in (self.day, f"at {self.time}" if self.time[:1].isdigit() else self.time) if part
        )
        return f"{said} ({self.on.isoformat()})" if self.on else said


def moment_of(heard: Heard, today: date | None = None) -> Moment | None:
    """The first day that was said, with the time near it; None when no day was said."""
    words = list(heard.words)
    for at in range(len(words)):
        found = _from_day(words, at) or _in_while(words, at, today) or _ahead(words, at, today)
        if found := found or _weekday(words, at, today) or _dated(words, at, today):
            return Moment(found[0], found[1], _time(words))
    return None


Day = tuple[str, date | None]


def _ahead(words: list[str], at: int, today: date | None) -> Day | None:
    if words[at] not in AHEAD:
        return None
    after = words[at - 2 : at] == ["day", "after"]
    days = AHEAD[words[at]] + after
    return ("the day after tomorrow" if after else words[at]), _plus(today, days)


def _weekday(words: list[str], at: int, today: date | None) -> Day | None:
    name = words[at].removesuffix("s")
    before = words[at - 1] if at else ""
    if name not in WEEKDAYS or before == "not":
        return None
    said = f"{before} {name.capitalize()}" if before in ("next", "this", "last") else name.capitalize()
    if at + 1 < len(words) and (dated := _dated(words, at + 1, today)):
        return f"{said} {dated[0]}", _if_on(dated[1], WEEKDAYS.index(name))
    ahead = (WEEKDAYS.index(name) - today.weekday()) % 7 if today else 0
    if before in ("next", "last") or words[at + 1 : at + 2] == ["week"] or not ahead:
        # People mean two different days by "next Tuesday", and by "Tuesday" on a Tuesday: the words are kept, no date is
        # made of them.
        return said, None
    return said, _plus(today, ahead)


def _if_on(day: date | None, weekday: int) -> date | None:
    """The day, unless it is on another weekday than the one that was said with it."""
    return day if day and day.weekday() == weekday else None


def _from_day(words: list[str], at: int) -> Day | None:
    """ "a week from Friday", "two weeks from tomorrow": too easily misunderstood to make a date of."""
    count, unit, rest = _count(words[at]), words[at + 1 : at + 2], words[at + 2 : at + 4]
    if not count or not unit or unit[0].removesuffix("s") not in UNITS or rest[:1] != ["from"] or len(rest) < 2:
        return None
    day = rest[1].removesuffix("s")
    named = day.capitalize() if day in WEEKDAYS else rest[1]
    return (f"{words[at]} {unit[0]} from {named}", None) if day in WEEKDAYS or named in AHEAD else None


def _in_while(words: list[str], at: int, today: date | None) -> Day | None:
    """ "in two weeks", "two weeks from now", "in a week or two", "next week"."""
    after = words[at + 1 : at + 5]
    if words[at] == "next" and after[:1] in (["week"], ["month"]):
        return f"next {after[0]}", None
    if words[at] == "in" and after[:3] == ["a", "couple", "of"] and after[3:] and after[3].removesuffix("s") in UNITS:
        return f"in a couple of {after[3]}", None
    if words[at] == "in":
        return _while(after, today)
    return _while(words[at : at + 2], today) if words[at + 2 : at + 4] == ["from", "now"] else None


def _while(words: list[str], today: date | None) -> Day | None:
    """The count and unit at the start of these words; "or" after either leaves a doubt."""
    if words[1:2] == ["or"] and len(words) > 3 and words[3].removesuffix("s") in UNITS:
        return f"in {' '.join(words[:4])}", None
    if len(words) < 2 or not (count := _count(words[0])) or (unit := words[1].removesuffix("s")) not in UNITS:
        return None
    if words[2:3] == ["or"]:
        return f"in {' '.join(words[:4])}", None
    return f"in {count} {unit}{'s' if count > 1 else ''}", _plus(today, count * UNITS[unit]) if UNITS[unit] else None


def _count(word: str) -> int:
    return 1 if word in ("a", "one") else int(word) if re.fullmatch(r"\d{1,3}", word) else 0


def _dated(words: list[str], at: int, today: date | None) -> Day | None:
    """ "December third", "December the 3rd", "the 14th", "the fourteenth of May", "3rd of May"."""
    start = at + (words[at] in MONTH_OF or words[at] == "the")
    start += words[at] in MONTH_OF and words[start : start + 1] == ["the"]
    number, length = _number(words[start : start + 2])
    stop = start + length
    if not number or words[at - 1 : at] == ["not"]:
        return None
    if words[at] in MONTH_OF:
        return _of_month(number, MONTH_OF[words[at]], today)
    stop += words[stop : stop + 1] == ["of"]
    if words[stop : stop + 1] and words[stop] in MONTH_OF:
        return _of_month(number, MONTH_OF[words[stop]], today)
    named = words[start] not in COUNTING and not words[start].isdigit()
    alone = stop >= len(words) or words[stop] in AFTER_DAY or words[stop] in PARTS
    if words[at] != "the" or words[stop - 1] == "of" or not (alone or named or length > 1):
        return None
    return f"the {number}{_suffix(number)}", _this_or_next_month(today, number)


def _of_month(number: int, month: int, today: date | None) -> Day:
    return f"{MONTHS[month - 1].capitalize()} {number}", _calendar(today, month, number)


def _number(words: list[str]) -> tuple[int, int]:
    """Day of a month at the start of these words, and how many of them it is; zeros when there is none."""
    if not words:
        return 0, 0
    if words[0] in ("20", "30") and len(words) > 1 and ORDINALS.get(words[1], 10) < 10:
        value, length = int(words[0]) + ORDINALS[words[1]], 2
    else:
        match = DAY_NUMBER.fullmatch(words[0])
        value, length = ORDINALS.get(words[0]) or (int(match[1]) if match else 0), 1
    return (value, length) if 1 <= value <= 31 else (0, 0)


def _suffix(number: int) -> str:
    return "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _time(words: list[str]) -> str:
    for at, word in enumerate(words):
        match = TIME.fullmatch({"one": "1"}.get(word, word))
        if not match or not 1 <= (hour := int(match[1])) <= 12:
            continue
        after = words[at + 1 : at + 4]
        minutes, rest = (match[2] or "00", after) if match[2] else _minutes(after)
        half = match[3] or next((one for one in ("am", "pm") if rest[:1] == [one] or rest[:2] == [*one]), "")
        offset = PAST_OR_TO.get((words[at - 2], words[at - 1])) if at > 1 else None
        if offset is not None:
            hour, minutes = (hour, str(offset)) if offset > 0 else ((hour - 2) % 12 + 1, str(60 + offset))
        if offset is not None or half or rest[:1] == ["oclock"] or words[at - 1 : at] in [[one] for one in BEFORE_TIME]:
            return f"{hour}:{minutes}" + (f" {half}" if half else "")
    return next((word for word in words if word in PARTS), "")


def _minutes(words: list[str]) -> tuple[str, list[str]]:
    """ "forty" or "oh five" after an hour, and the words after them."""
    if words and re.fullmatch(r"[1-5]\d", words[0]):
        return words[0], words[1:]
    if len(words) > 1 and words[0] in ("oh", "o") and re.fullmatch(r"\d", words[1]):
        return f"0{words[1]}", words[2:]
    return "00", words


def _plus(today: date | None, days: int) -> date | None:
    return today + timedelta(days=days) if today else None


def _calendar(today: date | None, month: int, day: int) -> date | None:
    """The next such day; None for a day that does not exist."""
    if today is None:
        return None
    try:
        this_year = today.replace(month=month, day=day)
        return this_year if this_year >= today else today.replace(year=today.year + 1, month=month, day=day)
    except ValueError:
        return None


def _this_or_next_month(today: date | None, day: int) -> date | None:
    if today is None:
        return None
    month = today.month if day >= today.day else today.month % 12 + 1
    return _calendar(today, month, day)
