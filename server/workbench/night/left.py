"""What a night leaves to the day: every page that is not closed, why it is open, and whether it is in time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from server.escalation.ladder import WAITING, Policy, QuietHours, quiet_until
from server.record.schema import due_work
from server.record.transaction import Transaction


@dataclass(frozen=True)
class Left:
    """One page that is still open."""

    escalation: str
    tier: str
    state: str
    asked: datetime
    answer_by: datetime
    late: timedelta
    """By how much nobody has answered in time; zero where somebody has, or may still."""
    slept: timedelta
    """How much of its time fell into quiet hours."""
    rung: tuple[datetime, ...]
    """When its ladder rang."""
    next_step: datetime | None
    """When the ladder looks again; None once somebody is on it."""

    @property
    def answered(self) -> bool:
        return self.state not in WAITING

    @property
    def in_time(self) -> bool:
        """Quiet hours do not count: nobody may be rung in them."""
        return self.late <= self.slept


def left_open(
    tx: Transaction,
    rows: Sequence[Row[Any]],
    stories: Mapping[str, Sequence[Row[Any]]],
    policy: Callable[[Row[Any]], Policy],
    zone: ZoneInfo,
) -> Iterable[Left]:
    """Of `rows` of pages, with the journal of each; `zone` is where people sleep."""
    running = tx.connection.execute(select(due_work).where(due_work.c.done_at.is_(None)))
    timers = {row.subject: row.due_at for row in running}
    for row in rows:
        if row.state == "closed":
            continue
        quiet = policy(row).quiet
        yield Left(
            row.id,
            row.tier,
            row.state,
            row.requested_at,
            row.due_at,
            max(tx.now - row.due_at, timedelta()) if row.state in WAITING else timedelta(),
            slept(quiet, zone, row.requested_at, tx.now) if quiet is not None else timedelta(),
            tuple(event.at for event in stories[row.id] if event.kind == "rung"),
            timers.get(row.id),
        )


def slept(quiet: QuietHours, zone: ZoneInfo, begin: datetime, end: datetime) -> timedelta:
    """How much of the time between two moments is quiet there."""
    total, at = timedelta(), begin
    while at < end:
        until = quiet_until(quiet, zone, at)
        if until is not None:
            total += min(until, end) - at
            at = until
        else:
            at = _next(quiet.begin, zone, at)
    return total


def _next(clock: time, zone: ZoneInfo, after: datetime) -> datetime:
    local = after.astimezone(zone)
    at = datetime.combine(local.date(), clock, zone)
    return at if at > local else datetime.combine(local.date() + timedelta(days=1), clock, zone)
