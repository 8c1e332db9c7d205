"""Who of the staff was in a patient's call, and in what way: the audit's side of `RoomChanged`.

Called in the transaction that writes the event: a nurse whose coming cannot be audited does not come.
"""

from collections.abc import Mapping
from typing import Final

from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.transaction import Transaction
from server.vocabulary.events import RoomChanged
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Principal

ACTIONS: Final[Mapping[str, AuditAction]] = {
    "listening": AuditAction.ROOM_JOINED,
    "talking": AuditAction.ROOM_TALKED,
    "handed_back": AuditAction.ROOM_HANDED_BACK,
    "left": AuditAction.ROOM_LEFT,
    "lost": AuditAction.ROOM_LOST,
}


def note(tx: Transaction, principal: Principal, checkin: CheckInId, patient: PatientId, change: RoomChanged) -> None:
    """`principal`: the member of staff, or the part of the service that lost them. Raises NotPermitted."""
    if change.state == "lost":
        require(principal, Permission.JOURNAL_WRITE, checkin=checkin, patient=patient)
    else:
        require(principal, Permission.ROOM_JOIN, checkin=checkin, patient=patient)
    tx.audit(principal, ACTIONS[change.state], patient=patient, subject=checkin, detail={"staff": change.staff})
