"""The desk: asks for a nurse, and lets a nurse answer. A page is durable before anybody is told of it.

One page for each trigger of a check-in: the same trigger again changes nothing, a higher tier of it pages anew. Nothing
here may lower a tier or close a page that nobody answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from server.escalation import history, oncall, timekeeping, work
from server.escalation.ladder import HELD, State
from server.record import patients
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.database import Database
from server.record.identifiers import new_id
from server.record.schema import checkin as checkin_table
from server.record.schema import escalation as table
from server.record.sealed import SealedColumn
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, NotPermitted, ServiceError
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import DRILL, CheckInId, EscalationId, PatientId, StaffId, is_drill
from server.vocabulary.principals import Principal, Staff

_HELD = tuple(sorted(state.value for state in HELD))
_ANSWERED = (*_HELD, State.CLOSED.value)


class PageOfAnother(ServiceError):
    """A page that a nurse holds is closed by that nurse, by the charge nurse, or by whoever takes it over."""

    code = "page_of_another"
    status = 409
    patient_sees = "A colleague has this page. Choose “Take over” first, then close it."


class PageUnanswered(ServiceError):
    """A page may not be closed before a nurse has answered it."""

    code = "page_unanswered"
    status = 409
    patient_sees = "Nobody has answered this page yet. Choose “I’m on it” first, then close it."


@dataclass(frozen=True)
class Escalation:
    """A nurse wanted for one patient, with the words that are the reason."""

    id: EscalationId
    checkin: CheckInId
    patient: PatientId
    patient_name: str
    tier: Tier
    trigger: str
    version: int
    quote: str
    turn: int
    """The patient's turn that fired the trigger; 0 for none."""
    where: str
    """Where the patient is, as far as known."""
    callback: str
    requested_at: datetime
    due_at: datetime
    """When a nurse must have answered."""
    state: str
    """A `ladder.State`; kept as it stands where a newer version wrote one that this one does not know."""
    acknowledged_by: StaffId | None
    acknowledged_at: datetime | None
    claimed_by: StaffId | None = None
    claimed_at: datetime | None = None
    claim_by: datetime | None = None
    """When an acknowledged page rings again; None before the ladder has looked, and once it is claimed."""
    closed_by: StaffId | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Glance:
    """What may be shown of a page to somebody who is not signed in: nothing of the patient."""

    checkin: CheckInId
    number: str
    drill: bool
    tier: str
    state: str
    requested_at: datetime
    acknowledged_by: StaffId | None


@dataclass(frozen=True)
class _Reason:
    trigger: str
    version: int
    quote: str


_UNANSWERED: dict[str, None] = dict.fromkeys(
    ("acknowledged_by", "acknowledged_at", "claimed_by", "claimed_at", "closed_at")
)
_REASON: SealedColumn[_Reason] = SealedColumn(_Reason, "escalation", "trigger")
_PLACE: SealedColumn[str] = SealedColumn(str, "escalation", "place")
_TOPIC = "escalation"


def on_change(database: Database, listener: Callable[[CheckInId, EscalationId], None]) -> Callable[[], None]:
    """Calls `listener` on the event loop after every commit that changed a page; returns how to stop."""
    return database.listen(_TOPIC, listener)


