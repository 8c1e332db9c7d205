"""The due-work rows of pages: when each one must climb, and the messages that its climbing sends.

A message is leased by one worker at a time and fenced, so that a late worker cannot undo a newer one. A row is done only when a
nurse has taken the page. Nothing here knows a patient.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, insert, or_, select, update

from server.escalation import timekeeping
from server.escalation.ladder import About, Address, Channel, Ring, Rung
from server.record.identifiers import new_id
from server.record.schema import delivery, due_work
from server.record.schema import escalation as escalation_table
from server.record.transaction import Transaction
from server.vocabulary.findings import Tier
from server.vocabulary.ids import EscalationId

LEASE: Final = timedelta(seconds=5)
"""After this long another worker may take over; research: security.md §7."""
NOW: Final = timedelta()
_KIND: Final = "page"
URGENCY: Final = case(
    {tier.value: tier.rank for tier in Tier}, value=escalation_table.c.tier, else_=Tier.EMERGENCY.rank
)
"""Most urgent first; a tier that this version does not know counts as an emergency."""


@dataclass(frozen=True)
class Page:
    """One message of a page, leased; holds no patient data, so every sink may see it."""

    work: str
    escalation: EscalationId
    tier: str
    level: int
    """The ringing of the page it belongs to, from 1."""
    person: str
    """Whom it is for: the staff id, `catch_all` or `operations`."""
    address: Address
    about: About
    attempt: int
    """1-based, counts tries of this message."""
    fence: int
    key: str
    """Idempotency key for the provider: the same through every retry of one message."""

    @property
    def number(self) -> str:
        return number(self.escalation)


@dataclass(frozen=True)
class Delivery:
    """What became of one message."""

    level: int
    person: str
    contact_point: str
    channel: Channel
    about: About
    attempts: int
    outcome: str
    """`accepted`, `stopped` (no longer wanted) or empty while it is still tried."""
    last_error: str
    created_at: datetime
    done_at: datetime | None


def number(escalation: EscalationId) -> str:
    """What people call a page: short, and of nothing but chance."""
    return escalation[-6:]


def queue(tx: Transaction, escalation: EscalationId) -> None:
    """A new page, due at once at the foot of its ladder."""
    row = {"id": new_id("due"), "kind": _KIND, "subject": escalation, "due_at": tx.now}
    tx.connection.execute(insert(due_work).values(**row, level=1, step=0, round=0, attempts=0, fence=0))


def hurry(tx: Transaction, escalation: EscalationId) -> None:
    """Due at once at the foot of its ladder, even if answered before or being sent this moment."""
    stop(tx, escalation)
    values = {"due_at": tx.now, "step": 0, "round": 0, "claim_by": None, "done_at": None}
    tx.connection.execute(update(due_work).where(_of(escalation)).values(values))


def hold(tx: Transaction, escalation: EscalationId) -> None:
    """A nurse has answered: all ringing stops, and the ladder looks when it must be claimed."""
    timekeeping.settle(tx)
    stop(tx, escalation)
    values = {"due_at": tx.now, "claim_by": None, "done_at": None}
    tx.connection.execute(update(due_work).where(_of(escalation)).values(values))


def finish(tx: Transaction, escalation: EscalationId) -> None:
    """A nurse has taken it: nothing more comes due."""
    stop(tx, escalation)
    tx.connection.execute(update(due_work).where(_of(escalation), due_work.c.done_at.is_(None)).values(done_at=tx.now))


def stop(tx: Transaction, escalation: EscalationId) -> None:
    """Every message not yet accepted is called off, those under way included."""
    unsent = and_(delivery.c.escalation == escalation, delivery.c.done_at.is_(None))
    tx.connection.execute(update(delivery).where(unsent).values(done_at=tx.now, outcome="stopped"))


def climbed(tx: Transaction, escalation: EscalationId, rung: Rung, due: datetime, claim_by: datetime | None) -> None:
    """Where the page stands now, and when to look again."""
    values = {"level": rung.level, "step": rung.step, "round": rung.round, "due_at": due, "claim_by": claim_by}
    tx.connection.execute(update(due_work).where(_of(escalation)).values(values))


def claim_by(tx: Transaction, escalation: EscalationId) -> datetime | None:
    """When an acknowledged page rings again; None until the ladder has looked at it."""
    return tx.connection.scalar(select(due_work.c.claim_by).where(_of(escalation)))


def plan(tx: Transaction, escalation: EscalationId, level: int, rings: Iterable[Ring]) -> None:
    """Messages to send. One for an address at a level, however often it is planned; it takes the place of an older one."""
    for ring in rings:
        key = f"page:{escalation}:{level}:{ring.address.id}"
        key += "" if ring.about is About.PAGE else f":{ring.about.value}"
        if tx.connection.scalar(select(delivery.c.id).where(delivery.c.key == key)):
            continue
        same = and_(delivery.c.contact_point == ring.address.id, delivery.c.about == ring.about.value)
        older = and_(delivery.c.escalation == escalation, same, delivery.c.done_at.is_(None))
        tx.connection.execute(update(delivery).where(older).values(done_at=tx.now, outcome="stopped"))
        row = {"id": new_id("dl"), "escalation": escalation, "level": level, "person": ring.person, "key": key}
        row |= {"contact_point": ring.address.id, "channel": ring.address.channel.value, "about": ring.about.value}
        row |= {"created_at": tx.now, "due_at": tx.now + ring.wait, "attempts": 0, "fence": 0}
        tx.connection.execute(insert(delivery).values(row))


def lease(tx: Transaction, limit: int) -> list[Page]:
    """Takes up to `limit` due messages, most urgent first; nobody else gets them for LEASE."""
    timekeeping.settle(tx)
    free = or_(delivery.c.lease_until.is_(None), delivery.c.lease_until <= tx.now)
    due = and_(delivery.c.done_at.is_(None), delivery.c.due_at <= tx.now, free)
    query = select(delivery, escalation_table.c.tier).join(escalation_table).where(due).order_by(URGENCY)
    query = query.order_by(delivery.c.due_at).limit(limit).with_for_update(of=delivery, skip_locked=True)
    rows = tx.connection.execute(query).all()
    taken = {"lease_until": tx.now + LEASE, "fence": delivery.c.fence + 1, "attempts": delivery.c.attempts + 1}
    for row in rows:
        tx.connection.execute(update(delivery).where(delivery.c.id == row.id).values(taken))
    return [
        Page(
            work=row.id,
            escalation=EscalationId(row.escalation),
            tier=row.tier,
            level=row.level,
            person=row.person,
            address=Address(row.contact_point, Channel(row.channel)),
            about=About(row.about),
            attempt=row.attempts + 1,
            fence=row.fence + 1,
            key=row.key,
        )
        for row in rows
    ]


def sent(tx: Transaction, page: Page) -> bool:
    """The far side has taken it. False if this lease was overtaken, or the message called off meanwhile."""
    taken = {"done_at": tx.now, "lease_until": None, "last_error": None, "outcome": "accepted"}
    if tx.connection.execute(update(delivery).where(_held(page)).values(taken)).rowcount == 1:
        return True
    called_off = and_(delivery.c.id == page.work, delivery.c.fence == page.fence, delivery.c.outcome == "stopped")
    tx.connection.execute(update(delivery).where(called_off).values(outcome="accepted"))
    return False


def call_off(tx: Transaction, page: Page) -> None:
    """Nobody is there any more to take this one message; it is not tried again, and nobody is alarmed."""
    tx.connection.execute(update(delivery).where(_held(page)).values(done_at=tx.now, outcome="stopped"))


def failed(tx: Transaction, page: Page, code: str, again: timedelta) -> bool:
    """It did not go out: due `again` from now, and this person's next address at once. False if it was overtaken."""
    timekeeping.settle(tx)
    values = {"due_at": tx.now + again, "lease_until": None, "last_error": code[:80]}
    if tx.connection.execute(update(delivery).where(_held(page)).values(values)).rowcount != 1:
        return False
    theirs = and_(delivery.c.escalation == page.escalation, delivery.c.person == page.person)
    untried = and_(theirs, delivery.c.level == page.level, delivery.c.attempts == 0, delivery.c.done_at.is_(None))
    following = select(delivery.c.id).where(untried).order_by(delivery.c.due_at, delivery.c.id).limit(1)
    if found := tx.connection.scalar(following):
        later = and_(delivery.c.id == found, delivery.c.due_at > tx.now)
        tx.connection.execute(update(delivery).where(later).values(due_at=tx.now))
    return True


