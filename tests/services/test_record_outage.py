"""The database is away, the disk is full, or a worker's clock is set, while a page is wanted: paging goes on by itself."""

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from server.escalation import desk
from server.escalation.pager import Pager
from server.record.database import Database
from server.record.schema import model_day
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from tests.fakes.ladder import POLICIES
from tests.fakes.ladder_child import call
from tests.fakes.postgres import Postgres
from tests.fakes.records import KEY, NURSE
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


class SetClock(SystemClock):
    """A machine whose clock somebody sets."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)], ids=str)
async def test_a_page_on_a_database_server_does_not_care_for_the_clock_of_a_worker(
    postgres: Postgres, by: timedelta
) -> None:
    url, clock, sink = postgres.take(), SetClock(), RecordingSink()
    database = await Database.open(url, KEY, clock)
    pager = Pager(database, sink, PEOPLE, POLICIES, tick=3600)
    before = await database.run(call)
    first = await pager.deliver_due()
    clock.ahead = by
    assert await pager.deliver_due() == 0, "nothing rings early"
    after = await database.run(call)
    assert await pager.deliver_due() == first, "and nothing late"
    pages = [await database.run(lambda tx, page=page: desk.get(tx, NURSE, page)) for page in (before, after)]  # type: ignore[misc]
    await database.close()
    postgres.give_back(url)
    assert first > 0
    assert pages[1].requested_at - pages[0].requested_at < timedelta(minutes=1)
    assert pages[1].due_at - pages[1].requested_at == timedelta(minutes=2)