def request(
    tx: Transaction,
    principal: Principal,
    *,
    checkin: CheckInId,
    patient: PatientId,
    hit: TriggerHit,
    turn: int,
    where: str,
    within: timedelta,
    drill: bool = False,
) -> EscalationId:
    """Asks for a nurse to answer `within` a time, which the persona's escalation.yaml gives for each tier.

    Raises NotFound if the check-in is not this patient's.
    """
    require(principal, Permission.PAGE_DRILL if drill else Permission.PAGE_REQUEST, patient=patient, checkin=checkin)
    # Before anything is written: a deadline that this transaction sets must not be moved with the older ones.
    timekeeping.settle(tx)
    if tx.connection.scalar(select(checkin_table.c.patient).where(checkin_table.c.id == checkin)) != patient:
        raise NotFound("no such check-in of this patient")
    trigger_key = tx.vault.fingerprint(patient, "escalation.trigger", hit.trigger)
    same = and_(table.c.checkin == checkin, table.c.trigger_key == trigger_key)
    known = tx.connection.execute(select(table.c.id, table.c.tier, table.c.row_version).where(same)).one_or_none()
    if known is not None and hit.tier.rank >= Tier(known.tier).rank:
        tx.audit(principal, AuditAction.PAGE_REPEATED, patient=patient, subject=known.id)
        return EscalationId(known.id)
    page = EscalationId(known.id if known else new_id(DRILL if drill else "esc"))
    cells = {"tier": hit.tier.value, "state": "requested", "turn": turn, "due_at": tx.now + within}
    cells |= _sealed(tx, patient, page, hit, where, known.row_version + 1 if known else 1)
    if known is not None:
        tx.connection.execute(update(table).where(table.c.id == page).values(**cells, **_UNANSWERED))
        work.hurry(tx, page)
    else:
        who = {"id": page, "checkin": checkin, "patient": patient, "trigger_key": trigger_key}
        tx.connection.execute(insert(table).values(**who, **cells, requested_at=tx.now))
        work.queue(tx, page)
    action = AuditAction.PAGE_RAISED if known else AuditAction.PAGE_REQUESTED
    history.append(tx, principal, page, patient, action, detail={"tier": hit.tier.value, "turn": turn})
    tx.announce(_TOPIC, checkin, page)
    return page


def see(tx: Transaction, principal: Principal, escalation: EscalationId) -> None:
    """A nurse has the page before them; it rings on. Raises NotFound."""
    require(principal, Permission.PAGE_READ)
    row = _row(tx, escalation)
    fresh = and_(table.c.id == escalation, table.c.state.in_((State.REQUESTED.value, State.PAGED.value)))
    if tx.connection.execute(update(table).where(fresh).values(state=State.SEEN.value)).rowcount == 1:
        _tell(tx, principal, row, AuditAction.PAGE_SEEN)


def acknowledge(tx: Transaction, principal: Principal, escalation: EscalationId) -> Escalation:
    """A nurse says: I have it. The first answer stops all ringing; later ones change nothing. Raises NotFound."""
    member = _member(principal, Permission.PAGE_ACKNOWLEDGE)
    waiting = and_(table.c.id == escalation, table.c.state.notin_(_ANSWERED))
    answer = {"state": State.ACKNOWLEDGED.value, "acknowledged_by": member, "acknowledged_at": tx.now}
    # One conditional UPDATE: of two nurses who press at the same moment, exactly one is recorded.
    first = tx.connection.execute(update(table).where(waiting).values(answer)).rowcount == 1
    row = _row(tx, escalation)
    if first:
        work.hold(tx, escalation)
        _tell(tx, principal, row, AuditAction.PAGE_ACKNOWLEDGED)
    return _opened(tx, principal, row)


def claim(tx: Transaction, principal: Principal, escalation: EscalationId) -> Escalation:
    """A nurse says: I am seeing to this patient now. Answers the page too, and takes it over from whoever had it.

    Raises NotFound; a closed page stays closed.
    """
    member = _member(principal, Permission.PAGE_CLAIM)
    before = _row(tx, escalation)
    theirs = or_(table.c.claimed_by.is_(None), table.c.claimed_by != member)
    free = and_(table.c.id == escalation, table.c.state != State.CLOSED.value, theirs)
    values = {"state": State.CLAIMED.value, "claimed_by": member, "claimed_at": tx.now}
    if before.acknowledged_by is None:
        values |= {"acknowledged_by": member, "acknowledged_at": tx.now}
    if tx.connection.execute(update(table).where(free).values(values)).rowcount == 1:
        work.finish(tx, escalation)
        if before.acknowledged_by is None:
            _tell(tx, principal, before, AuditAction.PAGE_ACKNOWLEDGED)
        action = AuditAction.PAGE_CLAIMED if before.claimed_by is None else AuditAction.PAGE_TAKEN_OVER
        _tell(tx, principal, before, action)
    return _opened(tx, principal, _row(tx, escalation))


