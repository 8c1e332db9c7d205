"""Patients come back as they were stored, to those who may see them, and check-ins run once."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pytest
from sqlalchemy import update

from server.record import checkins, patients
from server.record.checkins import CheckInOver
from server.record.schema import patient as table
from server.record.sealed import SealedColumn
from server.record.transaction import Transaction
from server.record.vault import Unreadable
from server.vocabulary.errors import NotFound, NotPermitted
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Patient
from tests.fakes.records import CONDUCTOR, INVITATION, NOON, NURSE, OTTO, ROSA, Records

KIND = "unit"


@pytest.mark.parametrize("facts", [ROSA, OTTO])
async def test_a_card_comes_back_as_it_was(records: Records, facts: patients.PatientFacts) -> None:
    patient = await records.add(facts)
    card = await records.database.run(lambda tx: patients.get(tx, NURSE, patient))
    assert card == patients.PatientCard(id=patient, **vars(facts))


async def test_a_chart_from_before_conditions_were_known_opens(records: Records) -> None:
    @dataclass(frozen=True)
    class OldMedicine:
        name: str
        purpose: str
        how: str
        high_alert: bool

    @dataclass(frozen=True)
    class OldChart:
        discharged_on: date | None
        diagnosis: str
        medicines: tuple[OldMedicine, ...]
        address: str

    column: SealedColumn[OldChart] = SealedColumn(OldChart, "patient", "chart")
    old = OldChart(None, "asthma", (OldMedicine("albuterol", "breath", "two puffs", False),), "9 Elm")
    patient = await records.add(ROSA)

    def write(tx: Transaction) -> None:
        sealed = column.seal(tx.vault, patient, patient, old)
        tx.connection.execute(update(table).where(table.c.id == patient).values(chart=sealed))

    await records.database.run(write)
    card = await records.database.run(lambda tx: patients.get(tx, NURSE, patient))
    assert (card.diagnosis, card.medicines[0].new, card.conditions, card.next_visit) == ("asthma", False, (), None)


async def test_all_patients_oldest_first(records: Records) -> None:
    ids = [await records.add(ROSA), await records.add(OTTO)]
    assert sorted(card.id for card in await records.database.run(lambda tx: patients.find_all(tx, NURSE))) == sorted(
        ids
    )


async def test_a_contact_is_less_than_a_card(records: Records) -> None:
    patient = await records.add()
    contact = await records.database.run(lambda tx: patients.contact(tx, INVITATION, patient))
    assert contact == patients.Contact(ROSA.name, ROSA.first_name, ROSA.phone, ROSA.callback)
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: patients.get(tx, INVITATION, patient))


@pytest.mark.parametrize(("month", "day", "right"), [(11, 23, True), (11, 22, False), (23, 11, False), (12, 23, False)])
async def test_a_birthday_is_answered_with_yes_or_no(records: Records, month: int, day: int, *, right: bool) -> None:
    patient = await records.add()
    assert await records.database.run(lambda tx: patients.birth_matches(tx, INVITATION, patient, month, day)) is right


async def test_cells_of_two_patients_that_changed_places_do_not_open(records: Records) -> None:
    rosa = await records.add(ROSA)
    await records.add(OTTO)
    swap = "UPDATE patient SET chart = (SELECT chart FROM patient AS other WHERE other.id <> patient.id)"
    await records.database.run(lambda tx: tx.connection.exec_driver_sql(swap).close())
    with pytest.raises(Unreadable):
        await records.database.run(lambda tx: patients.get(tx, NURSE, rosa))


async def test_an_unknown_patient_is_not_found(records: Records) -> None:
    with pytest.raises(NotFound):
        await records.database.run(lambda tx: patients.get(tx, NURSE, PatientId("pt_none")))


async def test_patients_see_their_own_card_only(records: Records) -> None:
    rosa, otto = await records.add(ROSA), await records.add(OTTO)
    who = Patient(rosa, await records.order(rosa))
    assert (await records.database.run(lambda tx: patients.get(tx, who, rosa))).name == ROSA.name
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: patients.get(tx, who, otto))


async def running(records: Records) -> CheckInId:
    checkin = await records.order(await records.add())
    await records.database.run(lambda tx: checkins.start(tx, CONDUCTOR, checkin, "1.0.0", "a" * 64))
    return checkin


async def test_a_checkin_is_ordered_runs_and_ends(records: Records) -> None:
    patient = await records.add()
    checkin = await records.order(patient)
    ordered = checkins.CheckInRow(
        checkin, patient, "after-discharge", "", "", "invited", NOON, None, None, None, connected=False
    )
    assert await records.database.run(lambda tx: checkins.get(tx, CONDUCTOR, checkin)) == ordered
    records.clock.move(timedelta(minutes=1))
    await records.database.run(lambda tx: checkins.start(tx, CONDUCTOR, checkin, "1.0.0", "a" * 64))
    assert [row.id for row in await records.database.run(lambda tx: checkins.find_running(tx, CONDUCTOR))] == [checkin]
    records.clock.move(timedelta(minutes=9))
    await records.database.run(lambda tx: checkins.end(tx, CONDUCTOR, checkin, "completed"))
    assert await records.database.run(lambda tx: checkins.find_running(tx, CONDUCTOR)) == []
    (row,) = await records.database.run(lambda tx: checkins.find_for_patient(tx, NURSE, patient))
    assert (row.status, row.end_reason, row.version) == ("ended", "completed", "1.0.0")
    assert (row.started_at, row.ended_at) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=10))


async def test_a_second_start_keeps_the_pack_it_began_with(records: Records) -> None:
    checkin = await running(records)
    records.clock.move(timedelta(minutes=1))
    await records.database.run(lambda tx: checkins.start(tx, CONDUCTOR, checkin, "2.0.0", "b" * 64))
    row = await records.database.run(lambda tx: checkins.get(tx, CONDUCTOR, checkin))
    assert (row.version, row.pack_hash, row.started_at) == ("1.0.0", "a" * 64, NOON)


async def test_an_ended_checkin_does_not_start_again(records: Records) -> None:
    checkin = await running(records)
    await records.database.run(lambda tx: checkins.end(tx, CONDUCTOR, checkin, "patient_ended"))
    with pytest.raises(CheckInOver):
        await records.database.run(lambda tx: checkins.start(tx, CONDUCTOR, checkin, "1.0.0", "a" * 64))


@pytest.mark.parametrize("later", ["completed", "expired", "staff_ended"])
async def test_the_first_reason_of_an_end_stays(
    records: Records, later: Literal["completed", "expired", "staff_ended"]
) -> None:
    checkin = await running(records)
    await records.database.run(lambda tx: checkins.end(tx, CONDUCTOR, checkin, "patient_ended"))
    await records.database.run(lambda tx: checkins.end(tx, CONDUCTOR, checkin, later))
    assert (await records.database.run(lambda tx: checkins.get(tx, NURSE, checkin))).end_reason == "patient_ended"


async def test_an_unknown_checkin_is_not_found(records: Records) -> None:
    with pytest.raises(NotFound):
        await records.database.run(lambda tx: checkins.get(tx, CONDUCTOR, CheckInId("ci_none")))
