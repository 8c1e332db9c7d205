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
from server.record.people_schema import staff_factor
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


@dataclass(frozen=True)
class Session:
    """A signed-in browser: who sits there, and how far they have proven it."""

    staff: Staff
    proven: bool
    """The second factor was given too, here or at the site's own sign-in."""
    enrolled: bool
    """This person has a second factor with us."""


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


def open_session(tx: Transaction, principal: Principal, member: StaffId, *, proven: bool = False) -> str:
    """A fresh secret token, after the password was checked; `proven`: a second factor too. Only its hash is stored."""
    require(principal, Permission.STAFF_SIGN_IN)
    # Sessions that are over are of no use to anybody, and nobody else would take them out.
    tx.connection.execute(delete(staff_session).where(staff_session.c.created_at <= tx.now - ABSOLUTE))
    token = secrets.token_urlsafe(32)
    row = {"token_hash": _hash(token), "staff": member, "created_at": tx.now, "last_seen": tx.now}
    tx.connection.execute(insert(staff_session).values(**row, proven_at=tx.now if proven else None))
    tx.connection.execute(update(table).where(table.c.id == member).values(signed_in_at=tx.now))
    tx.audit(principal, AuditAction.STAFF_SIGNED_IN, subject=member)
    return token


def prove(tx: Transaction, token: str) -> str:
    """After the second factor was given: the same session goes on under another token, which replaces this one."""
    fresh = secrets.token_urlsafe(32)
    mine = staff_session.c.token_hash == _hash(token)
    tx.connection.execute(update(staff_session).where(mine).values(token_hash=_hash(fresh), proven_at=tx.now))
    return fresh


def session(tx: Transaction, token: str, *, touch: bool = True) -> Session | None:
    """Who holds this token, or None if it is unknown or over. The token is the authority, so no principal is asked.

    `touch=False` checks without counting as activity: for open streams, which would otherwise never go idle.
    """
    query = select(staff_session, table.c.id, table.c.name, table.c.role, staff_factor.c.confirmed_at)
    query = query.join_from(staff_session, table).outerjoin(staff_factor, staff_factor.c.staff == table.c.id)
    query = query.where(staff_session.c.token_hash == _hash(token))
    row = tx.connection.execute(query.where(table.c.disabled_at.is_(None))).one_or_none()
    if row is None or tx.now - row.created_at >= ABSOLUTE or tx.now - row.last_seen >= IDLE:
        return None
    if touch and tx.now - row.last_seen >= _TOUCH:
        mine = staff_session.c.token_hash == _hash(token)
        tx.connection.execute(update(staff_session).where(mine).values(last_seen=tx.now))
    who = Staff(StaffId(row.id), row.name, Role(row.role))
    return Session(who, row.proven_at is not None, row.confirmed_at is not None)


def end_sessions(tx: Transaction, member: StaffId) -> None:
    """Everywhere at once; for those who look after accounts, who have asked `require` themselves."""
    tx.connection.execute(delete(staff_session).where(staff_session.c.staff == member))


def close_session(tx: Transaction, token: str) -> None:
    """Signs out; an unknown token changes nothing."""
    found = session(tx, token, touch=False)
    tx.connection.execute(delete(staff_session).where(staff_session.c.token_hash == _hash(token)))
    if found is not None:
        tx.audit(found.staff, AuditAction.STAFF_SIGNED_OUT, subject=found.staff.id)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
