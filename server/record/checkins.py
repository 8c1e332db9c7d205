"""Check-ins: ordered, running, ended. A check-in that has ended never runs again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, insert, select, update

from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.identifiers import new_id
from server.record.schema import checkin as table
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, ServiceError
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Principal

EndReason = Literal["completed", "patient_ended", "expired", "staff_ended"]


class CheckInOver(ServiceError):
    """This check-in has ended."""

    code = "checkin_over"
    status = 409
    patient_sees = "This check-in is over. Your care team can send you a new link."


@dataclass(frozen=True)
class CheckInRow:
    """One ordered conversation with one patient."""

    id: CheckInId
    patient: PatientId
    persona: str
    version: str
    """Version of the persona pack; empty until the check-in starts."""
    pack_hash: str
    """SHA-256 of the pack's files; empty until the check-in starts."""
    status: Literal["invited", "running", "ended"]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    connected: bool
    """Whether the patient's page is connected now."""
    release: str = ""
    """Which release of the library it is told from; empty until the check-in starts, or where there was none."""


def order(tx: Transaction, principal: Principal, patient: PatientId, persona: str) -> CheckInId:
    require(principal, Permission.CHECKIN_ORDER, patient=patient)
    checkin = CheckInId(new_id("ci"))
    row = {"id": checkin, "patient": patient, "persona": persona, "version": "", "pack_hash": "", "status": "invited"}
    tx.connection.execute(insert(table).values(created_at=tx.now, connected=False, **row))
    tx.audit(principal, AuditAction.CHECKIN_ORDERED, patient=patient, subject=checkin, detail={"persona": persona})
    return checkin


def get(tx: Transaction, principal: Principal, checkin: CheckInId) -> CheckInRow:
    """Raises NotFound."""
    require(principal, Permission.CHECKIN_READ, checkin=checkin)
    row = _get(tx, checkin)
    tx.audit(principal, AuditAction.CHECKIN_READ, patient=row.patient, subject=checkin)
    return row


def start(
    tx: Transaction, principal: Principal, checkin: CheckInId, version: str, pack_hash: str, release: str = ""
) -> str:
    """Marks it running under this pack and this release of the library; a second start changes neither.

    Returns the release it runs under. Raises NotFound, CheckInOver.
    """
    require(principal, Permission.CHECKIN_START, checkin=checkin)
    row = _get(tx, checkin)
    if row.status == "ended":
        raise CheckInOver("the check-in has ended")
    values = {"status": "running", "version": version, "pack_hash": pack_hash, "started_at": tx.now}
    values["release"] = release
    # The pack it began with stays its pack: a resumed visit is replayed by the rules it started under.
    tx.connection.execute(update(table).where(table.c.id == checkin, table.c.status == "invited").values(values))
    detail: dict[str, str | bool] = {"version": version, "resumed": row.status == "running"}
    tx.audit(principal, AuditAction.CHECKIN_STARTED, patient=row.patient, subject=checkin, detail=detail)
    return release if row.status == "invited" else row.release


def end(tx: Transaction, principal: Principal, checkin: CheckInId, reason: EndReason) -> None:
    """The first reason stays; a second end changes nothing. Raises NotFound."""
    require(principal, Permission.CHECKIN_END, checkin=checkin)
    row = _get(tx, checkin)
    values = {"status": "ended", "ended_at": tx.now, "end_reason": reason, "connected": False}
    tx.connection.execute(update(table).where(table.c.id == checkin, table.c.status != "ended").values(values))
    tx.audit(principal, AuditAction.CHECKIN_ENDED, patient=row.patient, subject=checkin, detail={"reason": reason})


def set_connected(tx: Transaction, principal: Principal, checkin: CheckInId, connected: bool) -> None:
    """The patient's page came or went; the journal entry of the same transaction is what is audited."""
    require(principal, Permission.JOURNAL_WRITE, checkin=checkin)
    tx.connection.execute(update(table).where(table.c.id == checkin).values(connected=connected))


def forget_connections(tx: Transaction, principal: Principal) -> None:
    """After a start of the service nobody is connected yet, whatever the last one left written."""
    require(principal, Permission.CHECKIN_LIST)
    tx.connection.execute(update(table).where(table.c.connected).values(connected=False))


def find_running(tx: Transaction, principal: Principal) -> list[CheckInRow]:
    """What was under way, oldest first: the conductor's first question after a restart."""
    require(principal, Permission.CHECKIN_LIST)
    return _listed(tx, principal, select(table).where(table.c.status == "running").order_by(table.c.id))


def find_for_patient(tx: Transaction, principal: Principal, patient: PatientId) -> list[CheckInRow]:
    """All of one patient's check-ins, newest first."""
    require(principal, Permission.CHECKIN_LIST, patient=patient)
    return _listed(tx, principal, select(table).where(table.c.patient == patient).order_by(table.c.id.desc()))


def _get(tx: Transaction, checkin: CheckInId) -> CheckInRow:
    row = tx.connection.execute(select(table).where(table.c.id == checkin)).mappings().one_or_none()
    if row is None:
        raise NotFound("no such check-in")
    return CheckInRow(**row)


def _listed(tx: Transaction, principal: Principal, query: Select[tuple[object, ...]]) -> list[CheckInRow]:
    rows = [CheckInRow(**row) for row in tx.connection.execute(query).mappings()]
    for row in rows:
        tx.audit(principal, AuditAction.CHECKIN_LISTED, patient=row.patient, subject=row.id)
    return rows
