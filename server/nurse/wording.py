"""How the console says times, ages and names of rules; pure, so that the same moment always reads the same."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

Titles = Callable[[str], str]
"""From a rule's id to what a nurse calls it."""


def titles(known: Mapping[str, str]) -> Titles:
    """The pack's titles; an id that has none is read as words."""
    return lambda identifier: known.get(identifier) or plain(identifier)


def duration(length: timedelta) -> str:
    """`0:48`, `12:05`, `1 h 02`; the console's script counts on in the same form."""
    seconds = max(0, int(length.total_seconds()))
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return f"{hours} h {minutes:02}" if hours else f"{minutes}:{seconds % 60:02}"


def left(due: datetime, now: datetime) -> str:
    """`1:12 left`; `late 0:07` once it has passed. The console's script counts on in the same form."""
    return f"late {duration(now - due)}" if due < now else f"{duration(due - now)} left"


def age(since: datetime, due: datetime | None, now: datetime) -> str:
    """How long something has waited; how late it is once the time to answer has passed."""
    return f"late {duration(now - due)}" if due is not None and due < now else duration(now - since)


def plain(identifier: str) -> str:
    """A rule's or objective's id as words: `CHEST_PAIN` is `Chest pain`."""
    return identifier.replace("_", " ").replace(".", ", ").capitalize()


def birth(month: int, day: int, year: int | None) -> str:
    """`March 12, 1958`; without the year if it is not on file."""
    # 2000 is a leap year, so February 29 has a name too.
    named = f"{date(2000, month, day):%B} {day}"
    return f"{named}, {year}" if year else named


def years_old(month: int, day: int, year: int | None, today: date) -> int | None:
    if year is None:
        return None
    return today.year - year - ((today.month, today.day) < (month, day))


def day_home(discharged_on: date | None, today: date) -> str:
    """`day 2 home`; empty if the discharge is unknown or still to come."""
    if discharged_on is None or discharged_on > today:
        return ""
    days = (today - discharged_on).days
    return "came home today" if days == 0 else f"day {days} home"


def dialable(number: str) -> str:
    """A phone number as a `tel:` address takes it."""
    return "".join(character for character in number if character.isdigit() or character == "+")
