"""Memory in the records: both databases, one patient's never in another's check-in, deletion that deletes."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from server.checkin.journal import CONDUCTOR
from server.checkin.remembering import Remembering
from server.escalation import callbacks, desk
from server.invitation import store as invitations
from server.knowledge import questions
from server.memory import memory
from server.memory.facts import Claim
from server.memory.timeline import Timeline, read_timeline
from server.record import audit, checkins, forgetting, patients
from server.record.forgetting import InCare
from server.record.schema import escalation, memory_fact, patient_key
from server.record.transaction import Transaction
from server.record.vault import Unreadable
from server.vocabulary.errors import NotFound, NotPermitted
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Patient
from tests.fakes.records import COMMAND, COMPLIANCE, NURSE, OTTO, ROSA, Records
from tests.fakes.remembered import NO_DANGER, PACK, RULES, lines_of, proposed, recalled, talked

KIND = "unit"
SICK = replace(ROSA, conditions=("heart_failure",), discharged_on=date(2026, 2, 27))
SWOLLEN = (*NO_DANGER, "the same", "nothing", "one eighty", "none", "yes, my left ankle is swollen")


async def swollen(records: Records, patient: PatientId) -> None:
    """A check-in that leaves a swollen ankle behind."""
    await talked(records, patient, *SWOLLEN)
    await keep(records)


async def keep(records: Records) -> int:
    return await Remembering(records.database, {PACK.id: PACK}).take_in_all()


async def timeline(records: Records, patient: PatientId, days_ago: int = 0) -> Timeline:
    on = records.clock.now() - timedelta(days=days_ago)
    return await records.database.run(lambda tx: read_timeline(tx, NURSE, patient, known_on=on))


def swelling(found: Timeline) -> list[tuple[str, str, str]]:
    facts = [fact for fact in found.facts if fact.claim.predicate == "swelling"]
    return [(fact.claim.value, fact.claim.aspect, fact.state) for fact in facts]


async def test_the_next_check_in_opens_with_it_and_asks_nothing_twice(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    records.clock.move(timedelta(days=3))
    later = (*NO_DANGER, "better", "nothing", "one eighty", "none", "one")
    _, second = await talked(records, rosa, "It is better now.", *later)
    said = lines_of(second)
    assert "Last time your left ankle was swollen. How is that now?" in said
    assert "Are your feet, legs, or belly more swollen?" not in said
    assert all(moment.event.allowed for moment in second.moments if moment.event.kind == "sentence_gated")


async def test_taking_a_check_in_in_twice_changes_nothing(records: Records) -> None:
    rosa = await records.add(SICK)
    await talked(records, rosa, *SWOLLEN)
    assert await keep(records) == 1
    before = await timeline(records, rosa)
    assert await keep(records) == 0
    assert await timeline(records, rosa) == before


async def test_what_was_known_on_a_day_stays_what_was_known_then(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    records.clock.move(timedelta(days=4))
    await talked(records, rosa, "It is gone.")
    await keep(records)
    records.clock.move(timedelta(days=1))
    assert swelling(await timeline(records, rosa, days_ago=2)) == [("yes", "left_ankle", "held")]
    assert swelling(await timeline(records, rosa)) == [("yes", "left_ankle", "held"), ("gone", "left_ankle", "held")]
    assert await recalled(records, rosa) == ()


async def test_a_correction_by_voice_is_what_the_next_one_says(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    await talked(records, rosa, "That's wrong, it was my left foot.", "the same")
    await keep(records)
    _, third = await talked(records, rosa)
    assert "Last time your left foot was swollen." in lines_of(third)


async def test_forget_that_by_voice_leaves_no_version(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    await talked(records, rosa, "Forget that.")
    await keep(records)
    assert swelling(await timeline(records, rosa, days_ago=0)) == []
    assert await recalled(records, rosa) == ()
    actions = [row.action for row in await records.database.run(lambda tx: audit.find(tx, COMPLIANCE, patient=rosa))]
    assert "memory.forgotten" in actions


async def test_an_old_thread_is_not_asked_about(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    records.clock.move(timedelta(days=PACK.memory.kept_days.value + 1))
    assert await recalled(records, rosa) == ()


async def test_no_memory_reaches_the_check_in_of_another_of_the_same_name(records: Records) -> None:
    rosa = await records.add(SICK)
    namesake = await records.add(SICK)
    await swollen(records, rosa)
    assert await recalled(records, namesake) == ()
    _, other = await talked(records, namesake)
    assert "Last time" not in lines_of(other)


@pytest.mark.parametrize("table", ["memory_fact", "memory_thread", "memory_episode"])
async def test_a_row_given_to_another_patient_does_not_open(records: Records, table: str) -> None:
    rosa, namesake = await records.add(SICK), await records.add(SICK)
    await swollen(records, rosa)
    await swollen(records, namesake)
    move = text(f"UPDATE {table} SET patient = :to WHERE patient = :of")  # noqa: S608  a table of the list above
    await records.database.run(lambda tx: tx.connection.execute(move, {"to": namesake, "of": rosa}).close())
    with pytest.raises(Unreadable):
        await timeline(records, namesake)


async def test_claims_that_changed_places_do_not_open(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)

    def swap(tx: Transaction) -> None:
        first, second = tx.connection.execute(select(memory_fact.c.id, memory_fact.c.claim).limit(2)).all()
        for at, claim in ((first.id, second.claim), (second.id, first.claim)):
            tx.connection.execute(memory_fact.update().where(memory_fact.c.id == at).values(claim=claim))

    await records.database.run(swap)
    with pytest.raises(Unreadable):
        await timeline(records, rosa)


async def test_one_patients_fact_cannot_be_named_for_another(records: Records) -> None:
    rosa, otto = await records.add(SICK), await records.add(OTTO)
    await swollen(records, rosa)
    wanted = (await timeline(records, rosa)).facts[0].id
    with pytest.raises(NotFound):
        await records.database.run(lambda tx: memory.correct(tx, NURSE, otto, wanted, value="no"))
    with pytest.raises(NotFound):
        await records.database.run(lambda tx: memory.forget_fact(tx, NURSE, otto, wanted))


@pytest.mark.parametrize(
    "who", [COMPLIANCE, Patient(PatientId("pt_x"), CheckInId("ci_x"))], ids=["compliance", "patient"]
)
async def test_whoever_may_not_read_memory_does_not(records: Records, who: Any) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: read_timeline(tx, who, rosa))
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: memory.recall(tx, who, rosa, RULES))


async def test_a_proposal_is_not_spoken_of_until_a_person_confirms_it(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    claim = Claim(predicate="swelling", value="yes", aspect="right_foot", confidence=0.5)
    made = await proposed(records, rosa, claim)
    assert [one.aspect for one in await recalled(records, rosa)] == ["left_ankle"]
    await records.database.run(lambda tx: memory.confirm(tx, NURSE, rosa, made))
    assert [one.aspect for one in await recalled(records, rosa)] == ["right_foot"]
    confirmed = [fact for fact in (await timeline(records, rosa)).facts if fact.confirmed_by]
    assert [(fact.confirmed_by, fact.claim.confidence) for fact in confirmed] == [(NURSE.id, 1.0)]


async def test_every_reading_and_writing_is_audited(records: Records) -> None:
    rosa = await records.add(SICK)
    await swollen(records, rosa)
    await timeline(records, rosa)
    wanted = (await timeline(records, rosa)).facts[0].id
    await records.database.run(lambda tx: memory.correct(tx, NURSE, rosa, wanted, value="no"))
    rows = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE, patient=rosa))
    done = {(row.actor, row.action) for row in rows if row.action.startswith("memory.")}
    assert done == {
        ("service:conductor", "memory.read"),
        ("service:conductor", "memory.written"),
        (f"staff:{NURSE.id}", "memory.read"),
        (f"staff:{NURSE.id}", "memory.corrected"),
    }
    assert await records.database.run(audit.verify) is None


async def test_a_patient_is_forgotten_and_the_rest_is_whole(records: Records) -> None:
    rosa, otto = await records.add(SICK), await records.add(replace(OTTO, conditions=("heart_failure",)))
    await swollen(records, rosa)
    await swollen(records, otto)
    certificate = await records.database.run(lambda tx: forgetting.forget(tx, COMMAND, rosa))
    await records.database.scrub()
    keys = await records.database.run(lambda tx: set(tx.connection.scalars(select(patient_key.c.patient))))
    left = await records.database.run(lambda tx: [card.id for card in patients.find_all(tx, NURSE)])
    assert (keys, left) == ({otto}, [otto])
    assert swelling(await timeline(records, otto)) == [("yes", "left_ankle", "held")]
    assert await records.database.run(audit.verify) is None
    (row,) = [
        row
        for row in await records.database.run(lambda tx: audit.find(tx, COMPLIANCE, patient=rosa))
        if row.action == "patient.forgotten"
    ]
    assert (row.seq, row.hash) == (certificate.audit_seq, certificate.audit_hash)
    assert certificate.key_hash in row.detail
    with pytest.raises(NotFound):
        await records.database.run(lambda tx: patients.get(tx, NURSE, rosa))
    with pytest.raises(NotFound):
        await records.database.run(lambda tx: forgetting.forget(tx, COMMAND, rosa))
    assert await keep(records) == 0


async def test_nobody_in_a_check_in_is_forgotten(records: Records) -> None:
    rosa = await records.add(SICK)
    checkin = await records.order(rosa)
    await records.database.run(lambda tx: checkins.start(tx, CONDUCTOR, checkin, "1", "ab"))
    with pytest.raises(InCare):
        await records.database.run(lambda tx: forgetting.forget(tx, COMMAND, rosa))


async def test_neither_key_nor_words_are_left_in_the_files(records: Records) -> None:
    """Of SQLite: the file, its log and its free pages. The wrapped key is the one secret that is stored as it is."""
    rosa = await records.add(SICK)
    await swollen(records, rosa)

    def sealed(tx: Transaction) -> list[bytes]:
        wrapped = list(tx.connection.scalars(select(patient_key.c.wrapped).where(patient_key.c.patient == rosa)))
        return wrapped + list(tx.connection.scalars(select(memory_fact.c.claim)))

    secrets = await records.database.run(sealed)
    stored = _bytes(records.path)
    assert not records.path.exists() or all(secret in stored for secret in secrets)
    await records.database.run(lambda tx: forgetting.forget(tx, COMMAND, rosa))
    await records.database.scrub()
    left = _bytes(records.path)
    assert not any(secret in left for secret in secrets)
    assert not any(word in left for word in (b"Rosamunda", b"left ankle", b"swollen", b"heartcanary"))


def _bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


async def test_nobody_calls_or_texts_whoever_was_forgotten_and_no_question_is_left(records: Records) -> None:
    rosa = await records.add(SICK)
    checkin = await records.order(rosa)
    run = records.database.run
    after = (timedelta(minutes=5), timedelta(minutes=30))
    await run(lambda tx: callbacks.plan(tx, CONDUCTOR, checkin, rosa, after))
    await run(lambda tx: questions.note(tx, CONDUCTOR, checkin, rosa, 1, "may I eat grapefruit", answered=False))
    certificate = await run(lambda tx: forgetting.forget(tx, COMMAND, rosa))
    gone = {name: count for name, count in certificate.rows.items() if count}
    assert gone == {"call_back": 2, "due_work": 1, "question": 1}
    assert await run(lambda tx: callbacks.unreachable(tx, NURSE)) == []


async def test_pages_and_links_of_a_forgotten_patient_go_too(records: Records) -> None:
    rosa, otto = await records.add(SICK), await records.add(OTTO)
    run = records.database.run
    hit = TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "my chest hurts")

    def paged(tx: Transaction, patient: PatientId) -> None:
        made = invitations.create(tx, COMMAND, patient, PACK.id, timedelta(hours=1))
        about = {"checkin": made.checkin, "patient": patient, "hit": hit, "turn": 1, "where": ""}
        desk.request(tx, CONDUCTOR, **about, within=timedelta(minutes=5))  # type: ignore[arg-type]

    for patient in (rosa, otto):
        await run(lambda tx, patient=patient: paged(tx, patient))  # type: ignore[misc]
    with pytest.raises(InCare):
        await run(lambda tx: forgetting.forget(tx, COMMAND, rosa))
    closed = escalation.update().where(escalation.c.patient == rosa).values(state="closed")
    await run(lambda tx: tx.connection.execute(closed).close())
    certificate = await run(lambda tx: forgetting.forget(tx, COMMAND, rosa))
    open_pages = await run(lambda tx: [page.patient for page in desk.open_pages(tx, NURSE)])
    assert {name for name, count in certificate.rows.items() if count} >= {"escalation", "invitation", "due_work"}
    assert open_pages == [otto]
    assert await run(lambda tx: [row.status for row in checkins.find_for_patient(tx, NURSE, rosa)]) == ["ended"]
    assert await run(audit.verify) is None
