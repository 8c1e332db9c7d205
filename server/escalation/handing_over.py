"""A shift ends: the incoming nurse reads each open page back, and has it from then on. In the page's own journal."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from server.escalation import desk, history
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.schema import page_event
from server.record.transaction import Transaction
from server.vocabulary.ids import EscalationId
from server.vocabulary.principals import Principal

_KIND: Final = AuditAction.PAGE_READ_BACK.value.removeprefix("page.")


def read_back(tx: Transaction, principal: Principal, escalation: EscalationId) -> desk.Escalation:
    """The nurse who comes on has said it back, and holds it now. Raises NotFound, and PageUnanswered where nobody holds it."""
    require(principal, Permission.PAGE_CLAIM)
    before = desk.get(tx, principal, escalation)
    if before.acknowledged_by is None:
        raise desk.PageUnanswered("a page that nobody answered is answered first, not handed over")
    page = desk.claim(tx, principal, escalation)
    history.append(tx, principal, escalation, page.patient, AuditAction.PAGE_READ_BACK)
    return page


def last_read_back(tx: Transaction, principal: Principal, escalation: EscalationId) -> tuple[str, datetime] | None:
    """Who (`staff:` and the id) read it back last, and when."""
    require(principal, Permission.PAGE_READ)
    same = (page_event.c.escalation == escalation) & (page_event.c.kind == _KIND)
    row = tx.connection.execute(
        select(page_event.c.actor, page_event.c.at).where(same).order_by(page_event.c.seq.desc()).limit(1)
    ).one_or_none()
    return (row.actor, row.at) if row else None
