"""Days and times in a patient's words: "next Tuesday at two", "the 14th", "tomorrow morning". Reads no calendar but `today`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from server.conversation.heard import Heard

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"thirtieth": 30}
PARTS = ("morning", "afternoon", "evening", "night", "noon")
AHEAD = {"today": 0, "tonight": 0, "tomorrow": 1}
DAY_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
TIME = re.compile(r"(\d{1,2}):?([0-5]\d)?")


@dataclass(frozen=True)
class Moment:
    """A day and a time of day, as far as they were said."""

    day: str
    """In the patient's terms: `next Tuesday`, `the 14th`, `in 2 weeks`; empty when only a time was said."""
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
        found = _ahead(words, at, today) or _weekday(words, at, today) or _in_while(words, at, today)
        if found or (found := _dated(words, at, today)):
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
    if name not in WEEKDAYS:
        return None
    before = words[at - 1] if at else ""
    said = f"{before} {name.capitalize()}" if before in ("next", "this") else name.capitalize()
    if before == "next" or words[at + 1 : at + 2] == ["week"] or today is None:
        # People mean two different days by "next Tuesday": the words are kept, no date is made of them.
        return said, None
    return said, _plus(today, (WEEKDAYS.index(name) - today.weekday() - 1) % 7 + 1)


def _in_while(words: list[str], at: int, today: date | None) -> Day | None:
    """ "in two weeks", "next week"."""
    if words[at] == "in" and len(words) > at + 2:
        count = {"a": "1", "one": "1"}.get(words[at + 1], words[at + 1])
        unit = words[at + 2].removesuffix("s")
        if count.isdigit() and unit in ("day", "week", "month"):
            days = int(count) * {"day": 1, "week": 7, "month": 30}[unit]
            return f"in {count} {unit}{'s' if count != '1' else ''}", _plus(today, days) if unit != "month" else None
    if words[at] == "next" and words[at + 1 : at + 2] in (["week"], ["month"]):
        return f"next {words[at + 1]}", None
    return None


def _dated(words: list[str], at: int, today: date | None) -> Day | None:
    """ "December third", "the 14th", "the fourteenth of May"."""
    if words[at] in MONTHS and (number := _number(words[at + 1 : at + 3])):
        return f"{words[at].capitalize()} {number}", _calendar(today, MONTHS.index(words[at]) + 1, number)
    if words[at] != "the" or not (number := _number(words[at + 1 : at + 3])):
        return None
    later = [word for word in words[at + 2 : at + 5] if word in MONTHS]
    if later:
        return f"{later[0].capitalize()} {number}", _calendar(today, MONTHS.index(later[0]) + 1, number)
    return f"the {number}{_suffix(number)}", _this_or_next_month(today, number)


def _number(words: list[str]) -> int:
    """Day of a month at the start of these words; 0 when there is none."""
    if not words:
        return 0
    if words[0] in ("20", "30") and len(words) > 1 and words[1] in ORDINALS and ORDINALS[words[1]] < 10:
        return int(words[0]) + ORDINALS[words[1]]
    match = DAY_NUMBER.fullmatch(words[0])
    value = ORDINALS.get(words[0]) or (int(match[1]) if match else 0)
    return value if 1 <= value <= 31 else 0


def _suffix(number: int) -> str:
    return "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _time(words: list[str]) -> str:
    for at, word in enumerate(words):
        match = TIME.fullmatch({"one": "1"}.get(word, word))
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
        if match and 1 <= int(match[1]) <= 12 and (before in ("at", "around", "by") or after in ("oclock", "am", "pm")):
            minutes = match[2] or (after if after in ("15", "30", "45") else "00")
            return f"{match[1]}:{minutes}" + (f" {after}" if after in ("am", "pm") else "")
    return next((word for word in words if word in PARTS), "")


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
