"""`nightlight backup` and `restore`: a whole installation, through the commands, and nothing of it without the passphrase."""

import asyncio
import base64
import shutil
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner, Result

from server.checkin.remembering import Remembering
from server.cli import commands
from server.memory.timeline import read_timeline
from server.record import audit, forgetting, journal, patients, snapshot
from server.record.database import Database
from server.record.vault import Unreadable
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import CheckInId, PatientId
from tests.fakes.postgres import Postgres
from tests.fakes.records import COMMAND, CONDUCTOR, KEY, NURSE, OTTO, ROSA, Records
from tests.fakes.remembered import PACK, talked
from tests.services.test_memory_commands import in_records
from tests.unit.test_memory_records import SICK, SWOLLEN, swelling

KIND = "services"
T = TypeVar("T")
WORDS = "seven herons stand in the evening rain"
FILE = "site.nightlight"


def nightlight(data: Path, *arguments: str, typed: str = WORDS + "\n") -> Result:
    return CliRunner().invoke(commands, [*arguments, "--data", str(data)], input=typed)


def backed_up(tmp_path: Path, name: str = FILE) -> Path:
    done = nightlight(tmp_path / "data", "backup", str(tmp_path / name), "--passphrase-stdin")
    assert done.exit_code == 0, done.output
    return tmp_path / name


def restored(tmp_path: Path, *options: str, name: str = FILE, to: str = "new") -> Result:
    return nightlight(tmp_path / to, "restore", str(tmp_path / name), "--passphrase-stdin", *options)


async def _made(records: Records) -> tuple[PatientId, PatientId, CheckInId]:
    rosa, otto = await records.add(SICK), await records.add(OTTO)
    checkin, _ = await talked(records, rosa, *SWOLLEN)
    await Remembering(records.database, {PACK.id: PACK}).take_in_all()
    return rosa, otto, checkin


@pytest.fixture
def people(tmp_path: Path) -> tuple[PatientId, PatientId, CheckInId]:
    found = in_records(tmp_path / "data", _made)
    (tmp_path / "data" / "tuning").mkdir()
    (tmp_path / "data" / "tuning" / "v1.yaml").write_text("rules: []\n")
    (tmp_path / "data" / "keys" / "vapid.pem").write_text("a key of the site")
    return found


def test_a_backup_brings_back_a_working_system(tmp_path: Path, people: tuple[PatientId, PatientId, CheckInId]) -> None:
    rosa, _, checkin = people
    file = backed_up(tmp_path)
    shutil.rmtree(tmp_path / "data")
    done = restored(tmp_path)
    assert done.exit_code == 0, done.output

    async def looked(records: Records) -> tuple[str, list[tuple[str, str, str]], int]:
        run = records.database.run
        name = (await run(lambda tx: patients.get(tx, NURSE, rosa))).name
        known = swelling(await run(lambda tx: read_timeline(tx, NURSE, rosa)))
        return name, known, len(await run(lambda tx: journal.read(tx, CONDUCTOR, checkin)))

    name, known, entries = in_records(tmp_path / "new", looked)
    assert (name, known, entries > 5) == (ROSA.name, [("yes", "left_ankle", "held")], True)
    assert nightlight(tmp_path / "new", "audit", "verify").output.endswith("rows, whole\n")
    assert nightlight(tmp_path / "new", "journal", checkin).exit_code == 0
    assert "swelling left_ankle: yes" in nightlight(tmp_path / "new", "memory", "show", rosa).output
    assert (tmp_path / "new" / "tuning" / "v1.yaml").read_text() == "rules: []\n"
    assert (tmp_path / "new" / "keys" / "vapid.pem").read_text() == "a key of the site"
    assert (tmp_path / "new" / "keys" / "master.key").stat().st_mode & 0o777 == 0o600
    assert file.stat().st_mode & 0o777 == 0o600
    actions = nightlight(tmp_path / "new", "audit", "export", "--format", "jsonl").stdout
    assert '"records.backed_up"' in actions
    assert '"records.restored"' in actions


