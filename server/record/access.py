"""Who may do what: one explicit table, refused unless written down.

Every function that reads or writes patient data starts with `require(...)`. The check is on the acting principal, never
on what a page chose to show. Compliance staff read the audit chain and no patient data.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, assert_never

from server.vocabulary.errors import NotPermitted
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Patient, Principal, Role, Service, Staff


class Permission(StrEnum):
    """One thing a principal can be allowed to do."""

    PATIENT_ADD = "patient.add"
    PATIENT_LIST = "patient.list"
    PATIENT_READ = "patient.read"
    PATIENT_CONTACT = "patient.contact"
    PATIENT_BIRTH_CHECK = "patient.birth_check"
    CHECKIN_ORDER = "checkin.order"
    CHECKIN_LIST = "checkin.list"
    CHECKIN_READ = "checkin.read"
    CHECKIN_START = "checkin.start"
    CHECKIN_END = "checkin.end"
    JOURNAL_READ = "journal.read"
    JOURNAL_WRITE = "journal.write"
    JOURNAL_JUDGE = "journal.judge"
    """Add what a nurse makes of a page or a finding, and nothing else."""
    INVITATION_CREATE = "invitation.create"
    INVITATION_USE = "invitation.use"
    PAGE_REQUEST = "page.request"
    PAGE_DRILL = "page.drill"
    """Ask for a nurse for nobody, to see that somebody comes."""
    PAGE_READ = "page.read"
    PAGE_ACKNOWLEDGE = "page.acknowledge"
    PAGE_CLAIM = "page.claim"
    PAGE_CLOSE = "page.close"
    PAGE_CLOSE_ANY = "page.close_any"
    """Close what a colleague holds, at any hour; on call as charge nurse anybody may."""
    PAGE_DELIVER = "page.deliver"
    ROOM_JOIN = "room.join"
    ON_CALL_READ = "on_call.read"
    ON_CALL_CHANGE = "on_call.change"
    LIBRARY_READ = "library.read"
    LIBRARY_WRITE = "library.write"
    LIBRARY_APPROVE = "library.approve"
    LIBRARY_PUBLISH = "library.publish"
    LIBRARY_OVERRIDE = "library.override"
    """Publish although a golden question is red."""
    LIBRARY_RETIRE = "library.retire"
    QUESTION_NOTE = "question.note"
    QUESTION_READ = "question.read"
    """What patients asked, in their own words."""
    CONSOLE_OPEN = "console.open"
    """Sit at the nurse's console."""
    SCRIPT_READ = "script.read"
    """All that personas may say."""
    STAFF_ADD = "staff.add"
    STAFF_ROLE = "staff.role"
    """Give somebody another role."""
    STAFF_CHANGE = "staff.change"
    """Shut an account or open it again, take a lost second factor away."""
    STAFF_LIST = "staff.list"
    STAFF_SIGN_IN = "staff.sign_in"
    AUDIT_READ = "audit.read"
    AGREEMENT_READ = "agreement.read"
    """With whom there is an agreement to send patient data, and until when."""
    MEMORY_READ = "memory.read"
    MEMORY_WRITE = "memory.write"
    """Take a check-in that is over into memory."""
    MEMORY_CORRECT = "memory.correct"
    """Confirm, correct or delete what is remembered."""
    PATIENT_FORGET = "patient.forget"
    RECORDS_KEEP = "records.keep"
    """Back up and restore all of it."""


_P = Permission
_CARE: Final = frozenset({
    _P.PATIENT_ADD, _P.PATIENT_LIST, _P.PATIENT_READ, _P.PATIENT_CONTACT,
    _P.CHECKIN_ORDER, _P.CHECKIN_LIST, _P.CHECKIN_READ, _P.CHECKIN_END, _P.JOURNAL_READ,
    _P.JOURNAL_JUDGE, _P.INVITATION_CREATE, _P.PAGE_READ, _P.PAGE_ACKNOWLEDGE, _P.PAGE_CLAIM, _P.PAGE_CLOSE, _P.ON_CALL_READ,
    _P.MEMORY_READ, _P.MEMORY_CORRECT,
})  # fmt: skip

_CURATION: Final = frozenset({
    _P.LIBRARY_READ, _P.LIBRARY_WRITE, _P.LIBRARY_APPROVE, _P.LIBRARY_PUBLISH, _P.LIBRARY_RETIRE, _P.QUESTION_READ,
})  # fmt: skip

_NURSE: Final = _CARE | {_P.CONSOLE_OPEN, _P.ROOM_JOIN, _P.PAGE_DRILL, _P.LIBRARY_READ}

