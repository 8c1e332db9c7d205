"""The journal: everything that happened in a check-in, in order, append-only, encrypted with the patient's key."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, insert, select

from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.schema import checkin as checkin_table
from server.record.schema import journal as table
from server.record.sealed import SealedColumn
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound
from server.vocabulary.events import CueJudged, EscalationClosed, Event
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Principal

_PAYLOAD: SealedColumn[Event] = SealedColumn(Event, "journal", "payload")


@dataclass(frozen=True)
class Entry:
    """One event at its place in the check-in."""

    seq: int
    """1-based, without gaps."""
    at: datetime
    event: Event


def append(tx: Transaction, principal: Principal, checkin: CheckInId, event: Event, at: datetime) -> int:
    """Returns the entry's `seq`. Raises NotFound, and Unwritable for an event that could not be read back."""
    judges = isinstance(event, CueJudged | EscalationClosed)
    require(principal, Permission.JOURNAL_JUDGE if judges else Permission.JOURNAL_WRITE, checkin=checkin)
    patient = _patient(tx, checkin)
    seq = (tx.connection.scalar(select(func.max(table.c.seq)).where(table.c.checkin == checkin)) or 0) + 1
    payload = _PAYLOAD.seal(tx.vault, patient, _row(checkin, seq), event)
    row = {"checkin": checkin, "seq": seq, "at": at, "kind": event.kind, "payload": payload}
    tx.connection.execute(insert(table).values(row))
    detail = {"seq": seq, "kind": event.kind}
    tx.audit(principal, AuditAction.JOURNAL_WRITTEN, patient=patient, subject=checkin, detail=detail)
    return seq


def read(tx: Transaction, principal: Principal, checkin: CheckInId) -> list[Entry]:
    """The whole journal, in order. Raises NotFound, Unreadable."""
    require(principal, Permission.JOURNAL_READ, checkin=checkin)
    patient = _patient(tx, checkin)
    rows = tx.connection.execute(select(table).where(table.c.checkin == checkin).order_by(table.c.seq)).all()
    entries = [Entry(row.seq, row.at, _opened(tx, patient, checkin, row.seq, row.payload)) for row in rows]
    detail = {"count": len(entries)}
    tx.audit(principal, AuditAction.JOURNAL_READ, patient=patient, subject=checkin, detail=detail)
    return entries


def find(
    tx: Transaction, principal: Principal, kind: str, *, since: datetime | None = None
) -> list[tuple[CheckInId, Entry]]:
    """Every event of one kind in all check-ins, oldest check-in first; each patient's reading is audited. Raises Unreadable.

    With a time, those from then on.
    """
    require(principal, Permission.JOURNAL_READ)
    query = select(table, checkin_table.c.patient).join(checkin_table, checkin_table.c.id == table.c.checkin)
    wanted = table.c.kind == kind if since is None else and_(table.c.kind == kind, table.c.at >= since)
    rows = tx.connection.execute(query.where(wanted).order_by(table.c.checkin, table.c.seq)).all()
    found = [
        (CheckInId(row.checkin), Entry(row.seq, row.at, _opened(tx, row.patient, row.checkin, row.seq, row.payload)))
        for row in rows
    ]
    for (checkin, patient), count in Counter((row.checkin, row.patient) for row in rows).items():
        about = {"patient": PatientId(patient), "subject": checkin}
        tx.audit(principal, AuditAction.JOURNAL_READ, **about, detail={"count": count, "kind": kind})
    return found


def newest(tx: Transaction, principal: Principal, patient: PatientId, kind: str) -> Event | None:
    """A patient's newest event of one kind, in whichever of their check-ins; the reading is audited. Raises Unreadable."""
    require(principal, Permission.JOURNAL_READ, patient=patient)
    query = select(table).join(checkin_table, checkin_table.c.id == table.c.checkin)
    query = query.where(checkin_table.c.patient == patient, table.c.kind == kind)
    row = tx.connection.execute(query.order_by(table.c.at.desc(), table.c.seq.desc()).limit(1)).first()
    if row is None:
        return None
    tx.audit(
        principal, AuditAction.JOURNAL_READ, patient=patient, subject=row.checkin, detail={"count": 1, "kind": kind}
    )
    return _opened(tx, patient, CheckInId(row.checkin), row.seq, row.payload)


def _opened(tx: Transaction, patient: PatientId, checkin: str, seq: int, payload: bytes) -> Event:
    return _PAYLOAD.open(tx.vault, patient, _row(CheckInId(checkin), seq), payload)


def _patient(tx: Transaction, checkin: CheckInId) -> PatientId:
    patient = tx.connection.scalar(select(checkin_table.c.patient).where(checkin_table.c.id == checkin))
    if patient is None:
        raise NotFound("no such check-in")
    return PatientId(patient)


def _row(checkin: CheckInId, seq: int) -> str:
    return f"{checkin}:{seq}"
