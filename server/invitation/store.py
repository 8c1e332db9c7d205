"""Step 1 of a visit: links in the records, each change in one transaction with its audit row.

Must never store a token or a cookie, only their hashes, and never tell a wrong recipient anything about the patient.
A refusal is a return value, not an exception, because counting a wrong answer must survive it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from server.invitation.link import (
    SECRET_BYTES,
    LastWrongAnswer,
    Link,
    LinkState,
    RightAnswer,
    WrongAnswer,
    digest,
    judge,
    looks_minted,
    mint,
    state_of,
)
from server.record import checkins, patients
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.identifiers import new_id
from server.record.schema import checkin as checkin_table
from server.record.schema import invitation as table
from server.record.schema import invitation_device as device_table
from server.record.transaction import Transaction
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, InvitationId, PatientId
from server.vocabulary.principals import Patient, Principal

LINK_LOCKED = TriggerHit("LINK_LOCKED", 1, Tier.SAME_DAY, "The birth date was entered wrong five times.")
"""What a nurse is told; the patient may be waiting, or the number on file may be someone else's."""

TellNurse = Callable[[Transaction, CheckInId, PatientId, TriggerHit], None]
"""Asks for a nurse within the transaction; the application wires it to `escalation.desk.request`."""


@dataclass(frozen=True)
class Invitation:
    """A new link; the only moment its token exists outside the patient's phone."""

    id: InvitationId
    checkin: CheckInId
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Claim:
    """A device that may go on, and what its page may show."""

    checkin: CheckInId
    patient: PatientId
    persona: str
    status: str
    """`invited` or `running`."""
    first_name: str = field(repr=False)
    bound: bool
    """Whether Start was tapped on this device."""
    expires_at: datetime
    new_device: str | None = field(repr=False, default=None)
    """Cookie value to hand out; None where the device keeps the one it has."""


@dataclass(frozen=True)
class NotNow:
    """The link is not good for this."""

    state: LinkState


@dataclass(frozen=True)
class WrongBirthDate:
    """The birth date does not fit, and the link still takes another try."""

    tries_left: int


def create(tx: Transaction, principal: Principal, patient: PatientId, persona: str, lifetime: timedelta) -> Invitation:
    """Order a check-in and mint its link."""
    require(principal, Permission.INVITATION_CREATE, patient=patient)
    checkin = checkins.order(tx, principal, patient, persona)
    token = mint(secrets.token_bytes(SECRET_BYTES))
    invitation = Invitation(InvitationId(new_id("in")), checkin, token, tx.now + lifetime)
    row = {"id": invitation.id, "checkin": checkin, "patient": patient, "token_hash": digest(token)}
    times = {"created_at": tx.now, "expires_at": invitation.expires_at}
    tx.connection.execute(insert(table).values(wrong_answers=0, **row, **times))
    tx.audit(principal, AuditAction.INVITATION_CREATED, patient=patient, subject=invitation.id)
    return invitation


def again(tx: Transaction, principal: Principal, checkin: CheckInId, lifetime: timedelta) -> Invitation | None:
    """Another link to a check-in that runs, for a patient who was lost; None once it has ended. The first one stays good."""
    row = checkins.get(tx, principal, checkin)
    require(principal, Permission.INVITATION_CREATE, patient=row.patient)
    if row.status == "ended":
        return None
    token = mint(secrets.token_bytes(SECRET_BYTES))
    invitation = Invitation(InvitationId(new_id("in")), checkin, token, tx.now + lifetime)
    cells = {"id": invitation.id, "checkin": checkin, "patient": row.patient, "token_hash": digest(token)}
    times = {"created_at": tx.now, "expires_at": invitation.expires_at}
    tx.connection.execute(insert(table).values(wrong_answers=0, **cells, **times))
    tx.audit(principal, AuditAction.INVITATION_RENEWED, patient=row.patient, subject=invitation.id)
    return invitation


def expired(tx: Transaction, principal: Principal) -> list[CheckInId]:
    """Check-ins that were started and can be resumed by no link any more."""
    require(principal, Permission.INVITATION_USE)
    checkin = checkin_table.c
    good = select(table.c.checkin).where(table.c.expires_at > tx.now)
    past = checkin.id.not_in(good) & (checkin.status == "running") & ~checkin.connected
    query = select(checkin.id).join(table, table.c.checkin == checkin.id).where(past).distinct()
    return [CheckInId(found) for found in tx.connection.scalars(query)]


def look(tx: Transaction, principal: Principal, token: str, device: str | None) -> LinkState:
    """What the link is good for on this device. Changes nothing, however often it is asked."""
    require(principal, Permission.INVITATION_USE)
    link = _by_token(tx, token)
    return state_of(link, ended=_has_ended(tx, principal, link), device=device, now=tx.now)


