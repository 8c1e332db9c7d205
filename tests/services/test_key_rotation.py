"""`nightlight keys rotate`: another master key while the service runs, killed at every step, and the old one opens nothing."""

import asyncio
import base64
import shutil
import signal
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from server.cli import commands
from server.config import Settings
from server.installation import open_records
from server.record import audit, key_ring, patients, rotation
from server.record.database import Database
from server.record.key_ring import KeyRing
from server.record.master_key import MasterKey, MasterKeyError
from server.record.schema import audit_seal, patient_key
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import PatientId
from tests.fakes.records import COMMAND, KEY, NURSE, OTTO, ROSA, Records
from tests.fakes.rotation_child import COMMITTED, STEPS, rotate
from tests.services.test_memory_commands import in_records

KIND = "services"
PEOPLE = 8
POINTS = [*STEPS, *(f"{step}, committed" for step, (_, name, _) in STEPS.items() if name in COMMITTED)]
NEW = MasterKey(b"n" * 32)


def nightlight(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(commands, [*arguments, "--data", str(data)])


def key_of(data: Path) -> MasterKey:
    return MasterKey.read(data / "keys" / "master.key")


async def _peopled(records: Records) -> list[PatientId]:
    return [await records.add(ROSA) for _ in range(PEOPLE)]


@pytest.fixture
def people(tmp_path: Path) -> list[PatientId]:
    return in_records(tmp_path, _peopled)


def kids(tx: Transaction) -> set[str]:
    """Every master key that anything here is under."""
    wrapped = set(tx.connection.scalars(select(patient_key.c.master_kid)))
    return wrapped | set(tx.connection.scalars(select(audit_seal.c.kid))) | {key_ring.in_use(tx.connection)}


async def _read(records: Records) -> tuple[list[str], list[str], set[str]]:
    cards = await records.database.run(lambda tx: patients.find_all(tx, NURSE))
    wrong = [one.what for one in await records.database.examine()]
    return [card.name for card in cards], wrong, await records.database.run(kids)


def test_every_key_is_under_another_master_key_and_the_old_one_is_gone(tmp_path: Path, people: list[PatientId]) -> None:
    old = key_of(tmp_path)
    done = nightlight(tmp_path, "keys", "rotate")
    new = key_of(tmp_path)
    assert done.output == f"master key {new.kid} in use, {PEOPLE} keys wrapped anew\n"
    assert new.kid != old.kid
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master.key"]
    assert in_records(tmp_path, _read) == ([ROSA.name] * len(people), [], {new.kid})
    assert nightlight(tmp_path, "audit", "verify").exit_code == 0
    (tmp_path / "keys" / "master.key").write_bytes(old.written())
    assert f"these records need master key {new.kid}" in nightlight(tmp_path, "patients", "list").output


def test_it_can_be_changed_again(tmp_path: Path, people: list[PatientId]) -> None:
    assert [nightlight(tmp_path, "keys", "rotate").exit_code for _ in range(3)] == [0, 0, 0]
    assert in_records(tmp_path, _read)[0] == [ROSA.name] * len(people)


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_it_goes_on(tmp_path: Path, people: list[PatientId], point: str) -> None:
    old = key_of(tmp_path)
    assert rotate(tmp_path, point) == -signal.SIGKILL
    names, wrong, _ = in_records(tmp_path, _read)
    assert (names, wrong) == ([ROSA.name] * len(people), []), "whatever is under whichever key, all of it opens"
    in_records(tmp_path, lambda records: records.add(OTTO))
    assert nightlight(tmp_path, "keys", "rotate").exit_code == 0
    new = key_of(tmp_path)
    names, wrong, left = in_records(tmp_path, _read)
    assert (names, wrong, left) == ([*[ROSA.name] * len(people), OTTO.name], [], {new.kid})
    assert old.kid != new.kid
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master.key"]
    assert nightlight(tmp_path, "audit", "verify").exit_code == 0


def test_a_service_that_runs_meanwhile_notices_nothing(tmp_path: Path, people: list[PatientId]) -> None:
    async def work() -> tuple[int, list[str], set[str]]:
        service = await open_records(Settings(data=tmp_path), SystemClock())
        rotation_process = await asyncio.to_thread(nightlight, tmp_path, "keys", "rotate")
        made = await service.run(lambda tx: patients.add(tx, COMMAND, OTTO))
        name = (await service.run(lambda tx: patients.get(tx, NURSE, made))).name
        first = (await service.run(lambda tx: patients.get(tx, NURSE, people[0]))).name
        found = await service.run(kids)
        wrong = [one.what for one in await service.examine()]
        await service.close()
        return rotation_process.exit_code, [name, first, *wrong], found

    assert asyncio.run(work()) == (0, [OTTO.name, ROSA.name], {key_of(tmp_path).kid})


async def test_while_it_runs_both_keys_open_what_is_theirs(records: Records) -> None:
    rosa = await records.add(ROSA)
    both = await Database.open(records.url, KeyRing(lambda: [KEY, NEW]), records.clock)
    await both.run(lambda tx: rotation.begin(tx, COMMAND, NEW.kid))
    otto = await both.run(lambda tx: patients.add(tx, COMMAND, OTTO))
    assert await both.run(wrapped) == {rosa: KEY.kid, otto: NEW.kid}
    with pytest.raises(RuntimeError, match="keys are left"):
        await both.run(lambda tx: rotation.finish(tx, COMMAND, NEW.kid))
    assert await both.run(lambda tx: rotation.wrap_some(tx, COMMAND, NEW.kid)) == 1
    assert await both.run(lambda tx: rotation.wrap_some(tx, COMMAND, NEW.kid)) == 0
    await both.run(lambda tx: rotation.finish(tx, COMMAND, NEW.kid))
    assert [card.name for card in await both.run(lambda tx: patients.find_all(tx, NURSE))] == [ROSA.name, OTTO.name]
    assert await both.run(audit.verify) is None
    await both.close()
    with pytest.raises(MasterKeyError, match=f"need master key {NEW.kid}"):
        await Database.open(records.url, KEY, records.clock)


def wrapped(tx: Transaction) -> dict[str, str]:
    """Under which master key each patient's is."""
    return {row.patient: row.master_kid for row in tx.connection.execute(select(patient_key))}


def encoded(key: MasterKey) -> str:
    return base64.b64encode(base64.b64decode(key.written())).decode()


def test_with_keys_from_the_environment(
    tmp_path: Path, people: list[PatientId], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = key_of(tmp_path)
    shutil.rmtree(tmp_path / "keys")
    monkeypatch.setenv("NIGHTLIGHT_MASTER_KEY", encoded(old))
    assert "set it to the new one" in nightlight(tmp_path, "keys", "rotate").output
    monkeypatch.setenv("NIGHTLIGHT_MASTER_KEY", encoded(NEW))
    assert nightlight(tmp_path, "patients", "list").exit_code == 2
    monkeypatch.setenv("NIGHTLIGHT_MASTER_KEY_OLD", encoded(old))
    assert len(nightlight(tmp_path, "patients", "list").output.splitlines()) == len(people)
    assert nightlight(tmp_path, "keys", "rotate").exit_code == 0
    monkeypatch.delenv("NIGHTLIGHT_MASTER_KEY_OLD")
    assert in_records(tmp_path, _read) == ([ROSA.name] * len(people), [], {NEW.kid})
    assert not (tmp_path / "keys").exists()


def test_no_backup_is_made_in_the_middle(tmp_path: Path, people: list[PatientId]) -> None:
    assert rotate(tmp_path, "some are wrapped, committed") == -signal.SIGKILL
    done = CliRunner().invoke(
        commands,
        ["backup", str(tmp_path / "b"), "--passphrase-stdin", "--data", str(tmp_path)],
        input="seven herons stand in the evening rain\n",
    )
    assert (done.exit_code, "keys rotate" in done.output) == (2, True)
