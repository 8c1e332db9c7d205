"""The browsers that a nurse wants to be rung on while the console is closed. Endpoints are secrets: they stay in here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, insert, select

from server.escalation.ladder import Address, Channel
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.schema import push_subscription as table
from server.record.transaction import Transaction
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Principal, Staff

PREFIX: Final = "webpush-"
"""What the id of such an address begins with."""
MOST: Final = 8
"""Browsers of one nurse; the oldest goes."""


@dataclass(frozen=True)
class Subscription:
    """One browser, as it gave itself to us (W3C Push API, PushSubscription)."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)

    @property
    def id(self) -> str:
        return PREFIX + hashlib.sha256(self.endpoint.encode()).hexdigest()[:16]


def keep(tx: Transaction, principal: Staff, subscription: Subscription) -> None:
    """Rings this nurse there from now on, and whoever used that browser before no more."""
    require(principal, Permission.PAGE_ACKNOWLEDGE)
    tx.connection.execute(delete(table).where(table.c.id == subscription.id))
    mine = select(table.c.id).where(table.c.staff == principal.id).order_by(table.c.created_at.desc()).offset(MOST - 1)
    for old in tx.connection.scalars(mine).all():
        tx.connection.execute(delete(table).where(table.c.id == old))
    row = {"id": subscription.id, "staff": principal.id, "endpoint": subscription.endpoint}
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth, "created_at": tx.now}
    tx.connection.execute(insert(table).values(**row, **keys))
    tx.audit(principal, AuditAction.PUSH_ALLOWED, subject=principal.id, detail={"contact_point": subscription.id})


def forget(tx: Transaction, principal: Staff, endpoint: str) -> None:
    """No more rings there; an unknown one changes nothing."""
    require(principal, Permission.PAGE_ACKNOWLEDGE)
    address = Subscription(endpoint, "", "").id
    if tx.connection.execute(delete(table).where(table.c.id == address)).rowcount:
        tx.audit(principal, AuditAction.PUSH_ENDED, subject=principal.id, detail={"contact_point": address})


def gone(tx: Transaction, principal: Principal, address: str) -> None:
    """The push service says that this browser takes nothing any more (RFC 8030 section 7.3)."""
    require(principal, Permission.PAGE_DELIVER)
    tx.connection.execute(delete(table).where(table.c.id == address))
    tx.audit(principal, AuditAction.PUSH_ENDED, subject=address)


def find(tx: Transaction, principal: Principal, address: str) -> Subscription | None:
    require(principal, Permission.PAGE_DELIVER)
    row = tx.connection.execute(select(table).where(table.c.id == address)).one_or_none()
    return Subscription(row.endpoint, row.p256dh, row.auth) if row else None


def addresses(tx: Transaction, principal: Principal) -> Mapping[StaffId, tuple[Address, ...]]:
    """The browsers of everybody who has some."""
    require(principal, Permission.PAGE_DELIVER)
    found: dict[StaffId, tuple[Address, ...]] = {}
    for row in tx.connection.execute(select(table.c.id, table.c.staff).order_by(table.c.created_at)):
        member = StaffId(row.staff)
        found[member] = (*found.get(member, ()), Address(row.id, Channel.PUSH))
    return found
