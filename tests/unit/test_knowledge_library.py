"""Documents on record: nothing is told that two people do not stand behind, and ids last whatever is imported."""

import pytest

from server.knowledge import library
from server.knowledge.folder import Folder
from server.knowledge.importing import Imported, import_folder
from server.knowledge.library import Dossier
from server.knowledge.revisions import Need, ReviewRefused, Revision, RevisionState
from server.record import audit
from server.vocabulary.errors import NotPermitted
from server.vocabulary.principals import Principal, Role, Staff
from tests.fakes.records import COMMAND, COMPLIANCE, NURSE, Records

KIND = "unit"
PLAIN = "## Rest\n\nRest when you are tired."
DOSE = "## Pain\n\nTake two tablets at night."


def has_doses(text: str) -> bool:
    return "tablets" in text


async def write(records: Records, who: Principal, text: str = PLAIN, expects: int | None = None) -> Revision:
    return await records.database.run(lambda tx: library.write(tx, who, "rest", text, expects=expects))


async def submit(records: Records, who: Principal) -> Revision:
    return await records.database.run(lambda tx: library.submit(tx, who, "rest"))


async def approve(records: Records, who: Principal, number: int = 1) -> tuple[Revision, tuple[Need, ...]]:
    return await records.database.run(lambda tx: library.approve(tx, who, "rest", number, has_doses=has_doses))


async def dossier(records: Records, name: str = "rest") -> Dossier:
    return await records.database.run(lambda tx: library.get(tx, COMMAND, name))


async def bring(records: Records, texts: dict[str, str], *, over: bool = False, mirror: bool = False) -> Imported:
    return await import_folder(
        records.database, COMMAND, Folder(texts, ()), "imported", lambda line: None, over=over, retire_missing=mirror
    )


async def clinicians(records: Records) -> tuple[Staff, Staff, Staff]:
    amir = await records.hire("amir@clinic.example", Role.CLINICIAN)
    cleo = await records.hire("cleo@clinic.example", Role.CLINICIAN)
    return amir, cleo, await records.hire("pia@clinic.example", Role.PHARMACIST)


async def test_a_second_person_makes_a_draft_approved(records: Records) -> None:
    amir, cleo, _ = await clinicians(records)
    drafted = await write(records, amir)
    await submit(records, amir)
    approved, missing = await approve(records, cleo)
    assert (drafted.state, approved.state, missing) == (RevisionState.DRAFT, RevisionState.APPROVED, ())
    assert [one.name for one in approved.approvals] == [cleo.name]


async def test_whoever_wrote_it_may_not_approve_it(records: Records) -> None:
    amir, _, _ = await clinicians(records)
    await write(records, amir)
    await submit(records, amir)
    with pytest.raises(ReviewRefused, match="second person"):
        await approve(records, amir)


async def test_a_comma_in_somebodys_review_does_not_let_them_approve_their_text(records: Records) -> None:
    amir, cleo, _ = await clinicians(records)
    await write(records, amir)
    await submit(records, amir)
    await write(records, cleo, PLAIN + "\n")
    with pytest.raises(ReviewRefused, match="second person"):
        await approve(records, amir, 2)


async def test_an_edit_in_review_restarts_the_approvals(records: Records) -> None:
    amir, cleo, pia = await clinicians(records)
    await write(records, amir, DOSE)
    await submit(records, amir)
    _, missing = await approve(records, cleo)
    edited = await write(records, amir, DOSE + " Not three.")
    given, still = await approve(records, pia, 2)
    assert missing == (Need.PHARMACIST,)
    assert (edited.state, edited.approvals) == (RevisionState.IN_REVIEW, ())
    assert (given.state, [one.by for one in given.approvals], still) == (
        RevisionState.APPROVED,
        [f"staff:{pia.id}"],
        (),
    )


async def test_doses_need_a_pharmacist(records: Records) -> None:
    amir, cleo, pia = await clinicians(records)
    await write(records, amir, DOSE)
    await submit(records, amir)
    waiting, missing = await approve(records, cleo)
    approved, _ = await approve(records, pia)
    assert (waiting.state, missing) == (RevisionState.IN_REVIEW, (Need.PHARMACIST,))
    assert approved.state is RevisionState.APPROVED