def deliveries(tx: Transaction, escalation: EscalationId) -> list[Delivery]:
    """Every message of a page, oldest first."""
    query = select(delivery).where(delivery.c.escalation == escalation).order_by(delivery.c.level, delivery.c.id)
    return [
        Delivery(
            row.level,
            row.person,
            row.contact_point,
            Channel(row.channel),
            About(row.about),
            row.attempts,
            row.outcome or "",
            row.last_error or "",
            row.created_at,
            row.done_at,
        )
        for row in tx.connection.execute(query)
    ]


def overdue(tx: Transaction) -> tuple[timedelta | None, timedelta]:
    """How long the page that waits longest for its next step has been due, None if none is; and the same of all work."""
    timekeeping.settle(tx)
    waits = and_(due_work.c.kind == _KIND, due_work.c.done_at.is_(None), due_work.c.due_at <= tx.now)
    climbing = select(func.min(due_work.c.due_at)).where(waits)
    untried = and_(delivery.c.done_at.is_(None), delivery.c.attempts == 0, delivery.c.due_at <= tx.now)
    sending = select(func.min(delivery.c.due_at)).where(untried)
    late = [
        tx.now - moment if moment is not None else None for moment in map(tx.connection.scalar, (climbing, sending))
    ]
    return late[0], max((wait for wait in late if wait is not None), default=timedelta())


def _of(escalation: EscalationId) -> ColumnElement[bool]:
    return and_(due_work.c.kind == _KIND, due_work.c.subject == escalation)


def _held(page: Page) -> ColumnElement[bool]:
    return and_(delivery.c.id == page.work, delivery.c.fence == page.fence, delivery.c.done_at.is_(None))