def enter_room(tx: Transaction, principal: Principal, escalation: EscalationId) -> None:
    """The nurse who claimed it is in the call with the patient. Raises NotFound, NotPermitted."""
    member = _member(principal, Permission.PAGE_CLAIM)
    row = _row(tx, escalation)
    if row.claimed_by != member:
        raise NotPermitted("claim the page first")
    claimed = and_(table.c.id == escalation, table.c.state == State.CLAIMED.value)
    if tx.connection.execute(update(table).where(claimed).values(state=State.IN_ROOM.value)).rowcount == 1:
        _tell(tx, principal, row, AuditAction.PAGE_ENTERED)


def close(tx: Transaction, principal: Principal, escalation: EscalationId) -> Escalation:
    """It is dealt with, says who holds it or the charge nurse.

    Raises NotFound, PageUnanswered while nobody has answered, and PageOfAnother.
    """
    member = _member(principal, Permission.PAGE_CLOSE)
    before = _row(tx, escalation)
    others = before.state in _HELD and (before.claimed_by or before.acknowledged_by) != member
    if others and not oncall.in_charge(tx, principal):
        raise PageOfAnother("take the page over first")
    held = and_(table.c.id == escalation, table.c.state.in_(_HELD))
    values = {"state": State.CLOSED.value, "closed_by": member, "closed_at": tx.now}
    closed = tx.connection.execute(update(table).where(held).values(values)).rowcount == 1
    row = _row(tx, escalation)
    if row.state != State.CLOSED.value:
        raise PageUnanswered("answer the page before closing it")
    if closed:
        work.finish(tx, escalation)
        _tell(tx, principal, row, AuditAction.PAGE_CLOSED)
    return _opened(tx, principal, row)


def in_charge(tx: Transaction, principal: Principal) -> bool:
    """Whether this is a charge nurse, by role or for this hour, who may close what colleagues hold."""
    return oncall.in_charge(tx, principal)


def reopen(tx: Transaction, principal: Principal, escalation: EscalationId, level: int) -> None:
    """Nobody claimed what was acknowledged: it counts as unanswered again."""
    require(principal, Permission.PAGE_DELIVER)
    row = _row(tx, escalation)
    forgotten = and_(table.c.id == escalation, table.c.state == State.ACKNOWLEDGED.value)
    values = {"state": State.PAGED.value, **_UNANSWERED}
    if tx.connection.execute(update(table).where(forgotten).values(values)).rowcount == 1:
        _tell(tx, principal, row, AuditAction.PAGE_REOPENED, level)


def get(tx: Transaction, principal: Principal, escalation: EscalationId) -> Escalation:
    """Raises NotFound."""
    require(principal, Permission.PAGE_READ)
    return _opened(tx, principal, _row(tx, escalation))


def glance(tx: Transaction, principal: Principal, escalation: EscalationId) -> Glance:
    """Raises NotFound."""
    require(principal, Permission.PAGE_READ)
    row = _row(tx, escalation)
    number = work.number(escalation)
    return Glance(
        CheckInId(row.checkin), number, is_drill(row.id), row.tier, row.state, row.requested_at, row.acknowledged_by
    )


def open_pages(tx: Transaction, principal: Principal, *, answered_since: datetime | None = None) -> list[Escalation]:
    """What no nurse has answered yet, most urgent and longest due first.

    With a time also what is not closed, however long ago it was answered, and what was answered since and is closed.
    """
    require(principal, Permission.PAGE_READ)
    wanted: ColumnElement[bool] = table.c.state.notin_(_ANSWERED)
    if answered_since is not None:
        wanted = or_(wanted, table.c.state.in_(_HELD), table.c.acknowledged_at >= answered_since)
    pages = _find(tx, principal, wanted)
    return sorted(pages, key=lambda page: (page.state in _ANSWERED, page.tier.rank, page.due_at))


