"""A page that was committed goes out though its process is killed with SIGKILL, before or during the sending."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from server.escalation import desk
from server.escalation.pager import Pager
from server.escalation.work import Page
from server.record import audit
from server.record.schema import due_work
from server.vocabulary.clock import MovableClock
from tests.fakes.records import NURSE, records_in

KIND = "services"
CHILD = """
import asyncio, sys
from datetime import timedelta
from server.escalation import desk
from server.escalation.pager import Pager
from server.record import checkins, patients
from server.record.database import Database
from server.vocabulary.clock import SystemClock
from server.vocabulary.findings import Tier, TriggerHit
from tests.fakes.records import COMMAND, CONDUCTOR, KEY, ROSA

class HangingSink:
    async def send(self, page):
        print("sending", page.key, flush=True)
        await asyncio.Event().wait()

def visit(tx):
    patient = patients.add(tx, COMMAND, ROSA)
    checkin = checkins.order(tx, COMMAND, patient, "after-discharge")
    hit = TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "my chest hurts")
    two = timedelta(minutes=2)
    return desk.request(tx, CONDUCTOR, checkin=checkin, patient=patient, hit=hit, turn=1, where="", within=two)

async def main():
    database = await Database.open(sys.argv[1], KEY, SystemClock())
    print("committed", await database.run(visit), flush=True)
    if sys.argv[2] == "sending":
        await Pager(database, HangingSink()).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""
ROOT = Path(__file__).parents[2]


class CountingSink:
    """A far side that remembers what it took."""

    def __init__(self) -> None:
        self.taken: list[Page] = []

    async def send(self, page: Page) -> None:
        self.taken.append(page)


async def until(output: asyncio.StreamReader, word: str) -> AsyncIterator[bytes]:
    async for line in output:
        yield line
        if line.startswith(word.encode()):
            return


async def killed_after(directory: Path, word: str) -> str:
    """Runs the child, kills it with SIGKILL once it has printed `word`, and returns the page's id."""
    url = f"sqlite:///{directory / 'records.db'}"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, word, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    lines = [line.split()[1].decode() async for line in until(child.stdout, word)]
    child.kill()
    assert await child.wait() == -signal.SIGKILL
    return lines[0]


async def test_a_page_killed_before_it_was_sent_goes_out_at_the_next_start(tmp_path: Path) -> None:
    page = await killed_after(tmp_path, "committed")
    sink = CountingSink()
    async with records_in(tmp_path, MovableClock(datetime.now(UTC))) as records:
        assert await Pager(records.database, sink).deliver_due() == 1
        assert await Pager(records.database, sink).deliver_due() == 0
        assert await records.database.run(audit.verify) is None
        (kept,) = await records.database.run(lambda tx: desk.open_pages(tx, NURSE))
    assert [sent.key for sent in sink.taken] == [f"page:{page}:1"]
    assert (kept.id, kept.state, kept.quote) == (page, "paged", "my chest hurts")


async def test_a_page_killed_while_it_was_sent_goes_out_when_its_lease_is_over(tmp_path: Path) -> None:
    page = await killed_after(tmp_path, "sending")
    sink = CountingSink()
    clock = MovableClock(datetime.now(UTC))
    async with records_in(tmp_path, clock) as records:
        lease_until = await records.database.run(lambda tx: tx.connection.scalars(select(due_work.c.lease_until)).one())
        clock.move(lease_until - clock.now() - timedelta(milliseconds=1))
        assert await Pager(records.database, sink).deliver_due() == 0
        clock.move(timedelta(milliseconds=1))
        assert await Pager(records.database, sink).deliver_due() == 1
        assert await Pager(records.database, sink).deliver_due() == 0
    assert [sent.key for sent in sink.taken] == [f"page:{page}:1"], "the same key: a second send is harmless"
