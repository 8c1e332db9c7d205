"""`nightlight audit`: verified on a copy, exported, and who saw a patient; what the copy holds is left as it is."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import commands
from server.record import audit, patients
from tests.fakes.fhir_audit_event import AuditEvent
from tests.fakes.postgres import Postgres
from tests.fakes.records import NURSE, OTTO, ROSA, Records
from tests.services.test_memory_commands import in_records

KIND = "services"
DAY = 86_400


def nightlight(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(commands, [*arguments, "--data", str(data)])


async def _some(records: Records) -> tuple[str, str]:
    nurse = await records.hire()
    rosa, otto = await records.add(ROSA), await records.add(OTTO)
    for _ in range(3):
        await records.database.run(lambda tx: patients.get(tx, nurse, rosa))
    await records.database.run(lambda tx: patients.get(tx, NURSE, otto))
    return rosa, otto


@pytest.fixture
def people(tmp_path: Path) -> tuple[str, str]:
    return in_records(tmp_path / "data", _some)


@pytest.fixture
def copy(tmp_path: Path, people: tuple[str, str]) -> Path:
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    return tmp_path / "copy"


def change(data: Path, *statements: str) -> None:
    with sqlite3.connect(data / "records.db") as connection:
        for one in statements:
            connection.execute(one)
    connection.close()


def contents(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file()}


def test_a_copy_is_whole_and_stays_as_it_was(copy: Path) -> None:
    before = contents(copy)
    done = nightlight(copy, "audit", "verify")
    assert (done.exit_code, done.output) == (0, "7 rows, whole\n")
    after = contents(copy)
    assert after["records.db"] == before["records.db"]
    assert after["seals.jsonl"] == before["seals.jsonl"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET actor = 'staff:x' WHERE seq = 3", "row 3: changed after it was written"),
        ("DELETE FROM audit WHERE seq = 3", "row 3: row 3 is removed"),
        ("DELETE FROM audit WHERE seq > 4", "row 5: rows 5 to 7 are cut from the end"),
        ("DELETE FROM audit_seal WHERE seq = 7", "row 2: rows 2 to 7 are not under a seal of ours"),
        ("DROP TABLE audit_seal", "these records have no seals yet"),
    ],
)
def test_a_changed_copy_is_not(copy: Path, statement: str, said: str) -> None:
    change(copy, statement)
    done = nightlight(copy, "audit", "verify")
    assert said in done.output
    assert done.exit_code in (1, 2)


def test_a_copy_put_back_to_its_first_seal_is_found_by_the_files_beside_it(copy: Path) -> None:
    change(copy, "DELETE FROM audit WHERE seq > 1", "DELETE FROM audit_seal WHERE seq > 1")
    done = nightlight(copy, "audit", "verify", "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["rows"], told["whole"]) == (1, 1, False)
    assert [one["seq"] for one in told["findings"]] == [2]


def test_without_those_files_it_is_found_by_what_was_noted(tmp_path: Path, copy: Path) -> None:
    head = in_records(tmp_path / "data", lambda records: records.database.run(audit.head))
    shutil.rmtree(copy / "audit")
    change(copy, "DELETE FROM audit WHERE seq > 1", "DELETE FROM audit_seal WHERE seq > 1")
    blind = nightlight(copy, "audit", "verify")
    assert (blind.exit_code, "would not show" in blind.output) == (0, True)
    assert nightlight(copy, "audit", "verify", "--known", f"{head.seq}:{head.hash}").exit_code == 1


def test_without_the_key_nothing_is_said(copy: Path) -> None:
    shutil.rmtree(copy / "keys")
    done = nightlight(copy, "audit", "verify")
    assert done.exit_code == 2
    assert not (copy / "keys").exists()


def test_records_of_another_key_are_found(tmp_path: Path, copy: Path) -> None:
    in_records(tmp_path / "other", _some)
    shutil.copy(tmp_path / "other" / "records.db", copy / "records.db")
    done = nightlight(copy, "audit", "verify")
    assert (done.exit_code, "its seal is not ours" in done.output) == (1, True)


def test_no_records_are_no_whole_ones(tmp_path: Path) -> None:
    assert nightlight(tmp_path / "nowhere", "audit", "verify").exit_code == 2
    assert not (tmp_path / "nowhere").exists()


def test_records_in_postgresql_are_verified(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.take()
    monkeypatch.setenv("NIGHTLIGHT_DATABASE_URL", url)
    monkeypatch.setenv("NIGHTLIGHT_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    nightlight(tmp_path, "patients", "list")
    nightlight(tmp_path, "audit", "export", "--format", "jsonl")
    whole = nightlight(tmp_path, "audit", "verify")
    postgres.execute(url, "UPDATE audit SET actor = 'staff:x' WHERE seq = 1")
    broken = nightlight(tmp_path, "audit", "verify")
    postgres.give_back(url)
    assert (whole.exit_code, whole.output) == (0, "1 rows, whole\n")
    assert (broken.exit_code, "row 1: changed" in broken.output) == (1, True)


def test_the_chain_is_exported_and_that_it_was_is_in_it(tmp_path: Path, people: tuple[str, str]) -> None:
    done = nightlight(tmp_path / "data", "audit", "export", "--format", "jsonl")
    lines = [json.loads(one) for one in done.stdout.splitlines()]
    assert [one["seq"] for one in lines] == list(range(1, 8))
    assert "go on with --after 7" in done.stderr
    later = nightlight(tmp_path / "data", "audit", "export", "--format", "jsonl", "--after", "7").stdout
    assert [json.loads(one)["action"] for one in later.splitlines()] == ["audit.exported"]


def test_one_patients_rows_are_audit_events_in_a_file(tmp_path: Path, people: tuple[str, str]) -> None:
    target = tmp_path / "events.ndjson"
    options = ("--format", "fhir", "--patient", people[0], "--output", str(target))
    assert nightlight(tmp_path / "data", "audit", "export", *options).exit_code == 0
    events = [AuditEvent.model_validate_json(one) for one in target.read_text().splitlines()]
    assert [one.subtype[0].code for one in events] == ["patient.added", *["patient.read"] * 3]
    assert nightlight(tmp_path / "data", "audit", "export", *options).exit_code == 2, "a file is never written over"


def test_only_the_days_that_are_asked_for(tmp_path: Path, people: tuple[str, str]) -> None:
    change(tmp_path / "data", "UPDATE audit SET at = datetime(at, '-2 days') || '.000000' WHERE seq < 4")
    until = nightlight(tmp_path / "data", "audit", "export", "--format", "cef", "--until", "2020-01-01").stdout
    assert until == ""
    every = nightlight(tmp_path / "data", "audit", "export", "--format", "cef", "--since", "2020-01-01").stdout
    assert len(every.splitlines()) == 8


def test_who_saw_a_patient(tmp_path: Path, people: tuple[str, str]) -> None:
    rosa, _ = people
    told = nightlight(tmp_path / "data", "audit", "who", rosa).output.splitlines()
    assert told[0].startswith("Nia Nurse (nurse)")
    assert "patient.read                 3" in told[0]
    assert [line.split()[0] for line in told[1:]] == ["service:command"]
    found = json.loads(nightlight(tmp_path / "data", "audit", "who", "Rosamunda", "--json").output)
    assert {(one["name"], one["action"], one["times"]) for one in found if one["role"]} == {
        ("Nia Nurse", "patient.read", 3)
    }
