"""Staff accounts and their sign-in sessions. A session ends after 15 idle minutes and 12 hours in any case."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update

from server.record.access import Permission, require
from server.record.audit import AuditAction, actor
from server.record.identifiers import new_id
from server.record.schema import staff as table
from server.record.schema import staff_session
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Principal, Role, Staff

# NIST SP 800-63B (revision 3) AAL3: 12 hours at most, 15 minutes idle.
IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=12)
_TOUCH: Final = timedelta(seconds=30)
"""Requests closer together than this do not each write `last_seen`; a session may so end half a minute early."""


class EmailTaken(ServiceError):
    """Another account has this e-mail address."""

    code = "email_taken"
    status = 409


@dataclass(frozen=True)
class Account:
    """A staff member's account, for the sign-in page only."""

    id: StaffId
    email: str
    name: str
    role: Role
    password_hash: str


def add(tx: Transaction, principal: Principal, email: str, name: str, role: Role, password_hash: str) -> StaffId:
    """`password_hash` from `passwords.hash_password`, made before the transaction. Raises EmailTaken."""
    require(principal, Permission.STAFF_ADD)
    if not password_hash.startswith("$argon2id$"):
        raise ValueError("staff.add takes an argon2id hash: call passwords.hash_password first")
    folded = email.strip().casefold()
    if tx.connection.scalar(select(table.c.id).where(table.c.email == folded)):
        raise EmailTaken("an account with this e-mail address exists")
    member = StaffId(new_id("st"))
    row = {"id": member, "email": folded, "name": name, "role": role.value, "password_hash": password_hash}
    tx.connection.execute(insert(table).values(created_at=tx.now, **row))
    tx.audit(principal, AuditAction.STAFF_ADDED, subject=member, detail={"role": role.value})
    return member


def find_by_email(tx: Transaction, principal: Principal, email: str) -> Account | None:
    """The enabled account with this address, in any letter case."""
    require(principal, Permission.STAFF_SIGN_IN)
    matches = (table.c.email == email.strip().casefold()) & table.c.disabled_at.is_(None)
    row = tx.connection.execute(select(table).where(matches)).one_or_none()
    if row is None:
        return None
    return Account(StaffId(row.id), row.email, row.name, Role(row.role), row.password_hash)


def enabled(tx: Transaction, principal: Principal) -> dict[str, Staff]:
    """Everybody who may sign in, by e-mail address."""
    require(principal, Permission.STAFF_LIST)
    rows = tx.connection.execute(select(table).where(table.c.disabled_at.is_(None)).order_by(table.c.id)).all()
    return {row.email: Staff(StaffId(row.id), row.name, Role(row.role)) for row in rows}


def colleagues(tx: Transaction, principal: Principal) -> dict[str, Staff]:
    """Everybody who may sign in, by how the audit chain names them; to say who wrote, approved and takes care of what."""
    require(principal, Permission.LIBRARY_READ)
    rows = tx.connection.execute(select(table).where(table.c.disabled_at.is_(None)).order_by(table.c.name)).all()
    people = [Staff(StaffId(row.id), row.name, Role(row.role)) for row in rows]
    return {actor(one): one for one in people}


def open_session(tx: Transaction, principal: Principal, member: StaffId) -> str:
    """A fresh secret token, after the password was checked. Only its hash is stored."""
    require(principal, Permission.STAFF_SIGN_IN)
    token = secrets.token_urlsafe(32)
    row = {"token_hash": _hash(token), "staff": member, "created_at": tx.now, "last_seen": tx.now}
    tx.connection.execute(insert(staff_session).values(row))
    tx.audit(principal, AuditAction.STAFF_SIGNED_IN, subject=member)
    return token


def session(tx: Transaction, token: str, *, touch: bool = True) -> Staff | None:
    """Who holds this token, or None if it is unknown or over. The token is the authority, so no principal is asked.

    `touch=False` checks without counting as activity: for open streams, which would otherwise never go idle.
    """
    query = select(staff_session.c.created_at, staff_session.c.last_seen, table.c.id, table.c.name, table.c.role)
    query = query.join_from(staff_session, table).where(staff_session.c.token_hash == _hash(token))
    row = tx.connection.execute(query.where(table.c.disabled_at.is_(None))).one_or_none()
    if row is None or tx.now - row.created_at >= ABSOLUTE or tx.now - row.last_seen >= IDLE:
        return None
    if touch and tx.now - row.last_seen >= _TOUCH:
        mine = staff_session.c.token_hash == _hash(token)
        tx.connection.execute(update(staff_session).where(mine).values(last_seen=tx.now))
    return Staff(StaffId(row.id), row.name, Role(row.role))


def close_session(tx: Transaction, token: str) -> None:
    """Signs out; an unknown token changes nothing."""
    who = session(tx, token, touch=False)
    tx.connection.execute(delete(staff_session).where(staff_session.c.token_hash == _hash(token)))
    if who is not None:
        tx.audit(who, AuditAction.STAFF_SIGNED_OUT, subject=who.id)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
