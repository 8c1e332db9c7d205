"""Who is on call at a moment, pure: weekly rotations, shifts of a calendar, and overrides, which beat both."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from server.vocabulary.ids import StaffId

_WEEK: Final = timedelta(weeks=1)


class Source(StrEnum):
    """Where a shift comes from."""

    CALENDAR = "calendar"
    OVERRIDE = "override"


@dataclass(frozen=True)
class Rotation:
    """Staff who take a role in turn, a week each."""

    role: str
    zone: ZoneInfo
    first_day: date
    """The first handover; nobody is on call by this rotation before it."""
    handover: time
    """Local time, in winter as in summer."""
    members: tuple[StaffId, ...]

    def on_call(self, at: datetime) -> StaffId | None:
        week = self._week(at)
        return None if week < 0 or not self.members else self.members[week % len(self.members)]

    def handovers(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """Between two moments."""
        week = max(0, self._week(begin) + 1)
        while (moment := self._handover(week)) < end:
            yield moment
            week += 1

    def _week(self, at: datetime) -> int:
        wall = at.astimezone(self.zone).replace(tzinfo=None)
        guess = (wall - datetime.combine(self.first_day, self.handover)) // _WEEK
        # Around a change of the clocks the wall's arithmetic can be a week off; the moments themselves decide.
        near = (week for week in (guess + 1, guess, guess - 1) if self._handover(week) <= at)
        return next(near, guess - 2)

    def _handover(self, week: int) -> datetime:
        return datetime.combine(self.first_day + week * _WEEK, self.handover, self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Shift:
    """One person on call for a role between two moments."""

    role: str
    staff: StaffId
    start: datetime
    end: datetime
    source: Source
    id: str = ""

    def covers(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True)
class Period:
    """Who is on call for a role between two moments; a gap where it is nobody."""

    start: datetime
    end: datetime
    staff: tuple[StaffId, ...]


@dataclass(frozen=True)
class Schedule:
    """Everything that says who is on call."""

    rotations: tuple[Rotation, ...]
    shifts: tuple[Shift, ...]
    """In the order in which they were entered: of two overrides the later one counts."""
    available: frozenset[StaffId]
    """Whoever has left is on call for nothing, whatever a calendar says."""

    @property
    def roles(self) -> tuple[str, ...]:
        named = [one.role for one in self.rotations] + [one.role for one in self.shifts]
        return tuple(sorted(set(named)))

    def on_call(self, role: str, at: datetime) -> tuple[StaffId, ...]:
        """Nobody: an empty tuple. An override replaces everybody else."""
        active = [shift for shift in self.shifts if shift.role == role and shift.covers(at)]
        overrides = [shift.staff for shift in active if shift.source is Source.OVERRIDE]
        calendar = [shift.staff for shift in active if shift.source is Source.CALENDAR]
        turns = [rotation.on_call(at) for rotation in self.rotations if rotation.role == role]
        chosen = overrides[-1:] or calendar or [member for member in turns if member is not None]
        return tuple(dict.fromkeys(member for member in chosen if member in self.available))

    def periods(self, role: str, begin: datetime, end: datetime) -> list[Period]:
        """Without gaps between them: where nobody is on call, a period says so."""
        moments = {begin, end}
        for shift in self.shifts:
            if shift.role == role:
                moments |= {moment for moment in (shift.start, shift.end) if begin < moment < end}
        for rotation in self.rotations:
            if rotation.role == role:
                moments |= set(rotation.handovers(begin, end))
        found: list[Period] = []
        for start, stop in pairwise(sorted(moments)):
            who = self.on_call(role, start)
            if found and found[-1].staff == who:
                start = found.pop().start
            found.append(Period(start, stop, who))
        return found

    def gaps(self, role: str, begin: datetime, end: datetime) -> list[Period]:
        """When nobody is on call."""
        return [period for period in self.periods(role, begin, end) if not period.staff]
