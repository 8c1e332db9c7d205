"""The desk: one page for each trigger, raised but never lowered, answered once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from server.escalation import desk
from server.record import audit, journal
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, NotPermitted
from server.vocabulary.events import EscalationRequested
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId, PatientId
from server.vocabulary.principals import Patient, Role
from tests.fakes.records import COMPLIANCE, CONDUCTOR, NOON, NURSE, OTTO, ROSA, Records, records_in

KIND = "unit"
CHEST = TriggerHit("CHEST_PAIN", 3, Tier.EMERGENCY, "my chest hurts")
SWELLING = TriggerHit("SWELLING", 1, Tier.URGENT, "my ankles are swollen")
WORSE_SWELLING = TriggerHit("SWELLING", 1, Tier.EMERGENCY, "now I cannot walk")
MINUTES = {Tier.EMERGENCY: timedelta(minutes=2), Tier.URGENT: timedelta(minutes=15)}


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    async with records_in(tmp_path) as opened:
        yield opened


def request(patient: PatientId, checkin: CheckInId, hit: TriggerHit) -> Callable[[Transaction], EscalationId]:
    within = MINUTES[hit.tier]
    return lambda tx: desk.request(
        tx, CONDUCTOR, checkin=checkin, patient=patient, hit=hit, turn=4, where="at home", within=within
    )


async def visit(records: Records) -> tuple[PatientId, CheckInId]:
    patient = await records.add()
    return patient, await records.order(patient)


async def actions(records: Records, subject: str) -> list[str]:
    rows = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    return [row.action for row in reversed(rows) if row.subject == subject]


async def test_a_page_holds_what_a_nurse_needs(records: Records) -> None:
    patient, checkin = await visit(records)
    page = await records.database.run(request(patient, checkin, CHEST))
    assert await records.database.run(lambda tx: desk.open_pages(tx, NURSE)) == [
        desk.Escalation(
            id=page,
            checkin=checkin,
            patient=patient,
            patient_name=ROSA.name,
            tier=Tier.EMERGENCY,
            trigger="CHEST_PAIN",
            version=3,
            quote="my chest hurts",
            turn=4,
            where="at home",
            callback=ROSA.callback,
            requested_at=NOON,
            due_at=NOON + timedelta(minutes=2),
            state="requested",
            acknowledged_by=None,
            acknowledged_at=None,
        )
    ]


async def test_a_trigger_again_is_the_same_page(records: Records) -> None:
    patient, checkin = await visit(records)
    page = await records.database.run(request(patient, checkin, CHEST))
    records.clock.move(timedelta(seconds=30))
    assert await records.database.run(request(patient, checkin, CHEST)) == page
    (only,) = await records.database.run(lambda tx: desk.for_checkin(tx, NURSE, checkin))
    assert only.due_at == NOON + timedelta(minutes=2)
    assert await actions(records, page) == ["page.requested", "page.repeated", "page.read"]


async def test_another_trigger_is_another_page(records: Records) -> None:
    patient, checkin = await visit(records)
    urgent = await records.database.run(request(patient, checkin, SWELLING))
    records.clock.move(timedelta(seconds=30))
    emergency = await records.database.run(request(patient, checkin, CHEST))
    pages = await records.database.run(lambda tx: desk.open_pages(tx, NURSE))
    assert [page.id for page in pages] == [emergency, urgent]


async def test_a_higher_tier_raises_the_page_even_if_it_was_answered(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    page = await records.database.run(request(patient, checkin, SWELLING))
    await records.database.run(lambda tx: desk.acknowledge(tx, nurse, page))
    records.clock.move(timedelta(minutes=5))
    assert await records.database.run(request(patient, checkin, WORSE_SWELLING)) == page
    (raised,) = await records.database.run(lambda tx: desk.open_pages(tx, nurse))
    assert (raised.tier, raised.quote, raised.state) == (Tier.EMERGENCY, "now I cannot walk", "requested")
    assert raised.due_at == NOON + timedelta(minutes=7)
    assert (raised.acknowledged_by, raised.acknowledged_at) == (None, None)


async def test_a_lower_tier_lowers_nothing(records: Records) -> None:
    patient, checkin = await visit(records)
    page = await records.database.run(request(patient, checkin, WORSE_SWELLING))
    assert await records.database.run(request(patient, checkin, SWELLING)) == page
    (only,) = await records.database.run(lambda tx: desk.open_pages(tx, NURSE))
    assert (only.tier, only.quote) == (Tier.EMERGENCY, "now I cannot walk")


async def test_the_first_answer_counts(records: Records) -> None:
    patient, checkin = await visit(records)
    first, second = await records.hire("a@clinic.example"), await records.hire("b@clinic.example", Role.CLINICIAN)
    page = await records.database.run(request(patient, checkin, CHEST))
    records.clock.move(timedelta(seconds=40))
    answers = await asyncio.gather(
        records.database.run(lambda tx: desk.acknowledge(tx, first, page)),
        records.database.run(lambda tx: desk.acknowledge(tx, second, page)),
        records.database.run(lambda tx: desk.acknowledge(tx, first, page)),
    )
    assert {(a.state, a.acknowledged_by, a.acknowledged_at) for a in answers} == {
        ("acknowledged", first.id, NOON + timedelta(seconds=40))
    }
    assert (await actions(records, page)).count("page.acknowledged") == 1


async def test_answered_pages_leave_the_list_unless_asked_for(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    answered = await records.database.run(request(patient, checkin, CHEST))
    waiting = await records.database.run(request(patient, checkin, SWELLING))
    await records.database.run(lambda tx: desk.acknowledge(tx, nurse, answered))
    assert [page.id for page in await records.database.run(lambda tx: desk.open_pages(tx, nurse))] == [waiting]
    both = await records.database.run(lambda tx: desk.open_pages(tx, nurse, answered_since=NOON))
    assert [page.id for page in both] == [waiting, answered]


async def test_changes_are_told_after_the_commit_and_repeats_are_not(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    seen: list[tuple[str, str]] = []
    desk.on_change(records.database, lambda checkin, page: seen.append((checkin, page)))
    page = await records.database.run(request(patient, checkin, CHEST))
    await records.database.run(request(patient, checkin, CHEST))
    await records.database.run(lambda tx: desk.acknowledge(tx, nurse, page))
    await records.database.run(lambda tx: desk.acknowledge(tx, nurse, page))
    assert seen == [(checkin, page), (checkin, page)]


async def test_the_page_and_its_journal_entry_come_true_together(records: Records) -> None:
    patient, checkin = await visit(records)
    seen: list[str] = []
    desk.on_change(records.database, lambda _checkin, page: seen.append(page))

    def fails_at_the_journal(tx: Transaction) -> None:
        page = request(patient, checkin, CHEST)(tx)
        event = EscalationRequested(page, CHEST.tier, CHEST.trigger, CHEST.version, CHEST.quote, 4)
        journal.append(tx, CONDUCTOR, CheckInId("ci_none"), event, tx.now)

    with pytest.raises(NotFound):
        await records.database.run(fails_at_the_journal)
    assert await records.database.run(lambda tx: desk.open_pages(tx, NURSE)) == []
    assert seen == []


async def test_a_page_for_another_patients_checkin_is_refused(records: Records) -> None:
    _, checkin = await visit(records)
    other = await records.add(OTTO)
    with pytest.raises(NotFound):
        await records.database.run(request(other, checkin, CHEST))


async def test_patients_ask_for_a_nurse_in_their_own_checkin_only(records: Records) -> None:
    patient, checkin = await visit(records)
    other = await records.order(patient)
    who = Patient(patient, checkin)

    def asked(of: CheckInId) -> Callable[[Transaction], EscalationId]:
        return lambda tx: desk.request(
            tx, who, checkin=of, patient=patient, hit=CHEST, turn=0, where="", within=timedelta(minutes=2)
        )

    assert await records.database.run(asked(checkin))
    with pytest.raises(NotPermitted):
        await records.database.run(asked(other))


async def test_nobody_but_care_staff_answers_or_reads(records: Records) -> None:
    patient, checkin = await visit(records)
    page = await records.database.run(request(patient, checkin, CHEST))
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: desk.acknowledge(tx, COMPLIANCE, page))
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: desk.open_pages(tx, COMPLIANCE))
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: desk.get(tx, Patient(patient, checkin), page))


async def test_an_unknown_page_cannot_be_answered(records: Records) -> None:
    nurse = await records.hire()
    with pytest.raises(NotFound):
        await records.database.run(lambda tx: desk.acknowledge(tx, nurse, EscalationId("esc_none")))
