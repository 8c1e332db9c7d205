"""What compliance asks of the audit chain: who saw a patient, and all of it for another system. Looking is itself audited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.chain import AuditRow
from server.record.schema import audit, staff
from server.record.transaction import Transaction
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Principal

_AT_ONCE: Final = 500
"""Rows read from the database together."""


@dataclass(frozen=True)
class Sight:
    """That somebody did one kind of thing with a patient's record, once or many times."""

    actor: str
    name: str
    """Of a member of staff; empty for the patient and the parts of the service."""
    role: str
    action: str
    times: int
    first: datetime
    last: datetime

    @property
    def by_person(self) -> bool:
        """Not the service itself."""
        return not self.actor.startswith("service:")


def who_saw(tx: Transaction, principal: Principal, patient: PatientId) -> list[Sight]:
    """Everybody who touched this patient's record and how, people first, then the latest. In one query."""
    require(principal, Permission.AUDIT_READ)
    of_staff = audit.c.actor == "staff:" + staff.c.id
    last = func.max(audit.c.at)
    what = (audit.c.actor, staff.c.name, staff.c.role, audit.c.action)
    query = select(*what, func.count(), func.min(audit.c.at), last).join_from(audit, staff, of_staff, isouter=True)
    rows = tx.connection.execute(query.where(audit.c.patient == patient).group_by(*what).order_by(last.desc())).all()
    tx.audit(principal, AuditAction.AUDIT_READ, patient=patient, detail={"count": len(rows)})
    found = [Sight(row[0], row[1] or "", row[2] or "", *row[3:]) for row in rows]
    return sorted(found, key=lambda one: not one.by_person)


@dataclass(frozen=True)
class Wanted:
    """Which rows."""

    patient: PatientId | None = None
    after: int = 0
    """Rows with a higher number: where the last export ended."""
    since: datetime | None = None
    until: datetime | None = None
    """Up to then, not including it."""


def begin_export(tx: Transaction, principal: Principal, wanted: Wanted) -> int:
    """That the chain is handed out is in it before the first row is; returns the last row that is."""
    require(principal, Permission.AUDIT_READ)
    last = tx.connection.scalar(select(func.max(audit.c.seq))) or 0
    detail: dict[str, str | int | bool] = {"start": wanted.after, "end": last}
    tx.audit(principal, AuditAction.AUDIT_EXPORTED, patient=wanted.patient, detail=detail)
    return last


def exported(tx: Transaction, principal: Principal, wanted: Wanted, last: int) -> list[AuditRow]:
    """The next rows up to `last`, oldest first, so many that nobody waits for them; none at the end."""
    require(principal, Permission.AUDIT_READ)
    query = select(audit).where(audit.c.seq > wanted.after, audit.c.seq <= last).order_by(audit.c.seq)
    if wanted.patient is not None:
        query = query.where(audit.c.patient == wanted.patient)
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    return [AuditRow(**row) for row in tx.connection.execute(query.limit(_AT_ONCE)).mappings()]
