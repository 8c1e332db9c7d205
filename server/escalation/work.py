"""The due-work rows of pages: leased by one worker at a time, fenced so that a late worker cannot undo a newer one.

A row is done only when a nurse has answered; until then a sent page comes due again. Nothing here knows a patient.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, insert, or_, select, update

from server.record.identifiers import new_id
from server.record.schema import due_work as table
from server.record.schema import escalation as escalation_table
from server.record.transaction import Transaction
from server.vocabulary.findings import Tier
from server.vocabulary.ids import EscalationId

LEASE: Final = timedelta(seconds=5)
"""After this long another worker may take over; research: security.md §7."""
_KIND: Final = "page"


@dataclass(frozen=True)
class Page:
    """One delivery of a page, leased; holds no patient data, so every sink may see it."""

    work: str
    escalation: EscalationId
    tier: Tier
    level: int
    """1 for the first delivery; rises with every reminder and every raised tier."""
    attempt: int
    """1-based, counts tries of this level."""
    fence: int

    @property
    def key(self) -> str:
        """Idempotency key for the provider: the same through every retry of one level."""
        return f"page:{self.escalation}:{self.level}"


def queue(tx: Transaction, escalation: EscalationId, every: timedelta) -> None:
    """Due at once, and again `every` so often until finished."""
    seconds = int(every.total_seconds())
    row = {"id": new_id("due"), "kind": _KIND, "subject": escalation, "due_at": tx.now, "every_seconds": seconds}
    tx.connection.execute(insert(table).values(**row, level=1, attempts=0, fence=0))


def hurry(tx: Transaction, escalation: EscalationId, every: timedelta) -> None:
    """Due at once as a new delivery, even if answered before or being sent this moment."""
    fresh = {"due_at": tx.now, "every_seconds": int(every.total_seconds()), "lease_until": None, "done_at": None}
    steps = {"level": table.c.level + 1, "fence": table.c.fence + 1, "attempts": 0}
    tx.connection.execute(update(table).where(_of(escalation)).values(**fresh, **steps))


def finish(tx: Transaction, escalation: EscalationId) -> None:
    """A nurse has answered: no more deliveries."""
    tx.connection.execute(update(table).where(_of(escalation), table.c.done_at.is_(None)).values(done_at=tx.now))


def lease(tx: Transaction, limit: int) -> list[Page]:
    """Takes up to `limit` due deliveries, most urgent first; nobody else gets them for LEASE."""
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= tx.now)
    due = and_(table.c.kind == _KIND, table.c.done_at.is_(None), table.c.due_at <= tx.now, free)
    query = select(table, escalation_table.c.tier).join(escalation_table, escalation_table.c.id == table.c.subject)
    urgency = case({tier.value: tier.rank for tier in Tier}, value=escalation_table.c.tier)
    query = query.where(due).order_by(urgency, table.c.due_at).limit(limit).with_for_update(of=table, skip_locked=True)
    rows = tx.connection.execute(query).all()
    taken = {"lease_until": tx.now + LEASE, "fence": table.c.fence + 1, "attempts": table.c.attempts + 1}
    for row in rows:
        tx.connection.execute(update(table).where(table.c.id == row.id).values(taken))
    return [Page(row.id, row.subject, Tier(row.tier), row.level, row.attempts + 1, row.fence + 1) for row in rows]


def sent(tx: Transaction, page: Page) -> bool:
    """The delivery went out; the next reminder is due a period later. False if this lease was overtaken."""
    every = tx.connection.scalar(select(table.c.every_seconds).where(table.c.id == page.work))
    next_due = tx.now + timedelta(seconds=every or 0)
    values = {"due_at": next_due, "level": page.level + 1, "attempts": 0, "lease_until": None, "last_error": None}
    return tx.connection.execute(update(table).where(_held(page)).values(values)).rowcount == 1


def failed(tx: Transaction, page: Page, code: str, again: timedelta) -> None:
    """The delivery did not go out; it is due `again` from now."""
    values = {"due_at": tx.now + again, "lease_until": None, "last_error": code[:80]}
    tx.connection.execute(update(table).where(_held(page)).values(values))


def _of(escalation: EscalationId) -> ColumnElement[bool]:
    return and_(table.c.kind == _KIND, table.c.subject == escalation)


def _held(page: Page) -> ColumnElement[bool]:
    return and_(table.c.id == page.work, table.c.fence == page.fence, table.c.done_at.is_(None))