@pytest.mark.usefixtures("people")
def test_nothing_of_it_is_in_the_file_in_the_clear_or_left_beside_it(tmp_path: Path) -> None:
    key = (tmp_path / "data" / "keys" / "master.key").read_text().strip()
    sealed = backed_up(tmp_path).read_bytes()
    secrets = (key.encode(), base64.b64decode(key), b"SQLite format 3", b"a key of the site", b"pt_", b"master.key")
    assert [one for one in secrets if one in sealed] == []
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left & {".backup.db", f"{FILE}.partial"} == set()


@pytest.mark.usefixtures("people")
def test_a_backup_is_never_written_over_and_nothing_is_restored_over(tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    before = file.read_bytes()
    assert nightlight(tmp_path / "data", "backup", str(file), "--passphrase-stdin").exit_code == 2
    assert file.read_bytes() == before
    records = (tmp_path / "data" / "records.db").read_bytes()
    assert restored(tmp_path, to="data").exit_code == 2
    assert (tmp_path / "data" / "records.db").read_bytes() == records
    (tmp_path / "half" / "keys").mkdir(parents=True)
    assert restored(tmp_path, to="half").exit_code == 2


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("damage", ["passphrase", "byte", "end", "other"])
def test_what_does_not_open_leaves_nothing(tmp_path: Path, damage: str) -> None:
    file = backed_up(tmp_path)
    whole = file.read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 2] ^= 1
    spoiled = {"byte": bytes(middle), "end": whole[:-1], "other": b"PK" + whole}
    file.write_bytes(spoiled.get(damage, whole))
    typed = {"passphrase": "seven herons stand in the morning rain\n"}.get(damage, WORDS + "\n")
    done = nightlight(tmp_path / "new", "restore", str(file), "--passphrase-stdin", typed=typed)
    assert done.exit_code == 2
    assert "backup_unreadable" in done.output
    assert [path for path in (tmp_path / "new").rglob("*") if path.is_file()] == []


@pytest.mark.usefixtures("people")
def test_a_recovery_key_seals_and_opens_it(tmp_path: Path) -> None:
    key = tmp_path / "recovery.key"
    key.write_text(base64.b64encode(bytes(range(32))).decode())
    key.chmod(0o644)
    file, options = str(tmp_path / FILE), ("--recovery-key", str(key))
    assert "chmod 600" in nightlight(tmp_path / "data", "backup", file, *options).output
    key.chmod(0o600)
    assert nightlight(tmp_path / "data", "backup", file, *options).exit_code == 0
    assert nightlight(tmp_path / "new", "restore", file, "--passphrase-stdin").exit_code == 2
    assert nightlight(tmp_path / "new", "restore", file, *options).exit_code == 0


@pytest.mark.usefixtures("people")
def test_a_passphrase_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    done = nightlight(tmp_path / "data", "backup", str(tmp_path / FILE), "--passphrase-stdin", typed="rain\n")
    assert (done.exit_code, "passphrase" in done.output) == (2, True)


@pytest.mark.parametrize("given", ["log", "folder"])
def test_an_older_backup_does_not_bring_the_forgotten_back(
    tmp_path: Path, people: tuple[PatientId, PatientId, CheckInId], given: str
) -> None:
    rosa, otto, _ = people
    backed_up(tmp_path)
    assert nightlight(tmp_path / "data", "memory", "forget", rosa, "--yes").exit_code == 0
    log = tmp_path / "data" / "audit" / "forgotten.jsonl"
    options = {"log": ("--forgotten", str(log)), "folder": ()}[given]
    survives = {"log": tmp_path / "elsewhere", "folder": tmp_path / "new"}[given]
    shutil.copytree(tmp_path / "data" / "audit", survives / "audit")
    done = restored(tmp_path, *options)
    assert (done.exit_code, f"forgotten once more: {rosa}" in done.output) == (0, True)

    async def looked(records: Records) -> tuple[list[PatientId], int | None]:
        run = records.database.run
        found = [card.id for card in await run(lambda tx: patients.find_all(tx, COMMAND))]
        with pytest.raises(Unreadable):
            await run(lambda tx: tx.vault.fingerprint(rosa, "x", "y"))
        return found, await run(audit.verify)

    assert in_records(tmp_path / "new", looked) == ([otto], None)
    left = b"".join(file.read_bytes() for file in (tmp_path / "new").glob("records.db*"))
    assert b"left_ankle" not in left
    assert nightlight(tmp_path / "new", "audit", "verify").exit_code == 0


