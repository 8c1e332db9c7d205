"""Accounts as those see them who look after them: who there is, who was last here, and whose account is shut."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.people_schema import staff_factor, staff_identity
from server.record.schema import staff as table
from server.record.staff import end_sessions
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, NotPermitted
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Principal, Role, Staff


@dataclass(frozen=True)
class Member:
    """One account."""

    id: StaffId
    email: str
    name: str
    role: Role
    since: datetime
    signed_in_at: datetime | None
    """When they last did; None for never, and for longer ago than this is kept."""
    factor_since: datetime | None
    """When their second factor was set up with us."""
    elsewhere: bool
    """They sign in at the site's own sign-in."""
    shut_at: datetime | None


def members(tx: Transaction, principal: Principal) -> list[Member]:
    """Everybody, by name; those whose account is shut last."""
    require(principal, Permission.STAFF_LIST)
    query = select(table, staff_factor.c.confirmed_at).outerjoin(staff_factor, staff_factor.c.staff == table.c.id)
    rows = tx.connection.execute(query).all()
    elsewhere = set(tx.connection.scalars(select(staff_identity.c.staff)))
    tx.audit(principal, AuditAction.STAFF_LISTED, detail={"count": len(rows)})
    found = [
        Member(
            id=StaffId(row.id),
            email=row.email,
            name=row.name,
            role=Role(row.role),
            since=row.created_at,
            signed_in_at=row.signed_in_at,
            factor_since=row.confirmed_at,
            elsewhere=row.id in elsewhere,
            shut_at=row.disabled_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.shut_at is not None, one.name.casefold(), one.id))


def find(tx: Transaction, principal: Principal, email: str) -> StaffId:
    """Whose address this is, the account shut or not. Raises NotFound."""
    require(principal, Permission.STAFF_LIST)
    found = tx.connection.scalar(select(table.c.id).where(table.c.email == email.strip().casefold()))
    if found is None:
        raise NotFound("no account has this e-mail address")
    return StaffId(found)


def shut(tx: Transaction, principal: Principal, member: StaffId) -> None:
    """Whoever left comes in no more: every session ends now, and links in messages do not answer. Raises NotFound."""
    require(principal, Permission.STAFF_CHANGE)
    _not_oneself(principal, member)
    open_one = (table.c.id == member) & table.c.disabled_at.is_(None)
    if tx.connection.execute(update(table).where(open_one).values(disabled_at=tx.now)).rowcount == 1:
        end_sessions(tx, member)
        tx.audit(principal, AuditAction.STAFF_SHUT, subject=member)
        return
    _known(tx, member)


def open_again(tx: Transaction, principal: Principal, member: StaffId) -> None:
    """Raises NotFound."""
    require(principal, Permission.STAFF_CHANGE)
    shut_one = (table.c.id == member) & table.c.disabled_at.is_not(None)
    if tx.connection.execute(update(table).where(shut_one).values(disabled_at=None)).rowcount == 1:
        tx.audit(principal, AuditAction.STAFF_OPENED, subject=member)
        return
    _known(tx, member)


def give_role(tx: Transaction, principal: Principal, member: StaffId, role: Role) -> None:
    """Another role from now on; open sessions end, so that no page of the old one stays open. Raises NotFound."""
    require(principal, Permission.STAFF_ROLE)
    other = (table.c.id == member) & (table.c.role != role.value)
    if tx.connection.execute(update(table).where(other).values(role=role.value)).rowcount == 1:
        end_sessions(tx, member)
        tx.audit(principal, AuditAction.STAFF_ROLE_GIVEN, subject=member, detail={"role": role.value})
        return
    _known(tx, member)


def _known(tx: Transaction, member: StaffId) -> None:
    if tx.connection.scalar(select(table.c.id).where(table.c.id == member)) is None:
        raise NotFound("no such account")


def _not_oneself(principal: Principal, member: StaffId) -> None:
    if isinstance(principal, Staff) and principal.id == member:
        raise NotPermitted("nobody shuts their own account")
