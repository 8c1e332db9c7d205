"""Changes the master key while the records are in use: every patient's key is wrapped anew, and the seals are signed anew.

In steps that are each a transaction and may each be the last one before a power cut: done again, they go on where they ended.
Patients' own keys, and what is sealed with them, stay as they are.
"""

from typing import Final

from sqlalchemy import func, select, update

from server.record import key_ring, seals
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.schema import patient_key
from server.record.transaction import Transaction
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Principal

AT_ONCE: Final = 200
"""Keys wrapped in one transaction, for which everybody else waits; a few milliseconds."""


def begin(tx: Transaction, principal: Principal, kid: str) -> None:
    """New patients' keys are wrapped with this master key from now on. Done before: nothing changes."""
    require(principal, Permission.RECORDS_KEEP)
    if key_ring.in_use(tx.connection) != kid:
        key_ring.use(tx.connection, kid)
        tx.audit(principal, AuditAction.KEYS_ROTATING, detail={"master_kid": kid})


def wrap_some(tx: Transaction, principal: Principal, kid: str) -> int:
    """Some of the keys that are wrapped with another one; how many, so that none is left at 0. Raises Unreadable."""
    require(principal, Permission.RECORDS_KEEP)
    others = select(patient_key).where(patient_key.c.master_kid != kid).limit(AT_ONCE)
    rows = tx.connection.execute(others).all()
    for row in rows:
        wrapped = tx.vault.wrapped_anew(PatientId(row.patient), row.kid, kid)
        this = (patient_key.c.patient == row.patient) & (patient_key.c.kid == row.kid)
        tx.connection.execute(update(patient_key).where(this).values(master_kid=kid, wrapped=wrapped))
    return len(rows)


def is_over(tx: Transaction, principal: Principal, kid: str) -> bool:
    """Whether this master key is in use, and opens every key."""
    require(principal, Permission.RECORDS_KEEP)
    others = select(func.count()).select_from(patient_key).where(patient_key.c.master_kid != kid)
    return key_ring.in_use(tx.connection) == kid and not tx.connection.scalar(others)


def finish(tx: Transaction, principal: Principal, kid: str) -> None:
    """Signs anew every seal that is ours; afterwards nothing here needs the old master key. Nothing may be left."""
    require(principal, Permission.RECORDS_KEEP)
    if not is_over(tx, principal, kid):
        raise RuntimeError("keys are left under another master key")
    seals.sign_anew(tx.connection, tx.sealer, kid)
    count = tx.connection.scalar(select(func.count()).select_from(patient_key)) or 0
    tx.audit(principal, AuditAction.KEYS_ROTATED, detail={"master_kid": kid, "count": count})