def for_checkin(tx: Transaction, principal: Principal, checkin: CheckInId) -> list[Escalation]:
    """Every page of one check-in, oldest first."""
    require(principal, Permission.PAGE_READ, checkin=checkin)
    return _find(tx, principal, table.c.checkin == checkin)


def open_for_patient(tx: Transaction, principal: Principal, patient: PatientId) -> list[Escalation]:
    """What is not closed of all of one patient's check-ins, oldest first."""
    require(principal, Permission.PAGE_READ, patient=patient)
    return _find(tx, principal, and_(table.c.patient == patient, table.c.state != State.CLOSED.value))


def announce(tx: Transaction, checkin: CheckInId, escalation: EscalationId) -> None:
    """Tells those who listen that something they may show of the page has changed."""
    tx.announce(_TOPIC, checkin, escalation)


def mark_paged(tx: Transaction, principal: Principal, page: work.Page) -> None:
    """The pager's word that a message went out; a page already seen or answered stays so."""
    require(principal, Permission.PAGE_DELIVER)
    row = _row(tx, page.escalation)
    fresh = and_(table.c.id == page.escalation, table.c.state == State.REQUESTED.value)
    tx.connection.execute(update(table).where(fresh).values(state=State.PAGED.value, paged_at=tx.now))
    detail = {"channel": page.address.channel.value, "person": page.person, "about": page.about.value}
    _tell(tx, principal, row, AuditAction.PAGE_SENT, page.level, detail)


def _member(principal: Principal, permission: Permission) -> StaffId:
    require(principal, permission)
    if not isinstance(principal, Staff):
        raise NotPermitted("only a member of staff can answer a page")
    return principal.id


def _tell(
    tx: Transaction,
    principal: Principal,
    row: Row[Any],
    action: AuditAction,
    level: int = 0,
    detail: history.Detail | None = None,
) -> None:
    history.append(tx, principal, EscalationId(row.id), PatientId(row.patient), action, level=level, detail=detail)
    tx.announce(_TOPIC, row.checkin, row.id)


def _sealed(
    tx: Transaction, patient: PatientId, page: EscalationId, hit: TriggerHit, where: str, version: int
) -> dict[str, Any]:
    reason = _Reason(hit.trigger, hit.version, hit.quote)
    return {
        "row_version": version,
        "trigger": _REASON.seal(tx.vault, patient, page, reason, version),
        "place": _PLACE.seal(tx.vault, patient, page, where, version),
    }


def _row(tx: Transaction, escalation: EscalationId) -> Row[Any]:
    row = tx.connection.execute(select(table).where(table.c.id == escalation)).one_or_none()
    if row is None:
        raise NotFound("no such page")
    return row


def _find(tx: Transaction, principal: Principal, wanted: ColumnElement[bool]) -> list[Escalation]:
    rows = tx.connection.execute(select(table).where(wanted).order_by(table.c.id)).all()
    return [_opened(tx, principal, row) for row in rows]


def _opened(tx: Transaction, principal: Principal, row: Row[Any]) -> Escalation:
    reason = _REASON.open(tx.vault, row.patient, row.id, row.trigger, row.row_version)
    contact = patients.contact(tx, principal, row.patient)
    tx.audit(principal, AuditAction.PAGE_READ, patient=row.patient, subject=row.id)
    return Escalation(
        id=row.id,
        checkin=row.checkin,
        patient=row.patient,
        patient_name=contact.name,
        tier=Tier(row.tier),
        trigger=reason.trigger,
        version=reason.version,
        quote=reason.quote,
        turn=row.turn,
        where=_PLACE.open(tx.vault, row.patient, row.id, row.place, row.row_version),
        callback=contact.callback,
        requested_at=row.requested_at,
        due_at=row.due_at,
        state=row.state,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        claim_by=work.claim_by(tx, row.id) if row.state == State.ACKNOWLEDGED.value else None,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )
