"""The door of the visits: places are counted before anybody waits, and what could not begin leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.checkin.registry import AllSeatsTaken, House, Registry
from server.checkin.seat import Seat
from server.record.transaction import Transaction
from server.speech.session import SpeechKit
from server.speech.voice import Voice, VoiceProcess
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Patient
from tests.fakes.outage import Outage
from tests.fakes.records import Records, records_in
from tests.fakes.waiting import until
from tests.peers.bedside import PACK

KIND = "peers"


class Mute(Voice):
    """A voice that cannot even be made ready."""

    def prewarm(self) -> None:
        raise OSError("no such voice")


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    async with records_in(tmp_path) as made:
        yield made


@pytest.fixture
async def house(records: Records) -> AsyncIterator[House]:
    process = VoiceProcess("espeak", "en-us+f3")
    yield House(
        database=records.database,
        packs={"after-discharge": PACK},
        kit=SpeechKit(None, Voice(process), None),
        servers=lambda checkin: [],
        classifier=None,
        means=None,
        perception=None,
        publish=lambda checkin, event: None,
        most=1,
        rest=lambda: None,
        expired=lambda tx: [],
        patience=60.0,
    )
    await process.close()


async def arrival(records: Records) -> Patient:
    patient = await records.add()
    return Patient(patient, await records.order(patient))


async def test_two_who_arrive_together_do_not_both_get_the_last_place(records: Records, house: House) -> None:
    registry = Registry(house)
    people = [await arrival(records), await arrival(records), await arrival(records)]
    came = await asyncio.gather(*(registry.enter(one, lambda message: None) for one in people), return_exceptions=True)
    assert [type(one) for one in came] == [Seat, AllSeatsTaken, AllSeatsTaken]
    assert registry.count == 1
    await registry.close()


async def test_a_check_in_that_cannot_begin_takes_no_place_and_leaves_no_task(records: Records, house: House) -> None:
    broken = Registry(replace(house, kit=SpeechKit(None, Mute(VoiceProcess("espeak", "en-us")), None)))
    before = {task.get_name() for task in asyncio.all_tasks()}
    someone = await arrival(records)
    for _ in range(2):
        with pytest.raises(OSError, match="no such voice"):
            await broken.enter(someone, lambda message: None)
    assert broken.count == 0
    assert {task.get_name() for task in asyncio.all_tasks()} - before == set()
    await broken.close()


async def test_one_failure_does_not_end_the_sweep(records: Records, house: House) -> None:
    looks: list[int] = []
    ended: list[CheckInId] = []
    someone = await arrival(records)

    def expired(tx: Transaction) -> list[CheckInId]:
        looks.append(len(looks))
        return [CheckInId("ci_unknown"), someone.checkin]

    swept = replace(house, expired=expired, sweep_every=0.05, publish=lambda checkin, event: ended.append(checkin))
    registry = Registry(swept)
    await registry.open()
    with Outage(records.database, times=2):
        await until(lambda: someone.checkin in ended)
    assert looks[-1] >= 1
    assert CheckInId("ci_unknown") not in ended
    await registry.close()
