"""What staff see of a patient's memory: everything in order, or what was known on a day."""

from dataclasses import dataclass
from datetime import datetime

from server.memory import store
from server.memory.facts import Episode, Fact, Thread
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.transaction import Transaction
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Principal


@dataclass(frozen=True)
class Timeline:
    """A patient's memory, at one moment."""

    facts: tuple[Fact, ...]
    """What was known then, oldest first."""
    threads: tuple[Thread, ...]
    """What was to be asked about then."""
    episodes: tuple[tuple[CheckInId, datetime, Episode], ...]
    """What had happened by then."""


def read_timeline(
    tx: Transaction, principal: Principal, patient: PatientId, *, known_on: datetime | None = None
) -> Timeline:
    """As it was known at `known_on`, or is now. What was deleted was never known. Raises NotPermitted, Unreadable."""
    require(principal, Permission.MEMORY_READ, patient=patient)
    at = known_on or tx.now
    found = store.facts_on(tx, patient, at)
    threads = [thread for thread in store.threads(tx, patient, closed=True) if _open_at(thread, at)]
    episodes = [one for one in store.episodes(tx, patient) if one[1] <= at]
    tx.audit(principal, AuditAction.MEMORY_READ, patient=patient, detail={"count": len(found)})
    return Timeline(tuple(found), tuple(threads), tuple(episodes))


def _open_at(thread: Thread, at: datetime) -> bool:
    return thread.opened_at <= at and (thread.closed_at is None or at < thread.closed_at)