def test_without_the_log_it_is_said_that_the_forgotten_may_be_back(
    tmp_path: Path, people: tuple[PatientId, PatientId, CheckInId]
) -> None:
    backed_up(tmp_path)
    done = restored(tmp_path)
    assert "is in it again: give --forgotten" in done.output


def test_records_put_back_by_hand_forget_as_well(
    tmp_path: Path, people: tuple[PatientId, PatientId, CheckInId]
) -> None:
    rosa, otto, _ = people
    data = tmp_path / "data"
    shutil.copy(data / "records.db", tmp_path / "older.db")
    in_records(data, lambda records: records.database.run(lambda tx: forgetting.forget(tx, COMMAND, rosa)))
    shutil.copy(tmp_path / "older.db", data / "records.db")

    async def listed(records: Records) -> list[str]:
        return [card.id for card in await records.database.run(lambda tx: patients.find_all(tx, COMMAND))]

    assert in_records(data, listed) == [otto]


async def busy(records: Records, stop: threading.Event) -> None:
    while not stop.is_set():
        await records.database.run(lambda tx: patients.find_all(tx, NURSE))


@pytest.mark.usefixtures("people")
def test_a_backup_while_others_write_is_of_one_moment(tmp_path: Path) -> None:
    stop = threading.Event()
    writer = threading.Thread(target=lambda: in_records(tmp_path / "data", lambda records: busy(records, stop)))
    writer.start()
    try:
        backed_up(tmp_path)
    finally:
        stop.set()
        writer.join()
    assert restored(tmp_path).exit_code == 0
    assert nightlight(tmp_path / "new", "audit", "verify").exit_code == 0


@pytest.mark.usefixtures("people")
def test_the_environments_key_must_be_the_backups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = (tmp_path / "data" / "keys" / "master.key").read_text().strip()
    backed_up(tmp_path)
    monkeypatch.setenv("NIGHTLIGHT_MASTER_KEY", base64.b64encode(b"o" * 32).decode())
    assert "cannot_copy" in restored(tmp_path).output
    monkeypatch.setenv("NIGHTLIGHT_MASTER_KEY", key)
    assert restored(tmp_path).exit_code == 0
    assert not (tmp_path / "new" / "keys" / "master.key").exists()


def test_records_in_postgresql_are_backed_up_and_restored(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = postgres.take(), postgres.create()
    monkeypatch.setenv("NIGHTLIGHT_DATABASE_URL", first)
    monkeypatch.setenv("NIGHTLIGHT_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    in_postgres(first, lambda records: records.add(ROSA))
    backed_up(tmp_path)
    monkeypatch.setenv("NIGHTLIGHT_DATABASE_URL", second)
    done = restored(tmp_path)
    again = restored(tmp_path, to="third")
    listed = nightlight(tmp_path / "new", "patients", "list").output
    whole = nightlight(tmp_path / "new", "audit", "verify")
    postgres.give_back(first)
    assert (done.exit_code, again.exit_code) == (0, 2), done.output
    assert ROSA.first_name in listed
    assert whole.exit_code == 0, whole.output


def in_postgres(url: str, work: Callable[[Records], Coroutine[Any, Any, T]]) -> T:
    async def worked() -> T:
        database = await Database.open(url, KEY, SystemClock())
        try:
            return await work(Records(database, Path(), url))
        finally:
            await database.close()

    return asyncio.run(worked())


def test_without_pg_dump_it_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(snapshot.CannotCopy, match="pg_dump is not installed"):
        snapshot.take(make_url("postgresql+psycopg://nobody@localhost/none"), tmp_path / "copy")