async def test_what_was_read_is_what_is_approved(records: Records) -> None:
    amir, cleo, _ = await clinicians(records)
    await write(records, amir)
    await submit(records, amir)
    await write(records, amir, "## Rest\n\nNever rest.")
    with pytest.raises(ReviewRefused, match="changed meanwhile"):
        await approve(records, cleo, 1)


async def test_two_people_do_not_write_over_each_other(records: Records) -> None:
    amir, cleo, _ = await clinicians(records)
    await write(records, amir)
    await write(records, cleo, "## Rest\n\nSleep.", expects=1)
    with pytest.raises(ReviewRefused, match="somebody else"):
        await write(records, amir, "## Rest\n\nLie down.", expects=1)


async def test_sent_back_it_loses_its_approvals(records: Records) -> None:
    amir, cleo, pia = await clinicians(records)
    await write(records, amir, DOSE)
    await submit(records, amir)
    await approve(records, cleo)
    await records.database.run(lambda tx: library.send_back(tx, pia, "rest", 1))
    again = await submit(records, amir)
    assert (again.state, (await dossier(records)).newest.approvals) == (RevisionState.IN_REVIEW, ())


@pytest.mark.parametrize("who", [NURSE, COMPLIANCE])
async def test_others_may_not_write(records: Records, who: Staff) -> None:
    with pytest.raises(NotPermitted):
        await write(records, who)


async def test_every_step_is_audited(records: Records) -> None:
    amir, cleo, _ = await clinicians(records)
    await write(records, amir)
    await submit(records, amir)
    await approve(records, cleo)
    await records.database.run(lambda tx: library.retire(tx, cleo, "rest"))
    rows = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    steps = [(row.actor, row.action) for row in reversed(rows) if row.subject == "rest"]
    assert steps == [
        (f"staff:{amir.id}", "library.written"),
        (f"staff:{amir.id}", "library.submitted"),
        (f"staff:{cleo.id}", "library.approved"),
        (f"staff:{cleo.id}", "library.retired"),
    ]


async def test_where_nobody_works_an_import_needs_no_second_person(records: Records) -> None:
    done = await bring(records, {"rest": DOSE, "walk": PLAIN})
    assert (done.new, done.waits) == (["rest", "walk"], False)
    assert (await dossier(records)).newest.state is RevisionState.APPROVED


async def test_where_people_work_an_import_waits_for_them(records: Records) -> None:
    await clinicians(records)
    done = await bring(records, {"rest": PLAIN})
    assert done.waits
    assert (await dossier(records)).newest.state is RevisionState.IN_REVIEW


async def test_importing_again_changes_nothing(records: Records) -> None:
    await bring(records, {"rest": PLAIN})
    done = await bring(records, {"rest": PLAIN})
    assert (done.unchanged, len((await dossier(records)).history)) == (["rest"], 1)


async def test_an_import_does_not_write_over_what_was_written_here(records: Records) -> None:
    await bring(records, {"rest": PLAIN})
    amir = await records.hire("amir@clinic.example", Role.CLINICIAN)
    await write(records, amir, "## Rest\n\nRest twice.")
    left = await bring(records, {"rest": PLAIN})
    assert (left.written_here, (await dossier(records)).newest.markdown) == (["rest"], "## Rest\n\nRest twice.")
    await bring(records, {"rest": PLAIN}, over=True)
    assert (await dossier(records)).newest.markdown == PLAIN


async def test_what_was_retired_does_not_come_back_with_its_file(records: Records) -> None:
    await bring(records, {"rest": PLAIN})
    await records.database.run(lambda tx: library.retire(tx, COMMAND, "rest"))
    done = await bring(records, {"rest": PLAIN})
    assert done.retired_here == ["rest"]
    assert (await dossier(records)).newest.state is RevisionState.RETIRED


async def test_a_deleted_file_retires_its_document_when_asked_to(records: Records) -> None:
    await bring(records, {"rest": PLAIN, "walk": PLAIN})
    done = await bring(records, {"walk": PLAIN}, mirror=True)
    assert (done.retired, (await dossier(records)).told) == (["rest"], None)
