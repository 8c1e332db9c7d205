"""The journal of a page: every step it took, written and audited in the transaction that makes it true.

Append-only, and of identifiers and SAFE facts only; it outlives the check-in and its journal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from server.record.access import Permission, require
from server.record.audit import AuditAction, actor
from server.record.chain import canonical
from server.record.schema import page_event as table
from server.record.transaction import Transaction
from server.vocabulary.ids import EscalationId, PatientId
from server.vocabulary.principals import Principal

Detail = Mapping[str, str | int | bool]


@dataclass(frozen=True)
class PageEvent:
    """One line of a page's journal."""

    seq: int
    """1-based, without gaps."""
    at: datetime
    kind: str
    """The audit action without `page.`."""
    level: int
    """The ringing it belongs to; 0 for none."""
    actor: str
    detail: Detail


def append(
    tx: Transaction,
    principal: Principal,
    escalation: EscalationId,
    patient: PatientId,
    action: AuditAction,
    *,
    level: int = 0,
    detail: Detail | None = None,
) -> None:
    """Adds the next line, and its audit row."""
    facts = dict(detail or {})
    seq = (tx.connection.scalar(select(func.max(table.c.seq)).where(table.c.escalation == escalation)) or 0) + 1
    row = {"escalation": escalation, "seq": seq, "at": tx.now, "kind": action.value.removeprefix("page.")}
    row |= {"level": level, "actor": actor(principal), "detail": canonical(facts)}
    tx.connection.execute(insert(table).values(row))
    if level:
        facts["level"] = level
    tx.audit(principal, action, patient=patient, subject=escalation, detail=facts)


def read(tx: Transaction, principal: Principal, escalation: EscalationId) -> list[PageEvent]:
    """Everything that happened to a page, in order."""
    require(principal, Permission.PAGE_READ)
    rows = tx.connection.execute(select(table).where(table.c.escalation == escalation).order_by(table.c.seq)).all()
    return [PageEvent(row.seq, row.at, row.kind, row.level, row.actor, json.loads(row.detail)) for row in rows]
