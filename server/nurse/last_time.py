"""What the check-in before this one came to: the "compared with last time" of an SBAR packet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.nurse.neighbors import Desk
from server.record import checkins, journal
from server.record.checkins import CheckInRow
from server.record.journal import Entry
from server.record.transaction import Transaction
from server.vocabulary.events import ObjectiveClosed
from server.vocabulary.principals import Staff


@dataclass(frozen=True)
class LastTime:
    """The patient's check-in before this one."""

    began: datetime
    ended: bool
    """It came to its end; otherwise it was broken off."""
    paged: tuple[str, ...]
    """Ids of the rules that called a nurse in it."""
    answers: Mapping[str, str]
    """Question or objective to what was understood."""


def answers_of(entries: Sequence[Entry]) -> dict[str, ObjectiveClosed]:
    """The last word on each question, in the order they were first closed."""
    return {entry.event.objective: entry.event for entry in entries if isinstance(entry.event, ObjectiveClosed)}


def read_last_time(tx: Transaction, staff: Staff, desk: Desk, now: CheckInRow) -> LastTime | None:
    """None where this is the first check-in that began."""
    rows = checkins.find_for_patient(tx, staff, now.patient)
    earlier = [row for row in rows if row.started_at is not None and row.id < now.id]
    if not earlier or earlier[0].started_at is None:
        return None
    row = earlier[0]
    closed = answers_of(journal.read(tx, staff, row.id))
    paged = dict.fromkeys(page.trigger for page in desk.for_checkin(tx, staff, row.id))
    met = {objective: event.answer for objective, event in closed.items() if event.status == "met"}
    return LastTime(earlier[0].started_at, row.end_reason == "completed", tuple(paged), met)
