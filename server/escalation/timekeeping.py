"""When somebody sets the machine's clock: every open deadline is moved with it, so that no page is late or early by that.

Only where the deadlines are the machine's own (SQLite). Called first in every transaction that sets or meets a deadline.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Table, delete, insert, select, update

from server.escalation.ladder import WAITING
from server.record.audit import AuditAction
from server.record.schema import call_back, clock_mark, delivery, due_work, escalation
from server.record.transaction import Transaction
from server.vocabulary.principals import Service

STEP: Final = timedelta(seconds=2)
"""A difference up to this is the ordinary slewing of a clock; research: security.md §7 (4)."""
_PAGER: Final = Service("pager")
_WAITING: Final = tuple(sorted(state.value for state in WAITING))


def settle(tx: Transaction) -> timedelta:
    """By how much the clock was set since the deadlines were last right; they are right afterwards."""
    if tx.anchor is None:
        return timedelta()
    before = tx.connection.scalar(select(clock_mark.c.offset_seconds).where(clock_mark.c.boot == tx.anchor.boot))
    if before is None:
        # Another boot of the machine: nothing says how long it was off, so the wall clock is believed.
        tx.connection.execute(delete(clock_mark))
        tx.connection.execute(insert(clock_mark).values(boot=tx.anchor.boot, offset_seconds=tx.anchor.offset))
        return timedelta()
    ahead = timedelta(seconds=tx.anchor.offset - before)
    if abs(ahead) <= STEP:
        return timedelta()
    for table, columns in _OPEN:
        _shift(tx, table, columns, ahead)
    tx.connection.execute(update(clock_mark).values(offset_seconds=tx.anchor.offset))
    detail = {"seconds": round(ahead.total_seconds())}
    tx.audit(_PAGER, AuditAction.CLOCK_STEPPED, subject=tx.anchor.boot, detail=detail)
    return ahead


_OPEN: Final[tuple[tuple[Table, tuple[str, ...]], ...]] = (
    (due_work, ("due_at", "lease_until", "claim_by")),
    (delivery, ("due_at", "lease_until")),
    (call_back, ("due_at",)),
    (escalation, ("due_at",)),
)


def _shift(tx: Transaction, table: Table, columns: tuple[str, ...], by: timedelta) -> None:
    still_open = table.c.done_at.is_(None) if "done_at" in table.c else table.c.state.in_(_WAITING)
    for row in tx.connection.execute(select(table).where(still_open)).mappings().all():
        moved = {name: row[name] + by for name in columns if isinstance(row[name], datetime)}
        tx.connection.execute(update(table).where(_id(table) == row["id"]).values(moved))


def _id(table: Table) -> Column[Any]:
    return table.c.id
