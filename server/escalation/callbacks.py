"""Calls back to a patient who was lost after a danger sign: due at set times, ticked off by nurses; and the text that goes out.

A row for every attempt and one for the text, written in the transaction that records the patient as unreachable. Nothing of the
patient is in them. The text itself is `rejoin`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, insert, select, update

from server.escalation import desk, timekeeping
from server.record import patients
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.identifiers import new_id
from server.record.schema import call_back as table
from server.record.schema import due_work
from server.record.transaction import Transaction
from server.vocabulary.call_backs import CallBackOutcome as Outcome
from server.vocabulary.errors import NotFound
from server.vocabulary.ids import CheckInId, EscalationId, PatientId, StaffId
from server.vocabulary.principals import Principal, Staff

REJOIN: Final = "rejoin"
"""The kind of the text's due work; its subject is the check-in."""
NO_PAGE: Final = EscalationId("")
"""Whoever listens to the desk looks again; no page has changed."""


OPEN: Final = (Outcome.DUE.value, Outcome.ATTEMPTED.value)


@dataclass(frozen=True)
class CallBack:
    """One attempt."""

    id: str
    checkin: CheckInId
    patient: PatientId
    number: int
    """From 1."""
    due_at: datetime
    outcome: Outcome
    by: StaffId | None
    """Who ticked it last."""
    done_at: datetime | None


@dataclass(frozen=True)
class Unreachable:
    """A patient who was lost in danger and has neither come back nor been reached."""

    checkin: CheckInId
    patient: PatientId
    name: str
    phone: str
    """Where they can be called back."""
    since: datetime
    attempts: tuple[CallBack, ...]
    """In order."""
    text: str
    """The text with the link: `waiting`, `sent` or `failed`; empty where none was to go out."""


def plan(
    tx: Transaction, principal: Principal, checkin: CheckInId, patient: PatientId, after: Sequence[timedelta]
) -> None:
    """The patient is lost: an attempt after each of these times, and the text at once. Those of an earlier loss end."""
    require(principal, Permission.PAGE_REQUEST, checkin=checkin, patient=patient)
    timekeeping.settle(tx)
    _call_off(tx, checkin)
    for number, wait in enumerate(after, 1):
        row = {"id": new_id("cb"), "checkin": checkin, "patient": patient, "attempt": number, "created_at": tx.now}
        tx.connection.execute(insert(table).values(**row, due_at=tx.now + wait, outcome=Outcome.DUE.value))
    work = {"kind": REJOIN, "subject": checkin}
    again = {"due_at": tx.now, "attempts": 0, "lease_until": None, "last_error": None, "done_at": None}
    same = and_(*(due_work.c[name] == value for name, value in work.items()))
    if tx.connection.execute(update(due_work).where(same).values(again)).rowcount == 0:
        fresh = {"id": new_id("due"), "level": 0, "step": 0, "round": 0, "fence": 0}
        tx.connection.execute(insert(due_work).values(**fresh, **work, **again))
    tx.audit(principal, AuditAction.CALL_BACK_PLANNED, patient=patient, subject=checkin, detail={"count": len(after)})
    desk.announce(tx, checkin, NO_PAGE)


def tick(tx: Transaction, principal: Principal, call_back: str, outcome: Outcome) -> CallBack:
    """What a nurse says of an attempt: attempted, reached or no answer. Once reached, the later ones are not needed.

    Of an attempt that is over nothing is changed. Raises NotFound.
    """
    require(principal, Permission.PAGE_CLAIM)
    if outcome not in (Outcome.ATTEMPTED, Outcome.REACHED, Outcome.NO_ANSWER):
        raise ValueError(f"a nurse cannot tick {outcome}")
    done = None if outcome is Outcome.ATTEMPTED else tx.now
    by = principal.id if isinstance(principal, Staff) else None
    held = and_(table.c.id == call_back, table.c.outcome.in_(OPEN))
    changed = tx.connection.execute(update(table).where(held).values(outcome=outcome.value, staff=by, done_at=done))
    row = tx.connection.execute(select(table).where(table.c.id == call_back)).one_or_none()
    if row is None:
        raise NotFound("no such call back")
    if changed.rowcount == 1:
        detail: dict[str, str | int | bool] = {"outcome": outcome.value, "count": row.attempt}
        tx.audit(principal, AuditAction.CALL_BACK_TICKED, patient=row.patient, subject=row.checkin, detail=detail)
        if outcome is Outcome.REACHED:
            _call_off(tx, CheckInId(row.checkin))
        desk.announce(tx, CheckInId(row.checkin), NO_PAGE)
    return _attempt(row)


def came_back(tx: Transaction, principal: Principal, checkin: CheckInId) -> None:
    """The patient's page is connected again: nobody need call, and no text goes out any more."""
    require(principal, Permission.PAGE_REQUEST, checkin=checkin)
    if _call_off(tx, checkin):
        desk.announce(tx, checkin, NO_PAGE)


def for_checkin(tx: Transaction, principal: Principal, checkin: CheckInId) -> list[CallBack]:
    """Every attempt of a check-in, in order; those of an earlier loss first."""
    require(principal, Permission.PAGE_READ, checkin=checkin)
    query = select(table).where(table.c.checkin == checkin).order_by(table.c.created_at, table.c.attempt)
    return [_attempt(row) for row in tx.connection.execute(query)]


def unreachable(tx: Transaction, principal: Principal) -> list[Unreachable]:
    """Whoever has an attempt that is not needless, longest lost first; each patient's reading is audited."""
    require(principal, Permission.PAGE_READ)
    over = select(table.c.checkin).where(table.c.outcome.in_((Outcome.REACHED.value, Outcome.NOT_NEEDED.value)))
    latest = (
        select(table).where(table.c.checkin.not_in(over)).order_by(table.c.created_at, table.c.checkin, table.c.attempt)
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in tx.connection.execute(latest):
        found.setdefault(row.checkin, []).append(row)
    return [_listed(tx, principal, rows) for rows in found.values()]


def _listed(tx: Transaction, principal: Principal, rows: Sequence[Row[Any]]) -> Unreachable:
    first = rows[0]
    contact = patients.contact(tx, principal, PatientId(first.patient))
    of_text = and_(due_work.c.kind == REJOIN, due_work.c.subject == first.checkin)
    work = tx.connection.execute(select(due_work).where(of_text)).one_or_none()
    attempts = tuple(_attempt(row) for row in rows)
    checkin, patient = CheckInId(first.checkin), PatientId(first.patient)
    return Unreachable(checkin, patient, contact.name, contact.callback, first.created_at, attempts, _text(work))


def _text(work: Row[Any] | None) -> str:
    if work is None:
        return ""
    if work.done_at is None:
        return "waiting"
    return "failed" if work.last_error else "sent"


def _call_off(tx: Transaction, checkin: CheckInId) -> bool:
    """Every attempt that is open, and the text while it waits; whether there was one."""
    open_now = and_(table.c.checkin == checkin, table.c.outcome.in_(OPEN))
    values = {"outcome": Outcome.NOT_NEEDED.value, "done_at": tx.now}
    found = tx.connection.execute(update(table).where(open_now).values(values)).rowcount
    waiting = and_(due_work.c.kind == REJOIN, due_work.c.subject == checkin, due_work.c.done_at.is_(None))
    found += tx.connection.execute(update(due_work).where(waiting).values(done_at=tx.now)).rowcount
    return found > 0


def _attempt(row: Row[Any]) -> CallBack:
    return CallBack(
        row.id, row.checkin, row.patient, row.attempt, row.due_at, Outcome(row.outcome), row.staff, row.done_at
    )
