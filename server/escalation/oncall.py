"""Keeps who is on call: rotations, shifts of a calendar, overrides and swaps. Every change is audited."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, insert, select, update

from server.escalation.rota import Rotation, Schedule, Shift, Source
from server.record.access import Permission, may, require
from server.record.audit import AuditAction
from server.record.identifiers import new_id
from server.record.schema import rotation as rotation_table
from server.record.schema import shift as shift_table
from server.record.schema import staff as staff_table
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Principal, Staff

CHARGE: Final = "charge_nurse"
"""The on-call role whose holder answers for the others' pages."""


def schedule(tx: Transaction, principal: Principal) -> Schedule:
    """From now on; shifts that are over are left out."""
    require(principal, Permission.ON_CALL_READ)
    rotations = tx.connection.execute(
        select(rotation_table).where(rotation_table.c.ended_at.is_(None)).order_by(rotation_table.c.id)
    )
    coming = and_(shift_table.c.removed_at.is_(None), shift_table.c.ends_at > tx.now)
    shifts = tx.connection.execute(select(shift_table).where(coming).order_by(shift_table.c.id))
    enabled = tx.connection.scalars(select(staff_table.c.id).where(staff_table.c.disabled_at.is_(None)))
    return Schedule(
        tuple(
            Rotation(
                row.role,
                ZoneInfo(row.zone),
                date.fromisoformat(row.first_day),
                time.fromisoformat(row.handover),
                tuple(json.loads(row.members)),
            )
            for row in rotations
        ),
        tuple(
            Shift(row.role, StaffId(row.staff), row.starts_at, row.ends_at, Source(row.source), row.id)
            for row in shifts
        ),
        frozenset(StaffId(member) for member in enabled),
    )


def in_charge(tx: Transaction, principal: Principal) -> bool:
    """Whether this member of staff is a charge nurse by role, or on call as one at this moment."""
    if not isinstance(principal, Staff):
        return False
    by_role = may(principal, Permission.PAGE_CLOSE_ANY)
    return by_role or principal.id in schedule(tx, principal).on_call(CHARGE, tx.now)


def rotate(tx: Transaction, principal: Principal, rotation: Rotation) -> None:
    """From now on this is the role's rotation; one without members ends the role's rotation."""
    require(principal, Permission.ON_CALL_CHANGE)
    same = and_(rotation_table.c.role == rotation.role, rotation_table.c.ended_at.is_(None))
    tx.connection.execute(update(rotation_table).where(same).values(ended_at=tx.now))
    if rotation.members:
        who = {"id": new_id("rt"), "role": rotation.role, "members": json.dumps(rotation.members)}
        when = {"first_day": rotation.first_day.isoformat(), "handover": f"{rotation.handover:%H:%M}"}
        row = {**who, **when, "zone": rotation.zone.key}
        tx.connection.execute(insert(rotation_table).values(**row, created_at=tx.now))
    _audit(tx, principal, rotation.role, "rotation", len(rotation.members))


def override(tx: Transaction, principal: Principal, role: str, member: StaffId, start: datetime, end: datetime) -> str:
    """This person instead of everybody else; returns the shift's id."""
    require(principal, Permission.ON_CALL_CHANGE)
    added = _add(tx, Shift(role, member, start, end, Source.OVERRIDE))
    _audit(tx, principal, role, "override", 1)
    return added


def swap(tx: Transaction, principal: Principal, first: Shift, second: Shift) -> tuple[str, str]:
    """Two people take each other's time: each is given with the time that is theirs now."""
    require(principal, Permission.ON_CALL_CHANGE)
    one = _add(tx, Shift(first.role, second.staff, first.start, first.end, Source.OVERRIDE))
    other = _add(tx, Shift(second.role, first.staff, second.start, second.end, Source.OVERRIDE))
    _audit(tx, principal, first.role, "swap", 2)
    return one, other


def cancel(tx: Transaction, principal: Principal, shift: str) -> None:
    """Takes an override back. Raises NotFound."""
    require(principal, Permission.ON_CALL_CHANGE)
    active = and_(
        shift_table.c.id == shift,
        shift_table.c.source == Source.OVERRIDE.value,
        shift_table.c.removed_at.is_(None),
    )
    if tx.connection.execute(update(shift_table).where(active).values(removed_at=tx.now)).rowcount != 1:
        raise NotFound("no such override")
    role = tx.connection.scalar(select(shift_table.c.role).where(shift_table.c.id == shift)) or ""
    _audit(tx, principal, role, "cancel", 1)


def import_calendar(tx: Transaction, principal: Principal, role: str, shifts: Sequence[Shift]) -> None:
    """These in place of what an earlier import said of the time from now on; overrides stay."""
    require(principal, Permission.ON_CALL_CHANGE)
    former = and_(
        shift_table.c.role == role,
        shift_table.c.source == Source.CALENDAR.value,
        shift_table.c.removed_at.is_(None),
        shift_table.c.ends_at > tx.now,
    )
    tx.connection.execute(update(shift_table).where(former).values(removed_at=tx.now))
    for shift in shifts:
        _add(tx, shift)
    _audit(tx, principal, role, "calendar", len(shifts))


def _add(tx: Transaction, shift: Shift) -> str:
    added = new_id("sh")
    who = {"id": added, "role": shift.role, "staff": shift.staff, "source": shift.source.value}
    when = {"starts_at": shift.start, "ends_at": shift.end, "created_at": tx.now}
    tx.connection.execute(insert(shift_table).values(**who, **when))
    return added


def _audit(tx: Transaction, principal: Principal, role: str, what: str, count: int) -> None:
    detail: dict[str, str | int | bool] = {"role": role, "what": what, "count": count}
    tx.audit(principal, AuditAction.ON_CALL_CHANGED, subject=role, detail=detail)
