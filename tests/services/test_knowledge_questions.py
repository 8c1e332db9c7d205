"""What patients ask: recorded with the turn, sealed, gathered under topics, and closed by what answers it."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from server.config import Settings
from server.knowledge import golden, library, questions
from server.knowledge.embedder import Embedder
from server.knowledge.gathering import gather
from server.knowledge.golden import Golden
from server.knowledge.questions import Topic, TopicRefused, TopicState
from server.model_store import ModelStore
from server.record import audit
from server.vocabulary.errors import NotPermitted
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Role, Staff
from tests.fakes.reading import RULES
from tests.fakes.records import COMMAND, COMPLIANCE, CONDUCTOR, NURSE, Records, records_in

KIND = "services"
ASKED = (
    "Where can I park my car at the clinic?",
    "Is there parking at the clinic?",
    "Can I have a glass of wine with dinner?",
    "Where do I park when I come to the clinic?",
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    settings = Settings()
    return Embedder.load(ModelStore(settings.model_cache, settings.model_mirror, lambda line: None))


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Records]:
    async with records_in(tmp_path) as records:
        yield records


async def patient_in(records: Records) -> tuple[PatientId, CheckInId]:
    patient = await records.add()
    return patient, await records.order(patient)


async def ask(records: Records, asked: Sequence[str], *, answered: bool = False) -> None:
    patient, checkin = await patient_in(records)
    for turn, text in enumerate(asked, 1):
        await records.database.run(
            lambda tx, turn=turn, text=text: questions.note(  # type: ignore[misc]
                tx, CONDUCTOR, checkin, patient, turn, text, answered=answered
            )
        )


async def gathered(records: Records, who: Staff, embedder: Embedder) -> list[Topic]:
    return await gather(records.database, who, embedder, RULES.same_question.value)


async def amir_of(records: Records) -> Staff:
    return await records.hire("amir@clinic.example", Role.CLINICIAN)


async def readings(records: Records) -> int:
    """How often somebody opened a patient's questions."""
    rows = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    return sum(row.action == "question.read" for row in rows)


async def test_questions_that_ask_for_the_same_are_one_topic(clinic: Records, embedder: Embedder) -> None:
    await ask(clinic, ASKED)
    topics = await gathered(clinic, await amir_of(clinic), embedder)
    assert [len(one.questions) for one in topics] == [3, 1]
    assert {one.text for one in topics[1].questions} == {ASKED[2]}


async def test_who_asks_later_joins_the_topic(clinic: Records, embedder: Embedder) -> None:
    amir = await amir_of(clinic)
    await ask(clinic, ASKED[:1])
    first = await gathered(clinic, amir, embedder)
    await ask(clinic, ASKED[1:2])
    again = await gathered(clinic, amir, embedder)
    assert [(one.id, len(one.questions)) for one in again] == [(first[0].id, 2)]


async def test_what_was_answered_is_not_in_the_queue_and_is_replayed(clinic: Records, embedder: Embedder) -> None:
    amir = await amir_of(clinic)
    await ask(clinic, ["When may I shower?"] * 2, answered=True)
    await ask(clinic, ASKED[:1])
    assert [len(one.questions) for one in await gathered(clinic, amir, embedder)] == [1]
    past = await clinic.database.run(lambda tx: questions.past(tx, amir))
    assert past == [("When may I shower?", 2), (ASKED[0], 1)]


async def test_a_topic_is_assigned_and_closed_by_a_golden_question(clinic: Records, embedder: Embedder) -> None:
    amir = await amir_of(clinic)
    await ask(clinic, ASKED[:1])
    topic = (await gathered(clinic, amir, embedder))[0].id
    run = clinic.database.run
    await run(lambda tx: questions.assign(tx, amir, topic, amir))
    with pytest.raises(TopicRefused, match="golden question"):
        await run(lambda tx: questions.close(tx, amir, topic, "gq_none", {"parking#Parking"}))
    await run(lambda tx: library.write(tx, amir, "parking", "## Parking\n\nPark behind the clinic."))
    made = await run(lambda tx: golden.add(tx, amir, Golden("parking", ASKED[0], ("parking#Parking",))))
    await run(lambda tx: questions.close(tx, amir, topic, made, {"parking#Parking"}))
    closed = (await run(lambda tx: questions.queue(tx, amir, TopicState.CLOSED)))[0]
    assert (closed.assigned_to, closed.document, closed.golden) == (amir.id, "parking", made)


