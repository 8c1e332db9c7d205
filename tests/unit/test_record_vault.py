"""Sealed cells open in their own place only, and a lost or foreign key opens nothing."""

import base64
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from server.record.database import Database
from server.record.master_key import VARIABLE, MasterKey, MasterKeyError
from server.record.schema import patient_key
from server.record.transaction import Transaction
from server.record.vault import Cell, Unreadable
from server.vocabulary.ids import PatientId
from tests.fakes.records import OTTO, Records

KIND = "unit"
PLACE = Cell("patient", "name", "row1", 1)


async def sealed(records: Records) -> tuple[PatientId, bytes]:
    patient = await records.add()
    return patient, await records.database.run(lambda tx: tx.vault.seal(patient, PLACE, b"canaryword"))


async def test_a_cell_opens_in_its_place(records: Records) -> None:
    patient, cell = await sealed(records)
    assert b"canaryword" not in cell
    assert await records.database.run(lambda tx: tx.vault.open(patient, PLACE, cell)) == b"canaryword"


async def test_two_seals_of_the_same_words_differ(records: Records) -> None:
    patient, cell = await sealed(records)
    assert await records.database.run(lambda tx: tx.vault.seal(patient, PLACE, b"canaryword")) != cell


@pytest.mark.parametrize(
    "elsewhere",
    [
        Cell("journal", "name", "row1", 1),
        Cell("patient", "chart", "row1", 1),
        Cell("patient", "name", "row2", 1),
        Cell("patient", "name", "row1", 2),
    ],
    ids=["table", "column", "row", "version"],
)
async def test_a_cell_moved_to_another_place_does_not_open(records: Records, elsewhere: Cell) -> None:
    patient, cell = await sealed(records)
    with pytest.raises(Unreadable):
        await records.database.run(lambda tx: tx.vault.open(patient, elsewhere, cell))


async def test_a_cell_moved_to_another_patient_does_not_open(records: Records) -> None:
    _, cell = await sealed(records)
    other = await records.add(OTTO)
    with pytest.raises(Unreadable):
        await records.database.run(lambda tx: tx.vault.open(other, PLACE, cell))


async def test_a_wrapped_key_moved_to_another_patient_does_not_unwrap(records: Records) -> None:
    patient, cell = await sealed(records)
    other = await records.add(OTTO)
    wrapped = select(patient_key.c.wrapped).where(patient_key.c.patient == patient).scalar_subquery()
    steal = update(patient_key).where(patient_key.c.patient == other).values(wrapped=wrapped)
    await records.database.run(lambda tx: tx.connection.execute(steal).close())
    with pytest.raises(Unreadable):
        await records.database.run(lambda tx: tx.vault.open(other, PLACE, cell))


@pytest.mark.parametrize("at", [0, 3, 8, 20, -1], ids=["format", "key id", "nonce", "words", "tag"])
async def test_a_changed_byte_does_not_open(records: Records, at: int) -> None:
    patient, cell = await sealed(records)
    changed = bytearray(cell)
    changed[at] ^= 1
    with pytest.raises(Unreadable):
        await records.database.run(lambda tx: tx.vault.open(patient, PLACE, bytes(changed)))


async def test_an_error_tells_nothing_of_the_words(records: Records) -> None:
    patient, cell = await sealed(records)
    with pytest.raises(Unreadable) as caught:
        await records.database.run(lambda tx: tx.vault.open(patient, PLACE, cell[:-1]))
    assert "canary" not in "".join(traceback.format_exception(caught.value))


async def test_a_forgotten_patient_stays_forgotten(records: Records) -> None:
    patient, cell = await sealed(records)
    await records.database.run(lambda tx: tx.vault.forget(patient))
    with pytest.raises(Unreadable):
        await records.database.run(lambda tx: tx.vault.open(patient, PLACE, cell))


async def test_fingerprints_compare_within_one_patient_and_purpose(records: Records) -> None:
    patient, _ = await sealed(records)
    other = await records.add(OTTO)

    def made(of: PatientId, purpose: str, text: str) -> Callable[[Transaction], bytes]:
        return lambda tx: tx.vault.fingerprint(of, purpose, text)

    first = await records.database.run(made(patient, "trigger", "CHEST_PAIN"))
    assert await records.database.run(made(patient, "trigger", "CHEST_PAIN")) == first
    assert await records.database.run(made(patient, "trigger", "BREATHLESS")) != first
    assert await records.database.run(made(patient, "phone", "CHEST_PAIN")) != first
    assert await records.database.run(made(other, "trigger", "CHEST_PAIN")) != first


async def test_records_refuse_another_master_key(records: Records) -> None:
    await records.add()
    with pytest.raises(MasterKeyError, match="need master key"):
        await Database.open(records.url, MasterKey(b"x" * 32), records.clock)


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = MasterKey.load(tmp_path, may_create=True, environment={})
    file = tmp_path / "keys" / "master.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert MasterKey.load(tmp_path, may_create=False, environment={}).kid == made.kid


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    environment = {VARIABLE: base64.b64encode(b"e" * 32).decode()}
    assert MasterKey.load(tmp_path, may_create=True, environment=environment).kid == MasterKey(b"e" * 32).kid
    assert not (tmp_path / "keys").exists()


def test_a_missing_key_is_not_made_up_in_production(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError, match=VARIABLE):
        MasterKey.load(tmp_path, may_create=False, environment={})


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    MasterKey.load(tmp_path, may_create=True, environment={})
    (tmp_path / "keys" / "master.key").chmod(0o640)
    with pytest.raises(MasterKeyError, match="chmod 600"):
        MasterKey.load(tmp_path, may_create=True, environment={})


@pytest.mark.parametrize("encoded", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_malformed_key_is_refused_without_being_shown(tmp_path: Path, encoded: str) -> None:
    with pytest.raises(MasterKeyError) as caught:
        MasterKey.load(tmp_path, may_create=False, environment={VARIABLE: encoded})
    assert encoded not in str(caught.value)


def test_a_key_does_not_show_itself() -> None:
    assert "eeee" not in repr(MasterKey(b"e" * 32))
