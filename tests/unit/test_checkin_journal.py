"""The journal's writer: what was handed over becomes durable in order, whatever fails on the way, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from server.checkin.journal import CONDUCTOR, JournalWriter, Page, RecordsUnavailable, Whereabouts
from server.escalation import callbacks, desk
from server.record import journal
from server.vocabulary import events as e
from server.vocabulary.findings import Tier, TriggerHit
from tests.fakes.outage import Outage
from tests.fakes.records import NURSE, Records, records_in
from tests.fakes.waiting import until

KIND = "unit"

CHEST = TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "my chest hurts")
CALLS_BACK = (timedelta(0), timedelta(minutes=2))
SOON = 6.0
"""Seconds in which whoever waits must have been answered, one way or the other."""


@dataclass
class Desk:
    """A writer at its records, and what it told whom."""

    records: Records
    where: Whereabouts
    shown: list[e.Event] = field(default_factory=list)
    refused: list[e.Event] = field(default_factory=list)
    """Events that nobody can be shown."""
    failures: int = 0
    writer: JournalWriter = field(init=False)

    def show(self, event: e.Event) -> None:
        assert event not in self.refused
        self.shown.append(event)

    def fail(self) -> None:
        self.failures += 1

    async def committed(self, event: e.Event, pages: tuple[Page, ...] = ()) -> None:
        await self.writer.durable(self.writer.post(event, pages=pages))

    async def written(self) -> list[e.Event]:
        entries = await self.records.database.run(lambda tx: journal.read(tx, CONDUCTOR, self.where.checkin))
        return [entry.event for entry in entries]

    async def pages(self) -> list[str]:
        found = await self.records.database.run(lambda tx: desk.open_pages(tx, NURSE))
        return [page.trigger for page in found]


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Desk]:
    async with records_in(tmp_path) as records:
        patient = await records.add()
        checkin = await records.order(patient)
        within = {tier: timedelta(minutes=5) for tier in Tier}
        made = Desk(records, Whereabouts(checkin, patient, "17 Elm Street", within, CALLS_BACK))
        made.writer = JournalWriter(records.database, made.where, made.show, made.fail)
        yield made
        await made.writer.close()


def turn(number: int) -> e.PatientTurn:
    return e.PatientTurn(number, "my chest hurts", typed=True, continues=False)


async def test_a_write_that_fails_once_is_written_after_all_in_order(there: Desk) -> None:
    with Outage(there.records.database, times=1) as outage:
        there.writer.post(turn(1))
        await there.committed(turn(2), pages=(Page(CHEST, 2),))
        there.writer.post(turn(3))
        await there.writer.close()
    written = await there.written()
    assert outage.failed == 1
    assert [one.turn for one in written if isinstance(one, e.PatientTurn)] == [1, 2, 3]
    assert await there.pages() == ["CHEST_PAIN"]
    assert there.shown == written
    assert there.failures == 0


async def test_while_the_records_are_down_nobody_is_told_that_a_page_is_out_and_nothing_is_lost(there: Desk) -> None:
    with Outage(there.records.database) as outage:
        there.writer.post(turn(1))
        with pytest.raises(RecordsUnavailable):
            await asyncio.wait_for(there.committed(turn(2), pages=(Page(CHEST, 2),)), SOON)
        await until(lambda: there.failures)
        assert there.shown == []
        assert outage.failed >= 3
    there.writer.post(turn(3))
    await until(lambda: len(there.shown) == 4)
    assert [one.turn for one in await there.written() if isinstance(one, e.PatientTurn)] == [1, 2, 3]
    assert await there.pages() == ["CHEST_PAIN"]
    assert there.failures == 1


async def test_a_step_that_cannot_be_written_holds_up_no_other(there: Desk) -> None:
    bad = e.PatientSilent(float("nan"))
    first, broken, last = there.writer.post(turn(1)), there.writer.post(bad), there.writer.post(turn(2))
    await asyncio.wait_for(asyncio.wait({first, broken, last}), SOON)
    assert isinstance(broken.exception(), RecordsUnavailable)
    assert await there.written() == [turn(1), turn(2)]


async def test_what_cannot_be_shown_is_written_and_the_writer_goes_on(there: Desk) -> None:
    there.refused.append(turn(1))
    await asyncio.wait_for(there.committed(turn(1)), SOON)
    await asyncio.wait_for(there.committed(turn(2)), SOON)
    assert await there.written() == [turn(1), turn(2)]
    assert there.shown == [turn(2)]


async def test_where_there_is_no_room_the_caller_learns_of_it(there: Desk) -> None:
    with Outage(there.records.database):
        for number in range(1, 1001):
            there.writer.post(turn(number))
        with pytest.raises(RecordsUnavailable):
            await asyncio.wait_for(there.committed(turn(1001)), 0.5)


async def test_after_the_end_nothing_is_taken(there: Desk) -> None:
    await there.committed(turn(1))
    await there.writer.close()
    with pytest.raises(RecordsUnavailable):
        await asyncio.wait_for(there.committed(turn(2)), 0.5)


async def test_a_writer_that_dies_says_so_and_leaves_nobody_waiting(there: Desk) -> None:
    with Outage(there.records.database):
        waiting = there.writer.post(turn(1))
        await asyncio.sleep(0)
        there.writer._task.cancel()
        await asyncio.wait_for(asyncio.wait({waiting}), SOON)
    assert isinstance(waiting.exception(), RecordsUnavailable)
    assert there.failures == 1
    with pytest.raises(RecordsUnavailable):
        await asyncio.wait_for(there.committed(turn(2)), 0.5)


async def test_an_end_during_an_outage_comes_to_an_end(there: Desk) -> None:
    with Outage(there.records.database):
        waiting = there.writer.post(turn(1))
        await asyncio.wait_for(there.writer.close(), SOON)
    assert isinstance(waiting.exception(), RecordsUnavailable)


async def test_whoever_stays_away_in_danger_is_to_be_called_back_until_they_are_there(there: Desk) -> None:
    async def attempts() -> list[tuple[str, float]]:
        found = await there.records.database.run(lambda tx: callbacks.for_checkin(tx, NURSE, there.where.checkin))
        return [(one.outcome.value, (one.due_at - there.records.clock.now()).total_seconds()) for one in found]

    await there.committed(e.ConnectionChanged("lost"))
    assert await attempts() == [], "everybody is lost now and then"
    await there.committed(e.ConnectionChanged("unreachable"))
    assert await attempts() == [("due", 0.0), ("due", 120.0)]
    await there.committed(e.ConnectionChanged("reconnected"))
    assert [outcome for outcome, _ in await attempts()] == ["not_needed", "not_needed"]
