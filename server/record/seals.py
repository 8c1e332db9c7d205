"""Seals in the records: one under every transaction that audits, in that transaction.

The newest is replaced by the next, but for those that are kept. A chain that does not follow from its seal is never sealed
over: the old seal stays, and `nightlight audit verify` says so until somebody has looked.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from server.record.chain import Head
from server.record.privacy import log
from server.record.schema import audit
from server.record.schema import audit_seal as table
from server.record.seal import Seal, Sealer

_LOGGER = logging.getLogger(__name__)
_KEEP_ROWS: Final = 100
_KEEP_AFTER: Final = timedelta(seconds=60)
"""A seal is kept so often, whichever comes first; research: security.md §2."""


def seal(connection: Connection, sealer: Sealer, began: Head, now: datetime) -> Seal | None:
    """At the end of a transaction that found the chain at `began`. None: it does not follow from the last seal."""
    newest, kept = _last(connection)
    follows = began == Head(newest.seq, newest.hash) and sealer.made(newest) if newest else began.seq == 0
    if not follows:
        log(_LOGGER, logging.CRITICAL, "audit_chain_broken", seq=began.seq)
        return None
    return _put(connection, sealer, newest, kept, now)


def begin(connection: Connection, sealer: Sealer, now: datetime) -> None:
    """The first seal of records that were written before there were seals."""
    if _end(connection) is not None and _last(connection) == (None, None):
        _put(connection, sealer, None, None, now)


def kept_since(connection: Connection, seq: int) -> list[Seal]:
    """Kept seals of later rows, oldest first."""
    query = select(table).where(table.c.kept, table.c.seq > seq).order_by(table.c.seq)
    return [Seal(**row) for row in connection.execute(query).mappings()]


def every(connection: Connection) -> list[Seal]:
    """All of them, oldest first."""
    return [Seal(**row) for row in connection.execute(select(table).order_by(table.c.seq)).mappings()]


def replace_all(connection: Connection, sealer: Sealer, seals: Sequence[Seal]) -> None:
    """The same seals under the key in use now."""
    connection.execute(delete(table))
    if seals:
        connection.execute(insert(table), [vars(sealer.sign(one)) for one in seals])


def _put(connection: Connection, sealer: Sealer, newest: Seal | None, kept: Seal | None, now: datetime) -> Seal:
    end = _end(connection)
    if end is None:
        raise RuntimeError("nothing to seal: the audit chain is empty")
    keep = kept is None or now - kept.at >= _KEEP_AFTER or end.seq // _KEEP_ROWS != kept.seq // _KEEP_ROWS
    made = sealer.sign(Seal(end.seq, end.hash, now, keep, kept.seq if kept else 0, ""))
    if newest is not None and not newest.kept:
        connection.execute(delete(table).where(table.c.seq == newest.seq))
    connection.execute(insert(table).values(vars(made)))
    return made


def _last(connection: Connection) -> tuple[Seal | None, Seal | None]:
    """The newest seal, and the newest that is kept; they may be one."""
    query = select(table).order_by(table.c.seq.desc()).limit(2)
    found = [Seal(**row) for row in connection.execute(query).mappings()]
    kept = next((one for one in found if one.kept), None)
    return (found[0] if found else None), kept


def _end(connection: Connection) -> Head | None:
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    return Head(last.seq, last.hash) if last else None
