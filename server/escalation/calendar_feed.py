"""On-call shifts from an iCalendar feed (RFC 5545), pure: every event that names somebody we know is a shift of theirs.

Times without a zone, and whole days, are in that person's own zone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar

from server.escalation.rota import Shift, Source
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import StaffId


class WrongCalendar(ServiceError):
    """The feed cannot be read as a calendar."""

    code = "wrong_calendar"
    status = 422


@dataclass(frozen=True)
class Named:
    """Somebody an event may be about."""

    staff: StaffId
    zone: ZoneInfo
    name: str


@dataclass(frozen=True)
class Feed:
    """What a calendar says of a role."""

    shifts: tuple[Shift, ...]
    unknown: tuple[str, ...]
    """Titles of events about nobody we know."""


def read_feed(text: str, role: str, people: Mapping[str, Named], begin: datetime, end: datetime) -> Feed:
    """`people` by e-mail address; shifts that overlap the time between `begin` and `end`. Raises WrongCalendar."""
    try:
        events: list[Any] = list(Calendar.from_ical(text).walk("VEVENT"))
    except ValueError:
        raise WrongCalendar("this is no iCalendar file (RFC 5545)") from None
    moved = {(str(event.get("UID")), _instant(event["RECURRENCE-ID"].dt, UTC)) for event in events if _moves(event)}
    shifts: list[Shift] = []
    unknown: list[str] = []
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        person = _person(event, people)
        if person is None:
            unknown.append(str(event.get("SUMMARY", "without a title")))
            continue
        for start, stop in _times(event, person.zone, begin, end, moved):
            if start < end and stop > begin and start < stop:
                shifts.append(Shift(role, person.staff, start, stop, Source.CALENDAR))
    return Feed(tuple(sorted(shifts, key=lambda shift: (shift.start, shift.end))), tuple(dict.fromkeys(unknown)))


def _moves(event: Any) -> bool:
    """One occurrence of a series, changed."""
    return "RECURRENCE-ID" in event


def _person(event: Any, people: Mapping[str, Named]) -> Named | None:
    """By attendee, by an address or a name in the title, or by organizer, in this order."""
    attendees = event.get("ATTENDEE", [])
    written = attendees if isinstance(attendees, list) else [attendees]
    by_address = [_address(one) for one in written]
    title = str(event.get("SUMMARY", "")).casefold()
    by_address += [email for email in people if email in title]
    by_address += [email for email, one in people.items() if one.name.casefold() in title]
    by_address.append(_address(event.get("ORGANIZER", "")))
    return next((people[email] for email in by_address if email in people), None)


def _address(value: object) -> str:
    return str(value).casefold().removeprefix("mailto:").strip()


def _times(
    event: Any, zone: ZoneInfo, begin: datetime, end: datetime, moved: set[tuple[str, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of every occurrence. A series repeats at the same local time, in winter as in summer."""
    first = event.start
    own: tzinfo = first.tzinfo if isinstance(first, datetime) and first.tzinfo is not None else zone
    wall, length = _wall(first, own), _wall(event.end, own) - _wall(first, own)
    excluded = {_wall(one.dt, own) for one in _listed(event, "EXDATE")}
    walls = [*_series(event, wall, own, begin - length, end), *(_wall(one.dt, own) for one in _listed(event, "RDATE"))]
    for one in dict.fromkeys(walls):
        start = one.replace(tzinfo=own).astimezone(UTC)
        replaced = not _moves(event) and (str(event.get("UID")), start) in moved
        if one not in excluded and not replaced:
            yield start, (one + length).replace(tzinfo=own).astimezone(UTC)


def _series(event: Any, wall: datetime, own: tzinfo, begin: datetime, end: datetime) -> list[datetime]:
    if "RRULE" not in event or _moves(event):
        return [wall]
    rule = event["RRULE"].copy()
    if "UNTIL" in rule:
        rule["UNTIL"] = [_wall(until, own) for until in rule["UNTIL"]]
    series = rrulestr(rule.to_ical().decode(), dtstart=wall, ignoretz=True)
    day = timedelta(days=1)
    return list(series.between(_wall(begin, own) - day, _wall(end, own) + day, inc=True))


def _listed(event: Any, name: str) -> Iterator[Any]:
    found = event.get(name, [])
    for group in found if isinstance(found, list) else [found]:
        yield from group.dts


def _wall(moment: date | datetime, own: tzinfo) -> datetime:
    """What a clock on the wall there shows."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment.astimezone(own).replace(tzinfo=None) if moment.tzinfo is not None else moment


def _instant(moment: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone).astimezone(UTC)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
