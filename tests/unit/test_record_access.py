"""The access table, cell by cell: a change to who may do what must be written here a second time."""

import pytest

from server.record.access import Permission, require
from server.vocabulary.errors import NotPermitted
from server.vocabulary.ids import CheckInId, PatientId, StaffId
from server.vocabulary.principals import Patient, Principal, Role, Service, Staff

KIND = "unit"
OWN = Patient(PatientId("pt_own"), CheckInId("ci_own"))
COLUMNS: list[Principal] = [
    Staff(StaffId("st_1"), "N", Role.NURSE),
    Staff(StaffId("st_5"), "G", Role.CHARGE),
    Staff(StaffId("st_2"), "C", Role.CLINICIAN),
    Staff(StaffId("st_4"), "P", Role.PHARMACIST),
    Staff(StaffId("st_3"), "O", Role.COMPLIANCE),
    Staff(StaffId("st_6"), "A", Role.ADMIN),
    OWN,
    Service("conductor"),
    Service("invitation"),
    Service("pager"),
    Service("sign_in"),
    Service("single_sign_on"),
    Service("answer_link"),
    Service("command"),
    Service("somebody else"),
]
TABLE = """
                     nurse  charge clinic.pharm. compl. admin  patient cond.  invit. pager  signin sso    link   cmd    other
patient.add          x      x      x      -      -      -      -       -      -      -      -      -      -      x      -
patient.list         x      x      x      -      -      -      -       -      -      -      -      -      -      x      -
patient.read         x      x      x      -      -      -      x       x      -      -      -      -      -      -      -
patient.contact      x      x      x      -      -      -      -       x      x      -      -      -      -      x      -
patient.birth_check  -      -      -      -      -      -      -       -      x      -      -      -      -      -      -
checkin.order        x      x      x      -      -      -      -       -      -      -      -      -      -      x      -
checkin.list         x      x      x      -      -      -      -       x      -      -      -      -      -      x      -
checkin.read         x      x      x      -      -      -      x       x      x      -      -      -      -      -      -
checkin.start        -      -      -      -      -      -      x       x      -      -      -      -      -      -      -
checkin.end          x      x      x      -      -      -      x       x      -      -      -      -      -      -      -
journal.read         x      x      x      -      -      -      x       x      -      -      -      -      -      x      -
journal.write        -      -      -      -      -      -      x       x      -      -      -      -      -      -      -
journal.judge        x      x      x      -      -      -      -       -      -      -      -      -      -      -      -
invitation.create    x      x      x      -      -      -      -       -      -      -      -      -      -      x      -
invitation.use       -      -      -      -      -      -      x       -      x      -      -      -      -      -      -
page.request         -      -      -      -      -      -      x       x      x      -      -      -      -      -      -
page.drill           x      x      -      -      -      -      -       -      -      -      -      -      -      -      -
page.read            x      x      x      -      -      -      -       x      -      -      -      -      -      x      -
page.acknowledge     x      x      x      -      -      -      -       -      -      -      -      -      -      -      -
page.claim           x      x      x      -      -      -      -       -      -      -      -      -      -      -      -
page.close           x      x      x      -      -      -      -       -      -      -      -      -      -      -      -
page.close_any       -      x      -      -      -      -      -       -      -      -      -      -      -      -      -
page.deliver         -      -      -      -      -      -      -       -      -      x      -      -      -      -      -
room.join            x      x      -      -      -      -      -       -      -      -      -      -      -      -      -
on_call.read         x      x      x      -      -      -      -       -      -      x      -      -      -      x      -
on_call.change       -      -      -      -      -      -      -       -      -      -      -      -      -      x      -
library.read         x      x      x      x      -      -      -       x      -      -      -      -      -      x      -
library.write        -      -      x      x      -      -      -       -      -      -      -      -      -      x      -
library.approve      -      -      x      x      -      -      -       -      -      -      -      -      -      x      -
library.publish      -      -      x      x      -      -      -       -      -      -      -      -      -      x      -
library.override     -      -      x      -      -      -      -       -      -      -      -      -      -      -      -
library.retire       -      -      x      x      -      -      -       -      -      -      -      -      -      x      -
question.note        -      -      -      -      -      -      -       x      -      -      -      -      -      -      -
question.read        -      -      x      x      -      -      -       -      -      -      -      -      -      x      -
console.open         x      x      -      -      -      -      -       -      -      -      -      -      -      -      -
script.read          -      -      x      x      -      -      -       -      -      -      -      -      -      -      -
staff.add            -      -      -      -      -      -      -       -      -      -      -      x      -      x      -
staff.role           -      -      -      -      -      -      -       -      -      -      -      x      -      x      -
staff.change         -      -      -      -      -      x      -       -      -      -      -      -      -      x      -
staff.list           -      -      -      -      x      x      -       -      -      x      -      -      x      x      -
staff.sign_in        -      -      -      -      -      -      -       -      -      -      x      x      -      -      -
audit.read           -      -      -      -      x      -      -       -      -      -      -      -      -      x      -
agreement.read       -      -      -      -      x      x      -       -      -      -      -      -      -      -      -
memory.read          x      x      x      -      -      -      -       x      -      -      -      -      -      x      -
memory.write         -      -      -      -      -      -      -       x      -      -      -      -      -      -      -
memory.correct       x      x      x      -      -      -      -       -      -      -      -      -      -      x      -
patient.forget       -      -      -      -      -      -      -       -      -      -      -      -      -      x      -
records.keep         -      -      -      -      -      -      -       -      -      -      -      -      -      x      -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]
CELLS = [
    pytest.param(who, Permission(row[0]), mark == "x", id=f"{row[0]}-{number}")
    for row in ROWS
    for number, (who, mark) in enumerate(zip(COLUMNS, row[1:], strict=True))
]


def permitted(who: Principal, what: Permission, patient: PatientId | None, checkin: CheckInId | None) -> bool:
    try:
        require(who, what, patient=patient, checkin=checkin)
    except NotPermitted:
        return False
    return True


def test_every_permission_has_a_row() -> None:
    assert [row[0] for row in ROWS] == [permission.value for permission in Permission]


@pytest.mark.parametrize(("who", "what", "expected"), CELLS)
def test_cell(who: Principal, what: Permission, *, expected: bool) -> None:
    assert permitted(who, what, OWN.id, OWN.checkin) is expected


@pytest.mark.parametrize("what", Permission)
@pytest.mark.parametrize(
    ("patient", "checkin"),
    [(None, None), ("pt_other", None), (None, "ci_other"), ("pt_other", "ci_own"), ("pt_own", "ci_other"), ("", "")],
)
def test_a_patient_reaches_nothing_but_their_own(
    what: Permission, patient: PatientId | None, checkin: CheckInId | None
) -> None:
    assert not permitted(OWN, what, patient, checkin)


def test_a_refusal_names_no_record() -> None:
    with pytest.raises(NotPermitted) as caught:
        require(OWN, Permission.JOURNAL_READ, patient=PatientId("pt_other"))
    assert str(caught.value) == "patient may not journal.read"
