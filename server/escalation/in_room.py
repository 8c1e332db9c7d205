"""What a nurse does in a patient's call, as the state of the pages she is there for; in the transaction that records it.

Coming in is an answer: nobody else need be rung for this patient. A nurse who is lost has left the patient alone, so her pages
ring again at once; nothing here closes a page.
"""

from typing import Any, assert_never

from sqlalchemy import Row, and_, select, update

from server.escalation import desk, history, work
from server.escalation.ladder import State
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.schema import escalation as table
from server.record.transaction import Transaction
from server.vocabulary.events import RoomChanged
from server.vocabulary.ids import CheckInId, EscalationId, PatientId
from server.vocabulary.principals import Principal, Staff


def follow(tx: Transaction, principal: Principal, checkin: CheckInId, change: RoomChanged) -> None:
    """`principal`: the nurse, or for `lost` the part of the service that noticed. Pages of other nurses stay theirs."""
    for row in _open(tx, checkin):
        page, hers = EscalationId(row.id), row.claimed_by == change.staff
        match change.state:
            case "listening":
                if row.claimed_by is None:
                    desk.claim(tx, principal, page)
            case "talking":
                if row.claimed_by is None or hers:
                    desk.claim(tx, principal, page)
                    desk.enter_room(tx, principal, page)
            case "handed_back" | "left":
                if hers:
                    _out(tx, principal, row)
            case "lost":
                if hers:
                    _ring_again(tx, principal, row)
            case _:
                assert_never(change.state)


def meet(tx: Transaction, nurse: Staff, page: EscalationId) -> bool:
    """A page for words that were said to a nurse with the floor: hers, and rings nobody. False: a colleague has it.

    If she is lost, it rings like her others.
    """
    if desk.glance(tx, nurse, page).acknowledged_by not in (None, nurse.id):
        return False
    desk.claim(tx, nurse, page)
    desk.enter_room(tx, nurse, page)
    return True


def _open(tx: Transaction, checkin: CheckInId) -> list[Row[Any]]:
    wanted = and_(table.c.checkin == checkin, table.c.state != State.CLOSED.value)
    return list(tx.connection.execute(select(table).where(wanted).order_by(table.c.id)).all())


def _out(tx: Transaction, principal: Principal, row: Row[Any]) -> None:
    """Out of the call, and still hers: she has claimed it and not closed it."""
    require(principal, Permission.PAGE_CLAIM, checkin=CheckInId(row.checkin), patient=PatientId(row.patient))
    there = and_(table.c.id == row.id, table.c.state == State.IN_ROOM.value)
    if tx.connection.execute(update(table).where(there).values(state=State.CLAIMED.value)).rowcount == 1:
        history.append(tx, principal, EscalationId(row.id), PatientId(row.patient), AuditAction.PAGE_LEFT)
        desk.announce(tx, CheckInId(row.checkin), EscalationId(row.id))


def _ring_again(tx: Transaction, principal: Principal, row: Row[Any]) -> None:
    require(principal, Permission.PAGE_REQUEST, checkin=CheckInId(row.checkin), patient=PatientId(row.patient))
    nobody = dict.fromkeys(("acknowledged_by", "acknowledged_at", "claimed_by", "claimed_at"))
    tx.connection.execute(update(table).where(table.c.id == row.id).values(state=State.PAGED.value, **nobody))
    work.hurry(tx, EscalationId(row.id))
    history.append(tx, principal, EscalationId(row.id), PatientId(row.patient), AuditAction.PAGE_REOPENED)
    desk.announce(tx, CheckInId(row.checkin), EscalationId(row.id))
