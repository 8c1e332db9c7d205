"""`nightlight patients export`: everything that is kept of one patient and nothing of another, for its owner's eyes only."""

import json
import stat
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.checkin.journal import CONDUCTOR
from server.checkin.remembering import Remembering
from server.escalation import desk
from server.record.transaction import Transaction
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from tests.fakes.records import OTTO, Records
from tests.fakes.remembered import PACK, talked
from tests.services.test_memory_commands import in_records, nightlight
from tests.unit.test_memory_records import SICK, SWOLLEN

KIND = "services"

HIT = TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "it is squeezing my chest")
OTHER = replace(HIT, quote="somebody else's words")


def want_nurse(tx: Transaction, patient: PatientId, checkin: CheckInId, hit: TriggerHit) -> None:
    within = timedelta(minutes=2)
    desk.request(tx, CONDUCTOR, checkin=checkin, patient=patient, hit=hit, turn=1, where="", within=within)


@pytest.fixture
def rosa(tmp_path: Path) -> PatientId:
    async def made(records: Records) -> PatientId:
        patient, otto = await records.add(SICK), await records.add(OTTO)
        checkin, _ = await talked(records, patient, *SWOLLEN)
        other = await records.order(otto)
        await records.database.run(lambda tx: want_nurse(tx, patient, checkin, HIT))
        await records.database.run(lambda tx: want_nurse(tx, otto, other, OTHER))
        await Remembering(records.database, {PACK.id: PACK}).take_in_all()
        return patient

    return in_records(tmp_path, made)


@pytest.fixture
def archive(tmp_path: Path, rosa: PatientId) -> Path:
    file = tmp_path / "rosa.zip"
    done = nightlight(tmp_path, "patients", "export", rosa, str(file))
    assert done.exit_code == 0, done.stderr
    return file


def text(archive: Path) -> str:
    return zipfile.ZipFile(archive).read("read-me.txt").decode()


def content(archive: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zipfile.ZipFile(archive).read("everything.json"))
    return found


def test_a_person_reads_what_was_said_found_and_remembered_and_who_looked(archive: Path) -> None:
    told = text(archive)
    assert "yes, my left ankle is swollen" in told
    assert "A nurse was asked for (emergency, CHEST_PAIN): “it is squeezing my chest”" in told
    assert "swelling left ankle yes, since" in told
    assert "service:conductor: " in told
    assert SICK.diagnosis in told


def test_a_program_reads_every_event_page_and_version_of_a_fact(archive: Path) -> None:
    found = content(archive)
    (visit,) = found["visits"]
    assert found["card"]["name"] == SICK.name
    assert visit["journal"][-1]["event"]["kind"] == "check_in_ended"
    assert [page["quote"] for page, _ in visit["pages"]] == ["it is squeezing my chest"]
    assert "requested" in [step["kind"] for step in visit["pages"][0][1]]
    assert "swelling" in [fact["claim"]["predicate"] for fact in found["facts"]]


def test_nothing_of_anybody_else_is_in_it(archive: Path) -> None:
    both = text(archive) + json.dumps(content(archive))
    assert OTTO.name not in both
    assert "somebody else" not in both


def test_only_its_owner_may_read_it_and_nothing_is_written_over(tmp_path: Path, rosa: PatientId, archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    before = archive.read_bytes()
    again = nightlight(tmp_path, "patients", "export", rosa, str(archive))
    assert (again.exit_code, archive.read_bytes()) == (2, before)
    assert "is there already" in again.stderr


def test_that_it_was_handed_out_is_on_record(tmp_path: Path, rosa: PatientId, archive: Path) -> None:
    assert archive.exists()
    seen = nightlight(tmp_path, "audit", "who", rosa)
    assert "service:command" in seen.output
    assert "journal.read" in seen.output
