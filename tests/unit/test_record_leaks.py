"""Whatever a check-in stores, none of the patient's words is found in the database's files."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.escalation import desk
from server.record import checkins, journal
from server.record.transaction import Transaction
from server.vocabulary.events import EscalationRequested, PatientTurn, SpeechHeard, TriggerFired
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from tests.fakes.canaries import disguises, found
from tests.fakes.records import CONDUCTOR, ROSA, Records, records_in

KIND = "unit"
SPOKEN = "my chestcanary hurts"
CANARIES = ("canary", "Canary", "Rosamunda", "0173391", "0173392", "1947,", "2026-02-27", "CHEST_PAIN", "chest")


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    async with records_in(tmp_path) as opened:
        yield opened


def fill(tx: Transaction, patient: PatientId, checkin: CheckInId) -> None:
    checkins.start(tx, CONDUCTOR, checkin, "1.0.0", "0" * 64)
    hit = TriggerHit("CHEST_PAIN", 3, Tier.EMERGENCY, SPOKEN)
    page = desk.request(
        tx,
        CONDUCTOR,
        checkin=checkin,
        patient=patient,
        hit=hit,
        turn=1,
        where=ROSA.address,
        within=timedelta(minutes=2),
    )
    for event in (
        PatientTurn(1, SPOKEN, typed=False, continues=False),
        SpeechHeard(("Rosamunda, call 911",), "Rosamunda,", interrupted=True, seconds=1.5),
        TriggerFired(1, "CHEST_PAIN", 3, Tier.EMERGENCY, SPOKEN),
        EscalationRequested(page, Tier.EMERGENCY, "CHEST_PAIN", 3, SPOKEN, 1),
    ):
        journal.append(tx, CONDUCTOR, checkin, event, tx.now)


async def test_no_word_of_a_patient_is_in_the_files(records: Records) -> None:
    patient = await records.add()
    checkin = await records.order(patient)
    await records.hire("nia@clinic.example")
    await records.database.run(lambda tx: fill(tx, patient, checkin))
    files = [path.read_bytes() for path in records.path.parent.iterdir()]
    assert len(files) == 3, "the database, its write-ahead log and the log's index"
    assert found({b"nia@clinic.example", patient.encode()}, files), "the search finds what is there in the clear"
    assert found({needle for word in CANARIES for needle in disguises(word)}, files) == set()


@pytest.mark.parametrize("lead", ["", "a", "ab", "abc"])
def test_the_search_sees_through_base64(lead: str) -> None:
    text = base64.b64encode(f"{lead}Rosamunda and more".encode())
    assert found(disguises("Rosamunda"), [text])