def claim(
    tx: Transaction, principal: Principal, token: str, birthday: tuple[int, int], device: str | None, tell: TellNurse
) -> Claim | WrongBirthDate | NotNow:
    """Answer with the birth month and day; the newest right answer before Start is the one that counts."""
    require(principal, Permission.INVITATION_USE)
    link = _by_token(tx, token)
    state = state_of(link, ended=_has_ended(tx, principal, link), device=device, now=tx.now)
    if link is None or state is not LinkState.READY:
        return NotNow(state)
    right = patients.birth_matches(tx, principal, link.patient, *birthday)
    verdict = judge(link, right, tx.now)
    match verdict:
        case RightAnswer():
            return _admit(tx, principal, link)
        case WrongAnswer(counted, tries_left):
            _count(tx, principal, counted, AuditAction.INVITATION_REFUSED)
            return WrongBirthDate(tries_left)
        case LastWrongAnswer(locked):
            _count(tx, principal, locked, AuditAction.INVITATION_LOCKED)
            tell(tx, link.checkin, link.patient, LINK_LOCKED)
            return NotNow(LinkState.LOCKED)
        case _:
            assert_never(verdict)


def resume(tx: Transaction, principal: Principal, device: str) -> Claim | NotNow:
    """The claim of a device that answered before."""
    require(principal, Permission.INVITATION_USE)
    link = _by_device(tx, device)
    state = state_of(link, ended=_has_ended(tx, principal, link), device=device, now=tx.now)
    if link is None or state is not LinkState.READY:
        return NotNow(state)
    tx.audit(_holder(link), AuditAction.INVITATION_RESUMED, patient=link.patient, subject=link.id)
    return _claim(tx, principal, link, None)


def bind(tx: Transaction, principal: Principal, device: str) -> Claim | NotNow:
    """Start was tapped: from now on only this device resumes. A second Start on it changes nothing."""
    require(principal, Permission.INVITATION_USE)
    link = _by_device(tx, device)
    state = state_of(link, ended=_has_ended(tx, principal, link), device=device, now=tx.now)
    if link is None or state is not LinkState.READY:
        return NotNow(state)
    if link.bound_at is None:
        link = _bind(tx, link, device)
    return _claim(tx, principal, link, None)


def _bind(tx: Transaction, link: Link, device: str) -> Link:
    tx.connection.execute(update(table).where(table.c.id == link.id).values(bound_at=tx.now))
    this_device = device_table.c.token_hash == digest(device)
    tx.connection.execute(update(device_table).where(this_device).values(bound_at=tx.now))
    tx.audit(_holder(link), AuditAction.INVITATION_BOUND, patient=link.patient, subject=link.id)
    return replace(link, bound_at=tx.now)


def _admit(tx: Transaction, principal: Principal, link: Link) -> Claim:
    tx.audit(_holder(link), AuditAction.INVITATION_CLAIMED, patient=link.patient, subject=link.id)
    if link.bound_at is not None:
        # The device keeps its cookie: a new one that got lost on the way would lock the patient out mid-visit.
        return _claim(tx, principal, link, None)
    cookie = mint(secrets.token_bytes(SECRET_BYTES))
    tx.connection.execute(delete(device_table).where(device_table.c.invitation == link.id))
    row = {"token_hash": digest(cookie), "invitation": link.id, "claimed_at": tx.now}
    tx.connection.execute(insert(device_table).values(row))
    return _claim(tx, principal, link, cookie)


def _claim(tx: Transaction, principal: Principal, link: Link, new_device: str | None) -> Claim:
    row = checkins.get(tx, principal, link.checkin)
    first_name = patients.contact(tx, principal, link.patient).first_name
    return Claim(
        link.checkin, link.patient, row.persona, row.status, first_name, link.bound_at is not None, link.expires_at,
        new_device,
    )  # fmt: skip


def _count(tx: Transaction, principal: Principal, link: Link, action: AuditAction) -> None:
    values = {"wrong_answers": link.wrong_answers, "locked_at": link.locked_at}
    tx.connection.execute(update(table).where(table.c.id == link.id).values(values))
    detail = {"wrong_answers": link.wrong_answers}
    tx.audit(principal, action, patient=link.patient, subject=link.id, detail=detail)


def _holder(link: Link) -> Patient:
    """Who acts once the birth date fitted."""
    return Patient(link.patient, link.checkin)


def _has_ended(tx: Transaction, principal: Principal, link: Link | None) -> bool:
    return link is not None and checkins.get(tx, principal, link.checkin).status == "ended"


def _by_token(tx: Transaction, token: str) -> Link | None:
    return _find(tx, table.c.token_hash == digest(token)) if looks_minted(token) else None


def _by_device(tx: Transaction, device: str) -> Link | None:
    if not looks_minted(device):
        return None
    return _find(tx, device_table.c.token_hash == digest(device))


def _find(tx: Transaction, condition: ColumnElement[bool]) -> Link | None:
    """Locks the row where the database has row locks, so that two answers are counted as two."""
    join = table.outerjoin(device_table, device_table.c.invitation == table.c.id)
    query = select(table, device_table.c.token_hash.label("device_hash")).select_from(join).where(condition)
    row = tx.connection.execute(query.with_for_update(of=table)).one_or_none()
    if row is None:
        return None
    return Link(
        InvitationId(row.id), CheckInId(row.checkin), PatientId(row.patient), row.expires_at, row.wrong_answers,
        row.locked_at, row.bound_at, row.device_hash,
    )  # fmt: skip
