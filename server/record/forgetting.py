"""Forgets a whole patient: the key is destroyed, so that nothing sealed for them opens again, here or in a copy.

What could not be read any more is removed as well. What stays names no one: check-ins with their times, and the audit chain,
which keeps the certificate. Must never forget somebody who is in a check-in, or of whom a nurse is still to hear.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Select, Table, delete, func, select, update

from server.record import schema
from server.record.access import Permission, require
from server.record.audit import AuditAction, head
from server.record.library_schema import question
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, ServiceError
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Principal, Service


class InCare(ServiceError):
    """The patient is in a check-in, or a page about them is open."""

    code = "patient_in_care"
    status = 409


@dataclass(frozen=True)
class Certificate:
    """That a patient was forgotten; the same stands in the audit chain."""

    patient: PatientId
    at: datetime
    keys: int
    """Keys destroyed."""
    key_hash: str
    """SHA-256 over the wrapped keys, hexadecimal: proves in a backup which keys these were, and opens nothing."""
    rows: dict[str, int]
    """Rows removed, by table."""
    audit_seq: int
    audit_hash: str
    """The certificate's own link of the audit chain."""


_KEEPER: Final = Service("keeper")
_EMPTY: Final = b""
"""What stands where sealed cells of a forgotten patient were."""


def forget(tx: Transaction, principal: Principal, patient: PatientId) -> Certificate:
    """Raises NotFound, InCare. The file itself is cleaned afterwards by `Database.scrub`."""
    require(principal, Permission.PATIENT_FORGET, patient=patient)
    _check(tx, patient)
    return _destroy(tx, principal, patient)


def settle(tx: Transaction, known: Mapping[PatientId, datetime]) -> list[PatientId]:
    """Forgets once more whoever an older copy of the records brought back, in whatever state they were then.

    `known`: the forgotten, as noted outside the database; what it lacks is noted with this commit.
    """
    require(_KEEPER, Permission.PATIENT_FORGET)
    table = schema.patient
    gone = tx.connection.execute(select(table.c.id, table.c.forgotten_at).where(table.c.forgotten_at.is_not(None)))
    tx.forgotten |= {PatientId(row.id): row.forgotten_at for row in gone if row.id not in known}
    living = tx.connection.scalars(select(table.c.id).where(table.c.forgotten_at.is_(None))).all()
    back = [PatientId(found) for found in living if found in known]
    for patient in back:
        _destroy(tx, _KEEPER, patient)
    return back


def _destroy(tx: Transaction, principal: Principal, patient: PatientId) -> Certificate:
    key = schema.patient_key
    query = select(key.c.wrapped).where(key.c.patient == patient).order_by(key.c.kid)
    wrapped = list(tx.connection.scalars(query))
    rows: Counter[str] = Counter()
    for table, column, of in _removed(patient):
        rows[table.name] += _remove(tx, table.c[column], of)
    tx.vault.forget(patient)
    visits = update(schema.checkin).where(schema.checkin.c.patient == patient, schema.checkin.c.status != "ended")
    tx.connection.execute(visits.values(status="ended", ended_at=tx.now, end_reason="staff_ended"))
    blank: dict[str, Any] = dict.fromkeys(("name", "contact", "birth", "chart"), _EMPTY)
    gone = update(schema.patient).where(schema.patient.c.id == patient)
    tx.connection.execute(gone.values(forgotten_at=tx.now, **blank))
    digest = hashlib.sha256(b"".join(wrapped)).hexdigest()
    detail: dict[str, str | int | bool] = {"count": rows.total(), "kid": len(wrapped), "hash": digest}
    tx.audit(principal, AuditAction.PATIENT_FORGOTTEN, patient=patient, subject=patient, detail=detail)
    tx.forgotten[patient] = tx.now
    end = head(tx)
    return Certificate(patient, tx.now, len(wrapped), digest, dict(rows), end.seq, end.hash)


def _check(tx: Transaction, patient: PatientId) -> None:
    table, page = schema.checkin, schema.escalation
    row = tx.connection.execute(select(schema.patient.c.forgotten_at).where(schema.patient.c.id == patient)).first()
    if row is None or row.forgotten_at is not None:
        raise NotFound("no such patient, or forgotten before")
    running = select(func.count()).select_from(table).where(table.c.patient == patient, table.c.status == "running")
    paged = select(func.count()).select_from(page).where(page.c.patient == patient, page.c.state != "closed")
    if tx.connection.scalar(running) or tx.connection.scalar(paged):
        raise InCare("the patient is in a check-in, or a page is open: end the one and close the other first")


def _removed(patient: PatientId) -> list[tuple[Table, str, Select[Any]]]:
    """What only this patient's key opens, what hangs on those rows, and whatever would still reach for the patient: nobody
    calls or texts who was forgotten. In the order of their references."""
    visits = select(schema.checkin.c.id).where(schema.checkin.c.patient == patient)
    pages = select(schema.escalation.c.id).where(schema.escalation.c.patient == patient)
    links = select(schema.invitation.c.id).where(schema.invitation.c.patient == patient)
    own = select(schema.patient.c.id).where(schema.patient.c.id == patient)
    return [
        (question, "patient", own),
        (schema.memory_fact, "patient", own),
        (schema.memory_thread, "patient", own),
        (schema.memory_episode, "patient", own),
        (schema.journal, "checkin", visits),
        (schema.delivery, "escalation", pages),
        (schema.page_event, "escalation", pages),
        (schema.due_work, "subject", pages),
        (schema.escalation, "patient", own),
        (schema.call_back, "patient", own),
        (schema.due_work, "subject", visits),
        (schema.invitation_device, "invitation", links),
        (schema.invitation, "patient", own),
    ]


def _remove(tx: Transaction, column: Column[Any], of: Select[Any]) -> int:
    return tx.connection.execute(delete(column.table).where(column.in_(of))).rowcount
