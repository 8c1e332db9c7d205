"""The database: private files, one schema, work on its own thread, and news only of what was committed."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from server.record import patients
from server.record.engine import newest_version
from server.record.identifiers import new_id
from server.record.tables import metadata
from server.record.transaction import Transaction
from tests.fakes.records import NURSE, ROSA, Records, records_in

KIND = "unit"


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    async with records_in(tmp_path) as opened:
        yield opened


async def test_the_migrations_make_the_schema_of_the_code(records: Records) -> None:
    def differences(tx: Transaction) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(tx.connection), metadata))

    assert await records.database.run(differences) == []


async def test_records_know_that_nothing_is_left_to_migrate(records: Records) -> None:
    """By the name of the last migration's file, so that a start need not load what migrates."""

    def current(tx: Transaction) -> str | None:
        return MigrationContext.configure(tx.connection).get_current_revision()

    assert await records.database.run(current) == newest_version()


async def test_records_are_there_after_a_restart(tmp_path: Path) -> None:
    async with records_in(tmp_path) as before:
        patient = await before.add()
    async with records_in(tmp_path) as after:
        assert (await after.database.run(lambda tx: patients.get(tx, NURSE, patient))).name == ROSA.name


async def test_the_files_are_for_their_owner_only(records: Records) -> None:
    await records.add()
    assert {path.stat().st_mode & 0o777 for path in records.path.parent.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("temp_store", 2)],
)
async def test_the_file_is_kept_the_safe_way(records: Records, pragma: str, value: object) -> None:
    def asked(tx: Transaction) -> object:
        return tx.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()

    assert await records.database.run(asked) == value


async def test_work_runs_on_one_thread_that_is_not_the_loops(records: Records) -> None:
    seen = set(await asyncio.gather(*(records.database.run(lambda tx: threading.get_ident()) for _ in range(8))))
    assert len(seen) == 1
    assert threading.get_ident() not in seen


async def test_callbacks_run_on_the_loop_after_the_commit(records: Records) -> None:
    seen: list[int] = []
    await records.database.run(lambda tx: tx.after_commit(lambda: seen.append(threading.get_ident())))
    assert seen == [threading.get_ident()]


async def test_nothing_is_announced_of_what_was_rolled_back(records: Records) -> None:
    seen: list[str] = []
    stop = records.database.listen("topic", seen.append)

    def fails(tx: Transaction) -> None:
        tx.announce("topic", "rolled back")
        raise LookupError

    with pytest.raises(LookupError):
        await records.database.run(fails)
    await records.database.run(lambda tx: tx.announce("topic", "committed"))
    stop()
    await records.database.run(lambda tx: tx.announce("topic", "after stop"))
    assert seen == ["committed"]


async def test_callbacks_run_though_the_caller_was_cancelled(records: Records) -> None:
    begun, told = asyncio.Event(), asyncio.Event()
    release = threading.Event()
    loop = asyncio.get_running_loop()

    def work(tx: Transaction) -> None:
        tx.after_commit(told.set)
        loop.call_soon_threadsafe(begun.set)
        release.wait(10)

    task = asyncio.create_task(records.database.run(work))
    await begun.wait()
    task.cancel()
    release.set()
    await asyncio.wait_for(told.wait(), 10)
    assert task.cancelled()


async def test_a_database_error_hides_the_values(records: Records) -> None:
    statement = "INSERT INTO staff_session VALUES (?, ?, ?, ?, NULL)"
    with pytest.raises(IntegrityError) as caught:
        await records.database.run(
            lambda tx: tx.connection.exec_driver_sql(statement, (b"1", "canaryword", "2026", "2026")).close()
        )
    assert "canaryword" not in str(caught.value)


def test_identifiers_are_unique_and_sort_by_time() -> None:
    made = [new_id("pt") for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {len(one) for one in made} == {29}
    assert [one[:13] for one in made] == sorted(one[:13] for one in made)
