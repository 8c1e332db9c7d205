"""The second factor of staff: six digits that an authenticator app shows (RFC 6238), and recovery codes for a lost phone.

The secret is encrypted with a key of that person's own, as a patient's data is; it is shown once and never logged.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import pyotp
from sqlalchemy import Row, delete, insert, select, update

from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.people_schema import staff_factor as table
from server.record.sealed import SealedColumn
from server.record.staff import end_sessions
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import PatientId, StaffId
from server.vocabulary.principals import Principal, Staff

STEP_SECONDS: Final = 30
"""RFC 6238 section 5.2: the default that authenticator apps assume."""
_AROUND: Final = (-1, 0, 1)
"""RFC 6238 section 5.2: one step of delay either way, for slow fingers and clocks."""
RECOVERY_CODES: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is easily taken for another."""
_LETTERS_EACH: Final = 16
"""Of 31 letters: 79 bits, far beyond the 20 of a look-up secret whose guesses are throttled (NIST SP 800-63B 5.1.2.2)."""


class WrongCode(ServiceError):
    """Neither the code that the app shows now nor an unused recovery code."""

    code = "wrong_code"
    status = 422
    patient_sees = "That code does not fit. Codes change every 30 seconds: take the one that is shown now."


@dataclass(frozen=True)
class Standing:
    """What somebody's second factor looks like from outside."""

    since: datetime | None
    """When it was set up; None without one."""
    codes_left: int = 0


@dataclass(frozen=True)
class _Secret:
    key: str
    """Base32."""
    codes: tuple[str, ...] = ()
    """Recovery codes not used yet."""


_SECRET: SealedColumn[_Secret] = SealedColumn(_Secret, "staff_factor", "secret")
_PENDING: SealedColumn[_Secret] = SealedColumn(_Secret, "staff_factor", "pending")


def standing(tx: Transaction, staff: Staff) -> Standing:
    """One's own; nobody asks for anybody else's."""
    row = _row(tx, staff.id)
    if row is None or row.confirmed_at is None:
        return Standing(None)
    return Standing(row.confirmed_at, len(_opened(tx, staff.id, row).codes))


def begin(tx: Transaction, staff: Staff) -> str:
    """A new secret in base32, to be shown now; it counts once a code of it was given. What counted before still does."""
    row, secret = _row(tx, staff.id), pyotp.random_base32()
    if row is None:
        tx.vault.create_key(_owner(staff.id), tx.now)
        first = {"staff": staff.id, "row_version": 0, "last_step": 0, "created_at": tx.now}
        tx.connection.execute(insert(table).values(first))
    version = 1 if row is None else row.row_version + 1
    pending = _PENDING.seal(tx.vault, _owner(staff.id), staff.id, _Secret(secret), version)
    # Sealed anew with the row's version, which every cell of a row is bound to.
    kept = None if row is None or row.secret is None else _sealed(tx, staff.id, _opened(tx, staff.id, row), version)
    _write(tx, staff.id, row_version=version, pending=pending, secret=kept)
    return secret


def confirm(tx: Transaction, staff: Staff, code: str) -> tuple[str, ...]:
    """From now on this secret counts and no other. The recovery codes, to be shown now. Raises WrongCode."""
    row = _row(tx, staff.id)
    if row is None or row.pending is None:
        raise WrongCode("nothing is pending: begin first")
    pending = _PENDING.open(tx.vault, _owner(staff.id), staff.id, row.pending, row.row_version)
    step = _step(pending.key, code, tx.now, after=0)
    if step is None:
        raise WrongCode("not the code of the pending secret")
    codes = tuple(_code() for _ in range(RECOVERY_CODES))
    version = row.row_version + 1
    secret = _sealed(tx, staff.id, replace(pending, codes=codes), version)
    _write(tx, staff.id, row_version=version, secret=secret, pending=None, last_step=step, confirmed_at=tx.now)
    tx.audit(staff, AuditAction.FACTOR_ADDED, subject=staff.id)
    return codes


def matches(tx: Transaction, staff: Staff, given: str) -> bool:
    """Whether this is the code shown now, or a recovery code; each is taken once. A refusal is audited, so it is no error."""
    row = _row(tx, staff.id)
    if row is None or row.confirmed_at is None:
        return False
    secret, version = _opened(tx, staff.id, row), row.row_version + 1
    step = _step(secret.key, given, tx.now, after=row.last_step)
    used = next((code for code in secret.codes if hmac.compare_digest(code, _plain(given))), None)
    if step is None and used is None:
        tx.audit(staff, AuditAction.FACTOR_REFUSED, subject=staff.id)
        return False
    left = replace(secret, codes=tuple(code for code in secret.codes if code != used))
    sealed = _sealed(tx, staff.id, left, version)
    _write(tx, staff.id, row_version=version, secret=sealed, pending=None, last_step=step or row.last_step)
    tx.audit(staff, AuditAction.FACTOR_PROVEN, subject=staff.id, detail={"kind": "app" if step else "recovery"})
    return True


def take_away(tx: Transaction, principal: Principal, member: StaffId) -> bool:
    """The phone is lost: its secret and key are destroyed and every session ends. False where there was none."""
    require(principal, Permission.STAFF_CHANGE)
    there = tx.connection.execute(delete(table).where(table.c.staff == member)).rowcount == 1
    if there:
        tx.vault.forget(_owner(member))
        end_sessions(tx, member)
        tx.audit(principal, AuditAction.FACTOR_TAKEN_AWAY, subject=member)
    return there


def _row(tx: Transaction, member: StaffId) -> Row[Any] | None:
    return tx.connection.execute(select(table).where(table.c.staff == member)).one_or_none()


def _write(tx: Transaction, member: StaffId, **values: Any) -> None:
    tx.connection.execute(update(table).where(table.c.staff == member).values(**values))


def _sealed(tx: Transaction, member: StaffId, secret: _Secret, version: int) -> bytes:
    return _SECRET.seal(tx.vault, _owner(member), member, secret, version)


def _opened(tx: Transaction, member: StaffId, row: Row[Any]) -> _Secret:
    return _SECRET.open(tx.vault, _owner(member), member, row.secret, row.row_version)


def _owner(member: StaffId) -> PatientId:
    """Staff have a key of their own where patients have theirs, so that a rotation reaches both."""
    return PatientId(member)


def _step(key: str, given: str, now: datetime, *, after: int) -> int | None:
    """The time step whose code this is; None for none, and for one that is not later than `after`."""
    totp, digits = pyotp.TOTP(key, interval=STEP_SECONDS), _plain(given)
    steps = (int(now.timestamp()) // STEP_SECONDS + away for away in _AROUND)
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)]
    return next((step for step in fitting if step > after), None)


def _plain(given: str) -> str:
    """As it was made, whatever blanks and dashes it was written down with; empty for what no code can be."""
    plain = "".join(given.split()).replace("-", "").lower()
    return plain if plain.isascii() else ""


def _code() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_EACH))
