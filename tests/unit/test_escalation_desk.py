"""The desk: one page for each trigger, raised but never lowered, answered once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from server.escalation import desk, history, oncall
from server.record import audit, journal
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, NotPermitted
from server.vocabulary.events import EscalationRequested
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId, PatientId
from server.vocabulary.principals import Patient, Role
from tests.fakes.records import COMMAND, COMPLIANCE, CONDUCTOR, NOON, NURSE, OTTO, ROSA, Records

KIND = "unit"
CHEST = TriggerHit("CHEST_PAIN", 3, Tier.EMERGENCY, "my chest hurts")
SWELLING = TriggerHit("SWELLING", 1, Tier.URGENT, "my ankles are swollen")
WORSE_SWELLING = TriggerHit("SWELLING", 1, Tier.EMERGENCY, "now I cannot walk")
MINUTES = {Tier.EMERGENCY: timedelta(minutes=2), Tier.URGENT: timedelta(minutes=15)}


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


async def test_a_page_is_seen_answered_claimed_entered_and_closed(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    page = await records.database.run(request(patient, checkin, CHEST))
    states: list[str] = []
    for step in (desk.see, desk.acknowledge, desk.claim, desk.enter_room, desk.close):
        await records.database.run(lambda tx, step=step: step(tx, nurse, page))  # type: ignore[misc]
        states.append((await records.database.run(lambda tx: desk.glance(tx, nurse, page))).state)
    assert states == ["seen", "acknowledged", "claimed", "in_room", "closed"]
    story = [event.kind for event in await records.database.run(lambda tx: history.read(tx, nurse, page))]
    assert story == ["requested", *states[:3], "entered", "closed"]


async def test_claiming_answers_too(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    page = await records.database.run(request(patient, checkin, CHEST))
    claimed = await records.database.run(lambda tx: desk.claim(tx, nurse, page))
    assert (claimed.state, claimed.acknowledged_by, claimed.claimed_by) == ("claimed", nurse.id, nurse.id)
    assert await records.database.run(lambda tx: desk.open_pages(tx, nurse)) == []


async def test_a_page_can_be_taken_over_but_not_entered_by_whoever_has_not_claimed_it(records: Records) -> None:
    patient, checkin = await visit(records)
    first, second = await records.hire("a@clinic.example"), await records.hire("b@clinic.example")
    page = await records.database.run(request(patient, checkin, CHEST))
    await records.database.run(lambda tx: desk.claim(tx, first, page))
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: desk.enter_room(tx, second, page))
    taken = await records.database.run(lambda tx: desk.claim(tx, second, page))
    assert (taken.claimed_by, taken.acknowledged_by) == (second.id, first.id)
    assert (await actions(records, page))[-3:] == ["page.read", "page.taken_over", "page.read"]


async def test_a_page_never_ends_unanswered(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    page = await records.database.run(request(patient, checkin, CHEST))
    with pytest.raises(desk.PageUnanswered):
        await records.database.run(lambda tx: desk.close(tx, nurse, page))
    await records.database.run(lambda tx: desk.see(tx, nurse, page))
    with pytest.raises(desk.PageUnanswered):
        await records.database.run(lambda tx: desk.close(tx, nurse, page))
    assert len(await records.database.run(lambda tx: desk.open_pages(tx, nurse))) == 1


async def test_only_its_holder_or_the_charge_nurse_closes_a_page(records: Records) -> None:
    patient, checkin = await visit(records)
    holder, other, charge = [await records.hire(f"{name}@clinic.example") for name in ("nia", "ola", "uma")]
    run = records.database.run
    week = timedelta(days=7)
    await run(lambda tx: oncall.override(tx, COMMAND, oncall.CHARGE, charge.id, tx.now, tx.now + week))
    page = await run(request(patient, checkin, CHEST))
    await run(lambda tx: desk.acknowledge(tx, holder, page))
    with pytest.raises(desk.PageOfAnother):
        await run(lambda tx: desk.close(tx, other, page))
    await run(lambda tx: desk.claim(tx, other, page))
    with pytest.raises(desk.PageOfAnother):
        await run(lambda tx: desk.close(tx, holder, page))
    assert [await run(lambda tx, who=who: desk.in_charge(tx, who)) for who in (other, charge)] == [False, True]  # type: ignore[misc]
    assert (await run(lambda tx: desk.close(tx, charge, page))).closed_by == charge.id


async def test_who_took_a_page_over_closes_it(records: Records) -> None:
    patient, checkin = await visit(records)
    holder, other = await records.hire("nia@clinic.example"), await records.hire("ola@clinic.example")
    page = await records.database.run(request(patient, checkin, CHEST))
    for member in (holder, other):
        await records.database.run(lambda tx, member=member: desk.claim(tx, member, page))  # type: ignore[misc]
    assert (await records.database.run(lambda tx: desk.close(tx, other, page))).closed_by == other.id


async def test_a_closed_page_stays_closed_until_its_tier_is_raised(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    page = await records.database.run(request(patient, checkin, SWELLING))
    await records.database.run(lambda tx: desk.acknowledge(tx, nurse, page))
    await records.database.run(lambda tx: desk.close(tx, nurse, page))
    assert (await records.database.run(lambda tx: desk.claim(tx, nurse, page))).state == "closed"
    assert (await records.database.run(lambda tx: desk.acknowledge(tx, nurse, page))).state == "closed"
    await records.database.run(request(patient, checkin, WORSE_SWELLING))
    (raised,) = await records.database.run(lambda tx: desk.open_pages(tx, nurse))
    assert (raised.state, raised.claimed_by, raised.closed_at) == ("requested", None, None)


async def test_a_step_that_cannot_be_audited_is_not_taken(records: Records) -> None:
    patient, checkin = await visit(records)
    nurse = await records.hire()
    page = await records.database.run(request(patient, checkin, CHEST))
    await records.database.run(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE audit RENAME TO away").close())
    with pytest.raises(DatabaseError):
        await records.database.run(lambda tx: desk.see(tx, nurse, page))
    await records.database.run(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE away RENAME TO audit").close())
    assert [event.kind for event in await records.database.run(lambda tx: history.read(tx, nurse, page))] == [
        "requested"
    ]
    assert (await records.database.run(lambda tx: desk.glance(tx, nurse, page))).state == "requested"