STAFF: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.NURSE: _NURSE,
    Role.CHARGE: _NURSE | {_P.PAGE_CLOSE_ANY},
    Role.CLINICIAN: _CARE | _CURATION | {_P.SCRIPT_READ, _P.LIBRARY_OVERRIDE},
    Role.PHARMACIST: _CURATION | {_P.SCRIPT_READ},
    Role.COMPLIANCE: frozenset({_P.AUDIT_READ, _P.STAFF_LIST, _P.AGREEMENT_READ}),
    Role.ADMIN: frozenset({_P.STAFF_LIST, _P.STAFF_CHANGE, _P.AGREEMENT_READ}),
}
"""Neither compliance nor administration reads anything of a patient. Nobody gives roles from a page, not even an admin to
themself: that is done by whoever may use the machine, or by the site's own sign-in."""

PATIENT: Final = frozenset({
    _P.PATIENT_READ, _P.CHECKIN_READ, _P.CHECKIN_START, _P.CHECKIN_END, _P.JOURNAL_READ, _P.JOURNAL_WRITE,
    _P.PAGE_REQUEST, _P.INVITATION_USE,
})  # fmt: skip
"""What patients may do, with their own record and the check-in whose link they claimed."""

SERVICE: Final[Mapping[str, frozenset[Permission]]] = {
    "conductor": frozenset({
        _P.PATIENT_READ, _P.PATIENT_CONTACT, _P.CHECKIN_LIST, _P.CHECKIN_READ, _P.CHECKIN_START, _P.CHECKIN_END,
        _P.JOURNAL_READ, _P.JOURNAL_WRITE, _P.PAGE_REQUEST, _P.PAGE_READ, _P.LIBRARY_READ, _P.QUESTION_NOTE,
        _P.MEMORY_READ, _P.MEMORY_WRITE,
    }),
    "invitation": frozenset({
        _P.PATIENT_CONTACT, _P.PATIENT_BIRTH_CHECK, _P.CHECKIN_READ, _P.INVITATION_USE, _P.PAGE_REQUEST,
    }),
    "pager": frozenset({_P.PAGE_DELIVER, _P.ON_CALL_READ, _P.STAFF_LIST}),
    "rejoin": frozenset({_P.PAGE_DELIVER, _P.INVITATION_CREATE, _P.CHECKIN_READ, _P.PATIENT_CONTACT}),
    "answer_link": frozenset({_P.STAFF_LIST}),
    "sign_in": frozenset({_P.STAFF_SIGN_IN}),
    "single_sign_on": frozenset({_P.STAFF_SIGN_IN, _P.STAFF_ADD, _P.STAFF_ROLE}),
    "keeper": frozenset({_P.PATIENT_FORGET}),
    "command": frozenset({
        _P.PATIENT_ADD, _P.PATIENT_LIST, _P.CHECKIN_ORDER, _P.INVITATION_CREATE, _P.STAFF_ADD, _P.STAFF_ROLE,
        _P.STAFF_CHANGE, _P.STAFF_LIST, _P.AUDIT_READ,
        _P.JOURNAL_READ, _P.ON_CALL_READ, _P.ON_CALL_CHANGE, _P.LIBRARY_READ, _P.LIBRARY_WRITE, _P.LIBRARY_APPROVE,
        _P.LIBRARY_PUBLISH, _P.LIBRARY_RETIRE, _P.QUESTION_READ,
        _P.MEMORY_READ, _P.MEMORY_CORRECT, _P.PATIENT_FORGET, _P.RECORDS_KEEP, _P.CHECKIN_LIST, _P.PAGE_READ,
        _P.PATIENT_CONTACT,
    }),
}  # fmt: skip
"""Parts of the service by name; a part that is not here may do nothing."""


def require(
    principal: Principal,
    permission: Permission,
    *,
    patient: PatientId | None = None,
    checkin: CheckInId | None = None,
) -> None:
    """Raises NotPermitted. A patient must name `patient`, `checkin` or both, and each must be their own."""
    match principal:
        case Staff():
            allowed = may(principal, permission)
        case Service():
            allowed = permission in SERVICE.get(principal.part, frozenset())
        case Patient():
            allowed = permission in PATIENT and _own(principal, patient, checkin)
        case _:
            assert_never(principal)
    if not allowed:
        raise NotPermitted(f"{_title(principal)} may not {permission}")


def may(staff: Staff, permission: Permission) -> bool:
    """For what a page offers; what it then does is asked again by `require`."""
    return permission in STAFF[staff.role]


def _own(principal: Patient, patient: PatientId | None, checkin: CheckInId | None) -> bool:
    if patient is None and checkin is None:
        return False
    return patient in (None, principal.id) and checkin in (None, principal.checkin)


def _title(principal: Principal) -> str:
    match principal:
        case Staff():
            return principal.role
        case Service():
            return f"service {principal.part}"
        case Patient():
            return "patient"
        case _:
            assert_never(principal)
