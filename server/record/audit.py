"""The audit chain: one row for every read and write of patient data, in the same transaction as the act itself.

If the row cannot be written, the act does not happen. Rows hold identifiers and SAFE facts only, never what was read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from sqlalchemy import Connection, insert, select

from server.record import seals
from server.record.access import Permission, require
from server.record.chain import START, AuditRow, Head, canonical, link
from server.record.privacy import SAFE_FIELDS, PrivacyBreach, is_token
from server.record.proof import Examination, Finding, Noted
from server.record.schema import audit
from server.record.seal import Sealer
from server.record.witness import Witness
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Patient, Principal, Service, Staff

if TYPE_CHECKING:
    from server.record.transaction import Transaction


class AuditAction(StrEnum):
    """Everything that is ever audited."""

    PATIENT_ADDED = "patient.added"
    PATIENT_LISTED = "patient.listed"
    PATIENT_READ = "patient.read"
    PATIENT_CONTACT_READ = "patient.contact_read"
    PATIENT_BIRTH_CHECKED = "patient.birth_checked"
    CHECKIN_ORDERED = "checkin.ordered"
    CHECKIN_LISTED = "checkin.listed"
    CHECKIN_READ = "checkin.read"
    CHECKIN_STARTED = "checkin.started"
    CHECKIN_ENDED = "checkin.ended"
    JOURNAL_READ = "journal.read"
    JOURNAL_WRITTEN = "journal.written"
    INVITATION_CREATED = "invitation.created"
    INVITATION_CLAIMED = "invitation.claimed"
    INVITATION_REFUSED = "invitation.refused"
    INVITATION_LOCKED = "invitation.locked"
    INVITATION_BOUND = "invitation.bound"
    INVITATION_RESUMED = "invitation.resumed"
    PATIENT_FORGOTTEN = "patient.forgotten"
    MEMORY_READ = "memory.read"
    MEMORY_WRITTEN = "memory.written"
    MEMORY_CORRECTED = "memory.corrected"
    MEMORY_FORGOTTEN = "memory.forgotten"
    PAGE_REQUESTED = "page.requested"
    PAGE_REPEATED = "page.repeated"
    PAGE_RAISED = "page.raised"
    PAGE_SENT = "page.sent"
    PAGE_READ = "page.read"
    PAGE_RUNG = "page.rung"
    PAGE_SEEN = "page.seen"
    PAGE_ACKNOWLEDGED = "page.acknowledged"
    ROOM_JOINED = "room.joined"
    ROOM_TALKED = "room.talked"
    ROOM_HANDED_BACK = "room.handed_back"
    ROOM_LEFT = "room.left"
    ROOM_LOST = "room.lost"
    PAGE_REOPENED = "page.reopened"
    PAGE_CLAIMED = "page.claimed"
    PAGE_TAKEN_OVER = "page.taken_over"
    PAGE_ENTERED = "page.entered"
    PAGE_READ_BACK = "page.read_back"
    PAGE_LEFT = "page.left"
    """The nurse is out of the call, and still has the page."""
    PAGE_CLOSED = "page.closed"
    PUSH_ALLOWED = "push.allowed"
    PUSH_ENDED = "push.ended"
    CALL_BACK_PLANNED = "call_back.planned"
    CALL_BACK_TICKED = "call_back.ticked"
    INVITATION_RENEWED = "invitation.renewed"
    CLOCK_STEPPED = "clock.stepped"
    ON_CALL_CHANGED = "on_call.changed"
    LIBRARY_WRITTEN = "library.written"
    LIBRARY_SUBMITTED = "library.submitted"
    LIBRARY_SENT_BACK = "library.sent_back"
    LIBRARY_APPROVED = "library.approved"
    LIBRARY_RETIRED = "library.retired"
    LIBRARY_PUBLISHED = "library.published"
    LIBRARY_OVERRIDDEN = "library.overridden"
    GOLDEN_ADDED = "golden.added"
    GOLDEN_REMOVED = "golden.removed"
    QUESTION_NOTED = "question.noted"
    QUESTION_READ = "question.read"
    TOPIC_CHANGED = "topic.changed"
    TUNING_CHANGED = "tuning.changed"
    STAFF_ADDED = "staff.added"
    STAFF_SHUT = "staff.shut"
    STAFF_OPENED = "staff.opened"
    STAFF_ROLE_GIVEN = "staff.role_given"
    STAFF_LINKED = "staff.linked"
    """An account was found to be somebody's at the site's own sign-in."""
    STAFF_LISTED = "staff.listed"
    FACTOR_ADDED = "factor.added"
    FACTOR_PROVEN = "factor.proven"
    FACTOR_REFUSED = "factor.refused"
    FACTOR_TAKEN_AWAY = "factor.taken_away"
    STAFF_SIGNED_IN = "staff.signed_in"
    STAFF_SIGN_IN_REFUSED = "staff.sign_in_refused"
    STAFF_SIGNED_OUT = "staff.signed_out"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORTED = "audit.exported"
    RECORDS_BACKED_UP = "records.backed_up"
    RECORDS_RESTORED = "records.restored"


def append(
    connection: Connection,
    at: datetime,
    principal: Principal,
    action: AuditAction,
    patient: PatientId | None,
    subject: str,
    detail: Mapping[str, str | int | bool],
) -> Head:
    """Adds the next link; returns where the chain ended before.

    Raises PrivacyBreach if `detail` holds a name not on the SAFE list or a value with blanks.
    """
    for name, value in detail.items():
        if name not in SAFE_FIELDS or not is_token(value):
            raise PrivacyBreach(f"audit detail {name!r}: only SAFE fields, and no free text")
    # Whoever audits writes alone (`record.engine.write_alone`), so nobody else is at the end of the chain.
    before = _end(connection)
    row = AuditRow(
        before.seq + 1, at, actor(principal), action.value, patient, subject, canonical(detail), before.hash, ""
    )
    connection.execute(insert(audit).values({**vars(row), "hash": link(row)}))
    return before


def _end(connection: Connection) -> Head:
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    return Head(last.seq, last.hash) if last else Head(0, START)


def actor(principal: Principal) -> str:
    """How the chain names a principal."""
    match principal:
        case Staff():
            return f"staff:{principal.id}"
        case Patient():
            return f"patient:{principal.id}"
        case Service():
            return f"service:{principal.part}"
        case _:
            assert_never(principal)


def head(tx: "Transaction") -> Head:
    """The end of the chain, to be noted outside this database."""
    return _end(tx.connection)


def verify(tx: "Transaction") -> int | None:
    """The first row that was changed, removed, moved or is not under a seal of ours; None if the chain is whole."""
    found = examine(tx.connection, tx.sealer)
    return found[0].seq if found else None


def examine(
    connection: Connection, sealer: Sealer, witness: Witness | None = None, known: Sequence[Head] = ()
) -> list[Finding]:
    """Everything that is wrong with the chain, by row. `known`: what somebody noted of it elsewhere.

    That the whole database was put back to an earlier day shows only with a witness, or with something known.
    """
    # The files before the rows: what is written meanwhile is in the rows then, and not missed.
    witnessed, found = _witnessed(witness, sealer)
    noted = [*witnessed, *(Noted(one, "what you know of it") for one in known)]
    return found + Examination(sealer.made).findings(_all(connection), seals.every(connection), noted)


def _witnessed(witness: Witness | None, sealer: Sealer) -> tuple[list[Noted], list[Finding]]:
    if witness is None:
        return [], []
    lines, bad = witness.read()
    forged = [one for one in lines if sealer.knows(one.kid) and not sealer.made(one)]
    found = [Finding(0, f"{place}: no seal of ours; the file was changed") for place in bad]
    found += [Finding(0, f"the file's seal of row {one.seq} is not ours; the file was changed") for one in forged]
    noted = [Noted(Head(one.seq, one.hash), "the file of seals") for one in lines if one not in forged]
    return noted, found


def find(
    tx: "Transaction",
    principal: Principal,
    *,
    patient: PatientId | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[AuditRow]:
    """The newest rows first, of those older than row `before` if it is given. Looking is itself audited."""
    require(principal, Permission.AUDIT_READ)
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if patient is not None:
        query = query.where(audit.c.patient == patient)
    if before is not None:
        query = query.where(audit.c.seq < before)
    rows = [AuditRow(**row) for row in tx.connection.execute(query).mappings()]
    tx.audit(principal, AuditAction.AUDIT_READ, patient=patient, detail={"count": len(rows)})
    return rows


def _all(connection: Connection) -> Iterator[AuditRow]:
    query = select(audit).order_by(audit.c.seq).execution_options(yield_per=500)
    return (AuditRow(**row) for row in connection.execute(query).mappings())