@pytest.mark.parametrize("told", [set(), {"parking#Bicycles"}], ids=["nothing", "another passage"])
async def test_a_golden_question_of_another_passage_closes_nothing(
    clinic: Records, embedder: Embedder, told: set[str]
) -> None:
    amir = await amir_of(clinic)
    await ask(clinic, ASKED[:1])
    topic = (await gathered(clinic, amir, embedder))[0].id
    await clinic.database.run(lambda tx: library.write(tx, amir, "parking", "## Parking\n\nPark behind the clinic."))
    one = Golden("parking", ASKED[0], ("parking#Parking",))
    made = await clinic.database.run(lambda tx: golden.add(tx, amir, one))
    with pytest.raises(TopicRefused, match="names this passage"):
        await clinic.database.run(lambda tx: questions.close(tx, amir, topic, made, told))


async def test_opening_one_topic_opens_nobody_elses_words(clinic: Records, embedder: Embedder) -> None:
    amir = await amir_of(clinic)
    await ask(clinic, ASKED[:1])
    await ask(clinic, ASKED[2:3])
    first, _ = await gathered(clinic, amir, embedder)
    before = await readings(clinic)
    found = await clinic.database.run(lambda tx: questions.topic(tx, amir, first.id))
    assert found == first
    assert await readings(clinic) == before + 1
    assert await clinic.database.run(lambda tx: questions.topic(tx, amir, "tp_none")) is None


async def test_a_question_that_comes_again_after_its_topic_was_closed_is_a_new_one(
    clinic: Records, embedder: Embedder
) -> None:
    await test_a_topic_is_assigned_and_closed_by_a_golden_question(clinic, embedder)
    cleo = await clinic.hire("cleo@clinic.example", Role.CLINICIAN)
    await ask(clinic, ASKED[1:2])
    states = [one.state for one in await gathered(clinic, cleo, embedder)]
    assert sorted(states) == [TopicState.CLOSED, TopicState.OPEN]


async def test_the_words_are_sealed_and_go_with_the_patients_key(clinic: Records) -> None:
    await ask(clinic, ["canaryquestion about my pills"])
    assert b"canaryquestion" not in clinic.path.read_bytes()
    amir = await amir_of(clinic)
    unsorted = await clinic.database.run(lambda tx: questions.unsorted(tx, amir))
    patients = {row.patient for row in await clinic.database.run(lambda tx: audit.find(tx, COMPLIANCE)) if row.patient}
    for one in patients:
        await clinic.database.run(lambda tx, one=one: tx.vault.forget(PatientId(one)))  # type: ignore[misc]
    assert [one.text for one in unsorted] == ["canaryquestion about my pills"]
    assert await clinic.database.run(lambda tx: questions.unsorted(tx, amir)) == []


async def test_reading_them_is_audited_for_each_patient(clinic: Records) -> None:
    amir = await amir_of(clinic)
    await ask(clinic, ASKED[:2])
    await clinic.database.run(lambda tx: questions.unsorted(tx, amir))
    rows = await clinic.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    read = [row for row in rows if row.action == "question.read"]
    assert [(row.actor, row.patient is not None, row.detail) for row in read] == [
        (f"staff:{amir.id}", True, '{"count":2}')
    ]


@pytest.mark.parametrize("who", [NURSE, COMPLIANCE])
async def test_nobody_else_reads_them(clinic: Records, who: Staff) -> None:
    with pytest.raises(NotPermitted):
        await clinic.database.run(lambda tx: questions.queue(tx, who))


async def test_only_the_conductor_notes_them(clinic: Records) -> None:
    patient, checkin = await patient_in(clinic)
    with pytest.raises(NotPermitted):
        await clinic.database.run(lambda tx: questions.note(tx, COMMAND, checkin, patient, 1, "a?", answered=False))
