"""The database is away, or the disk is full, while a page is wanted: paging goes on by itself, without a restart."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from server.escalation.pager import Pager
from server.record.database import Database
from server.record.schema import model_day
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from tests.fakes.ladder import POLICIES
from tests.fakes.ladder_child import call
from tests.fakes.postgres import Postgres
from tests.fakes.records import KEY
from tests.fakes.waiting import until
from tests.fakes.ward import PEOPLE, RecordingSink

KIND = "services"
DISK = 12
"""MiB."""
BALLAST = 2 * 1024 * 1024


async def test_a_database_server_that_comes_back_is_used_again(postgres: Postgres) -> None:
    url = postgres.take()
    database = await Database.open(url, KEY, SystemClock())
    sink = RecordingSink()
    pager = Pager(database, sink, PEOPLE, POLICIES, tick=0.1)
    await pager.start()
    postgres.stop()
    try:
        with pytest.raises(OperationalError):
            await database.run(call)
    finally:
        await asyncio.to_thread(postgres.start)
    page = await database.run(call)
    assert (await asyncio.wait_for(sink.taken.get(), 10)).escalation == page
    assert pager.health().well
    await pager.stop()
    await database.close()
    postgres.give_back(url)


async def test_a_page_that_waits_through_an_outage_goes_out(postgres: Postgres) -> None:
    url = postgres.take()
    database = await Database.open(url, KEY, SystemClock())
    page = await database.run(call)
    postgres.stop()
    sink = RecordingSink()
    pager = Pager(database, sink, PEOPLE, POLICIES, tick=0.1)
    await pager.start()
    await asyncio.to_thread(postgres.start)
    assert (await asyncio.wait_for(sink.taken.get(), 15)).escalation == page
    await pager.stop()
    await database.close()
    postgres.give_back(url)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=700", "none", str(folder))
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(("umount", str(folder)), check=True)


def fill(folder: Path) -> Path:
    """Takes every byte that is left."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            return file


def grow(tx: Transaction) -> None:
    """Something that needs room."""
    rows = [{"utc_date": f"{number:010}", "tokens": 0, "cost_micros": 0} for number in range(20_000)]
    tx.connection.execute(insert(model_day), rows)


async def test_a_full_disk_still_takes_a_page_and_heals(small_disk: Path) -> None:
    url = f"sqlite:///{small_disk / 'records.db'}"
    database = await Database.open(url, KEY, SystemClock(), ballast=BALLAST)
    ballast = small_disk / "records.ballast"
    assert ballast.stat().st_size == BALLAST
    filler = await asyncio.to_thread(fill, small_disk)
    sink = RecordingSink()
    pager = Pager(database, sink, PEOPLE, POLICIES, tick=0.1)
    await pager.start()
    page = await database.run(call)
    assert (await asyncio.wait_for(sink.taken.get(), 10)).escalation == page
    assert not ballast.exists(), "it was let go"
    await asyncio.to_thread(fill, small_disk)
    with pytest.raises(OperationalError):
        await database.run(grow)
    filler.unlink()
    (small_disk / "filler").unlink(missing_ok=True)
    again = await database.run(call)
    await until(lambda: again in {one.escalation for one in sink.tried})
    await database.take_ballast()
    assert ballast.exists()
    await pager.stop()
    await database.close()
