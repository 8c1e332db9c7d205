"""Publishing and what is told after it, on real indexes. The failures of other systems that research/clinical.md section 6
lists are each a test here."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.checkin.guide import Guide, asking, told_of
from server.config import Settings
from server.installation import load_packs
from server.knowledge import library, releases
from server.knowledge.answer import Asked
from server.knowledge.blast import Change
from server.knowledge.embedder import Embedder
from server.knowledge.golden import Fault, Golden
from server.knowledge.reading_room import STALE
from server.knowledge.releases import Override, PublishRefused
from server.knowledge.revisions import RevisionState
from server.model_store import ModelStore
from server.record import audit
from server.record.database import Database
from server.vocabulary.errors import NotPermitted
from server.vocabulary.principals import Role, Staff
from tests.fakes.reading import NOBODY, Reading
from tests.fakes.records import COMMAND, COMPLIANCE, KEY, Records, records_in

KIND = "services"

WARFARIN = """## If you forget a warfarin pill

Take the forgotten warfarin pill on the same day when you notice it. Do not double the dose the next day.

## Food with warfarin

Eat about the same amount of green vegetables each week while you take warfarin.
"""
SHOWER = """## Taking a shower

You may take a shower two days after the operation. Pat the wound dry.

## Driving a car

Do not drive a car while you take strong pain pills.
"""
TEXTS = {"warfarin": WARFARIN, "shower": SHOWER}
FORGOT = "What do I do if I forget my warfarin pill?"
SHOWERS = "When can I take a shower after my operation?"
KEYED = "warfarin#If you forget a warfarin pill"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    settings = Settings()
    return Embedder.load(ModelStore(settings.model_cache, settings.model_mirror, lambda line: None))


@pytest.fixture
async def reading(tmp_path: Path, embedder: Embedder) -> AsyncIterator[Reading]:
    async with records_in(tmp_path) as records:
        yield Reading(records, tmp_path / "library", embedder)


@pytest.fixture
async def told(reading: Reading) -> Reading:
    await reading.bring(TEXTS)
    await reading.publish()
    return reading


async def clinician(records: Records) -> Staff:
    return await records.hire("amir@clinic.example", Role.CLINICIAN)


async def test_nothing_is_told_before_it_is_published(reading: Reading) -> None:
    await reading.bring(TEXTS)
    assert await reading.said(FORGOT) == ""
    await reading.publish()
    assert (await reading.said(FORGOT)).startswith("Take the forgotten warfarin pill on the same day")


async def test_what_is_told_says_where_it_is_written(told: Reading) -> None:
    outcome = await told.ask(FORGOT)
    assert outcome is not None
    assert outcome.citation is not None
    assert (outcome.citation.key, outcome.citation.revision, outcome.citation.document) == (KEYED, 1, "warfarin")


async def test_a_question_about_something_else_is_refused(told: Reading) -> None:
    assert await told.said("Where can I park my boat at the harbor?") == ""


# research/clinical.md section 6: what other systems get wrong


async def test_an_update_is_told_and_the_old_version_is_not(told: Reading) -> None:
    """Dify 31225 serves the old version after an update under the same name."""
    await told.bring(TEXTS | {"shower": SHOWER.replace("two days", "five days")})
    assert "two days" in await told.said(SHOWERS)  # an import alone is not a publication
    await told.publish()
    said = await told.said(SHOWERS)
    assert "five days" in said
    assert "two days" not in said


async def test_a_deleted_file_answers_nothing(told: Reading) -> None:
    """Dify 3022 keeps answering from it."""
    await told.bring({"warfarin": WARFARIN}, mirror=True)
    assert await told.said(SHOWERS) == ""
    await told.publish()
    assert await told.said(SHOWERS) == ""
    assert await told.said(FORGOT) != ""


async def test_a_file_brought_in_again_is_still_found(told: Reading) -> None:
    """RAGFlow 9630: parsing a file again makes it unfindable."""
    before = await told.said(FORGOT)
    await told.bring(TEXTS)
    await told.publish()
    assert await told.said(FORGOT) == before


async def test_what_reads_documents_otherwise_builds_the_index_anew(told: Reading) -> None:
    """RAGFlow 10803 goes on with what a former parser made. So does whoever changes the files of an index."""
    kept = next(told.folder.iterdir()) / "passages.json"
    kept.write_text(kept.read_text().replace("on the same day", "the day after"))
    assert "on the same day" in await told.said(FORGOT)
    assert "the day after" not in kept.read_text()


async def test_citations_and_ids_last_over_an_update(told: Reading) -> None:
    """RAGFlow 10546: document ids change on update, and citations break."""
    before = await told.ask(FORGOT)
    await told.bring(TEXTS | {"warfarin": "## Color\n\nWarfarin pills have colors.\n\n" + WARFARIN})
    await told.publish()
    after = await told.ask(FORGOT)
    assert before is not None
    assert after is not None
    assert before.citation is not None
    assert after.citation is not None
    assert (after.citation.key, after.citation.revision) == (before.citation.key, 2)


async def test_what_was_written_by_hand_is_not_written_over(told: Reading) -> None:
    """RAGFlow 9876: chunks written by hand are overwritten."""
    amir = await clinician(told.records)
    mine = SHOWER.replace("Pat the wound dry.", "Pat the wound dry with care.")
    await told.records.database.run(lambda tx: library.write(tx, amir, "shower", mine))
    done = await told.bring(TEXTS)
    found = await told.records.database.run(lambda tx: library.get(tx, amir, "shower"))
    assert (done.written_here, found.newest.markdown) == (["shower"], mine)


@pytest.mark.parametrize("question", [FORGOT, SHOWERS, "May I drive?", "Where can I park my boat?"])
async def test_a_call_is_told_what_the_test_panel_shows(told: Reading, question: str) -> None:
    """Dify 18256: the test panel finds it but the chat does not."""
    room = told.room()
    await room.look()
    pack = load_packs()["post-discharge"]
    guide = Guide(room, room.current or "", asking(pack, NOBODY))
    panel = await room.consult(guide.release, question, Asked(room.today))
    assert panel is not None
    assert await guide.told(question, float("inf")) == told_of(panel, guide.release)


# Releases


async def test_a_running_check_in_keeps_its_release(told: Reading) -> None:
    began = told.room()
    await began.look()
    first = began.current or ""
    await told.bring(TEXTS | {"shower": SHOWER.replace("two days", "five days")})
    await told.publish()
    assert "two days" in await told.said(SHOWERS, first)
    assert "five days" in await told.said(SHOWERS)


async def test_what_is_retired_is_silent_in_running_check_ins_too(told: Reading) -> None:
    room = told.room()
    await room.look()
    await told.retire("shower")
    assert await told.said(SHOWERS, room.current or "") == ""
    assert await told.said(FORGOT, room.current or "") != ""


async def test_retired_and_written_anew_the_old_text_stays_silent(told: Reading) -> None:
    room = told.room()
    await room.look()
    first = room.current or ""
    await told.retire("shower")
    new = SHOWER.replace("two days", "seven days")
    made = await told.records.database.run(lambda tx: library.write(tx, COMMAND, "shower", new))
    await told.records.database.run(lambda tx: library.submit(tx, COMMAND, "shower"))
    await told.records.database.run(lambda tx: library.approve_alone(tx, COMMAND, "shower", made.number))
    await told.publish()
    assert await told.said(SHOWERS, first) == ""
    assert "seven days" in await told.said(SHOWERS)


async def test_another_process_notices_what_is_published(told: Reading, tmp_path: Path) -> None:
    other = await Database.open(told.records.url, KEY, told.records.clock)
    try:
        room = told.room(other)
        await room.look()
        first = room.current
        await told.bring(TEXTS | {"shower": SHOWER.replace("two days", "five days")})
        second = await told.publish()
        await room.look()
        assert (first != second, room.current) == (True, second)
        outcome = await room.consult(second, SHOWERS, Asked(room.today))
        assert outcome is not None
        assert "five days" in " ".join(outcome.sentences)
    finally:
        await other.close()


async def test_who_has_not_seen_the_records_for_long_tells_nothing(told: Reading) -> None:
    room = told.room()
    await room.look()
    told.records.clock.move(STALE)
    assert await room.consult(room.current or "", FORGOT, Asked(room.today)) is not None
    told.records.clock.move(STALE)
    assert await room.consult(room.current or "", FORGOT, Asked(room.today)) is None


async def test_an_index_that_is_lost_is_built_from_the_records(told: Reading) -> None:
    lost = replace(told, folder=told.folder.with_name("elsewhere"))
    assert await lost.said(FORGOT) == await told.said(FORGOT)


async def test_what_was_changed_while_it_was_checked_is_not_published(told: Reading) -> None:
    proposal = await told.propose()
    await told.retire("shower")
    with pytest.raises(PublishRefused, match="publish again"):
        await told.publisher.publish(COMMAND, proposal)


# Golden questions and people


GREEN = Golden("warfarin", FORGOT, (KEYED,), ("same day",), ("take two",))
RED = Golden("shower", SHOWERS, ("shower#Taking a shower",), ("six days",))


async def test_a_red_golden_question_blocks_publishing(reading: Reading) -> None:
    await reading.bring(TEXTS, [GREEN, RED])
    proposal = await reading.propose()
    assert [(verdict.golden, verdict.faults) for verdict in proposal.radius.red] == [
        (RED, ((Fault.NOT_SAID, "six days"),))
    ]
    with pytest.raises(PublishRefused, match="1 golden questions are red"):
        await reading.publish()
    assert await reading.said(FORGOT) == ""


async def test_a_named_clinician_may_override_for_a_reason(reading: Reading) -> None:
    await reading.bring(TEXTS, [RED])
    proposal = await reading.propose()
    amir = await clinician(reading.records)
    pia = await reading.records.hire("pia@clinic.example", Role.PHARMACIST)
    made = await _prepared_by_people(reading, amir, pia)
    with pytest.raises(NotPermitted):
        await reading.publish(Override(pia, "the surgeon says so"), amir)
    with pytest.raises(PublishRefused, match="reason"):
        await reading.publish(Override(amir, " "), amir)
    release = await reading.publish(Override(amir, "the surgeon says so"), amir)
    found = await reading.records.database.run(lambda tx: releases.all_releases(tx, amir))
    rows = await reading.records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    assert proposal.blocked
    assert (found[0].id, found[0].overridden_by, found[0].overridden_because) == (
        release,
        amir.id,
        "the surgeon says so",
    )
    assert (f"staff:{amir.id}", release) in {
        (row.actor, row.subject) for row in rows if row.action == "library.overridden"
    }
    assert made


async def _prepared_by_people(reading: Reading, author: Staff, approver: Staff) -> bool:
    """Where people work, what an import brought before is told only once they stand behind it."""
    text = SHOWER + "\n"
    run = reading.records.database.run
    made = await run(lambda tx: library.write(tx, author, "shower", text))
    await run(lambda tx: library.submit(tx, author, "shower"))
    approved, _ = await run(
        lambda tx: library.approve(tx, approver, "shower", made.number, has_doses=lambda text: True)
    )
    return approved.state is RevisionState.APPROVED


async def test_where_people_work_what_nobody_approved_is_not_published(reading: Reading) -> None:
    await reading.bring(TEXTS)
    await clinician(reading.records)
    with pytest.raises(PublishRefused, match="nothing is approved"):
        await reading.publish()


async def test_where_people_work_documents_need_golden_questions(reading: Reading) -> None:
    amir = await clinician(reading.records)
    pia = await reading.records.hire("pia@clinic.example", Role.PHARMACIST)
    await _prepared_by_people(reading, amir, pia)
    proposal = await reading.propose(amir)
    assert (proposal.radius.too_few, proposal.blocked) == ((("shower", 0),), True)


# Blast radius


async def test_the_diff_says_what_changes(told: Reading) -> None:
    goldens = [GREEN, replace(RED, must_say=()), Golden("shower", "Where can I park my boat?")]
    changed = {"warfarin": WARFARIN, "shower": SHOWER.replace("two days", "five days")}
    await told.bring(changed, goldens)
    radius = (await told.propose()).radius
    assert [one.question for one in radius.of(Change.CHANGED)] == [SHOWERS]
    assert {one.question for one in radius.of(Change.SAME)} == {FORGOT}
    assert {one.question for one in radius.of(Change.REFUSED)} == {"Where can I park my boat?"}
    lines = list(radius.lines())
    assert f"CHANGED  {SHOWERS}" in lines
    assert any(line.startswith("  - You may take a shower two days") for line in lines)
    assert any(line.startswith("  + You may take a shower five days") for line in lines)


async def test_lost_and_gained_answers_are_named(told: Reading) -> None:
    await told.bring({"warfarin": WARFARIN}, mirror=True)
    await told.bring(
        {"diet": "## Salt\n\nEat less than one teaspoon of salt a day."},
        [
            Golden("diet", "How much salt may I eat?", ("diet#Salt",)),
            Golden("diet", SHOWERS),
        ],
    )
    radius = (await told.propose()).radius
    assert [one.question for one in radius.of(Change.GAINED)] == ["How much salt may I eat?"]
    assert [one.change for one in radius.differences if one.question == SHOWERS] == [Change.REFUSED]


async def test_two_passages_with_different_numbers_for_one_sign_clash(reading: Reading) -> None:
    await reading.bring(
        {
            "one": "## Fever\n\nCall us for a fever above 100.4 degrees.",
            "two": "## Temperature\n\nCall us when your temperature is over 101 degrees.",
        }
    )
    radius = (await reading.propose()).radius
    assert [(one.about, one.one, one.other) for one in radius.contradictions] == [
        ("temperature", "one#Fever", "two#Temperature")
    ]
