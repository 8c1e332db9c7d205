"""How long a page takes: from the patient's last word to an open console and to the first outside channel (`spoken_page`).

And without the words, on each database: from the moment a nurse is wanted to the first outside channel that has taken the
message. The real records (SQLite on this disk, PostgreSQL where it is installed), the real pager and Apprise; the far side is a
webhook on this machine, so a provider's own time is not in it. Prints figures and judges nothing.
"""

import asyncio
import os
import random
import tempfile
import time
from pathlib import Path

from server.escalation.apprise_sink import AppriseSink
from server.escalation.directory import ContactBook, Line
from server.escalation.ladder import Channel
from server.escalation.pager import Pager
from server.record.database import Database
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import CheckInId, PatientId
from tests.bench import spoken_page
from tests.fakes import postgres
from tests.fakes.ladder import POLICIES
from tests.fakes.ladder_child import visit, want_nurse
from tests.fakes.postgres import Postgres
from tests.fakes.receiver import Receiver
from tests.fakes.records import KEY
from tests.fakes.timing import pause

AT_ONCE = 20
"""Pages of the burst."""


async def main(turns: int) -> None:
    """`turns` spoken emergencies; then `turns` single pages and a burst on each database."""
    await spoken_page.measure(turns)
    print("\nfrom the moment a nurse is wanted to the first outside channel")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; milliseconds")
    print(f"{'records':<12}{'':<22}{'p50':>8}{'p95':>8}{'longest':>9}")
    with tempfile.TemporaryDirectory() as folder:
        await _measure("SQLite", f"sqlite:///{Path(folder) / 'records.db'}", turns)
    if reason := postgres.missing():
        print(f"PostgreSQL not measured: {reason}")
        return
    with Postgres(fsync=True) as server:
        await _measure("PostgreSQL", server.take(), turns)


async def _measure(name: str, url: str, turns: int) -> None:
    database = await Database.open(url, KEY, SystemClock())
    async with Receiver() as receiver:
        book = ContactBook({}, (Line(Channel.CHAT, receiver.address.replace("http://", "json://")),))
        sink = AppriseSink(book, lambda _page: "https://checkin.example.org/staff/")
        pager = Pager(database, sink, book, POLICIES)
        await pager.start()
        visits = [await database.run(visit) for _ in range(1 + turns + AT_ONCE)]
        await _page(database, receiver, *visits.pop())  # the first one imports Apprise
        single = []
        for _ in range(turns):
            single.append(await _page(database, receiver, *visits.pop()))
            await pause(random.uniform(0.05, 0.35))
        burst = await asyncio.gather(*(_page(database, receiver, *one) for one in visits))
        await pager.stop()
        sink.close()
    await database.close()
    _show(name, f"{turns} one by one", single)
    _show(name, f"{AT_ONCE} at once", list(burst))


async def _page(database: Database, receiver: Receiver, patient: PatientId, checkin: CheckInId) -> float:
    """Milliseconds of one page."""
    began = time.monotonic()
    page = await database.run(lambda tx: want_nurse(tx, patient, checkin))
    while True:
        arrived = [at for at, key in receiver.taken if f":{page}:" in key]
        if arrived:
            return (arrived[0] - began) * 1000
        receiver.arrived.clear()
        await receiver.arrived.wait()


def _show(name: str, what: str, found: list[float]) -> None:
    found = sorted(found)
    p50, p95 = found[len(found) // 2], found[min(len(found) - 1, int(len(found) * 0.95))]
    print(f"{name:<12}{what:<22}{p50:>8.0f}{p95:>8.0f}{found[-1]:>9.0f}", flush=True)
