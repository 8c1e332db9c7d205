"""The door of the visits: places are counted before anybody waits, and what could not begin leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.checkin.registry import AllSeatsTaken, House, Registry
from server.checkin.seat import Seat
from server.escalation import desk
from server.media.link import IceServer
from server.persona.pack import Pack
from server.record import checkins, journal
from server.record.transaction import Transaction
from server.speech.session import SpeechKit
from server.speech.voice import Voice, VoiceProcess
from server.vocabulary import events as e
from server.vocabulary.ids import CheckInId, EscalationId
from server.vocabulary.principals import Patient
from tests.fakes.outage import Outage
from tests.fakes.peer import PatientPeer
from tests.fakes.records import CONDUCTOR, NURSE, Records, records_in
from tests.fakes.stun import stun_server
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
    kit = SpeechKit(None, Voice(process), None)
    yield House(
        database=records.database,
        packs={"after-discharge": PACK},
        kit=kit,
        servers=lambda checkin: [],
        classifier=None,
        means=None,
        perception=None,
        publish=lambda checkin, event: None,
        most=1,
        rest=kit.rest,
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


def times(pack: Pack, *, away: float) -> Pack:
    """`pack` with another time in which whoever is in danger must have come back."""
    numbers = {"dropped_emergency": pack.numbers.dropped_emergency.model_copy(update={"value": away})}
    return replace(pack, numbers=pack.numbers.model_copy(update=numbers))


async def in_danger(records: Records, house: House) -> Patient:
    """Somebody who named an emergency to a process that is no longer there."""
    patient = await arrival(records)
    past = (
        e.CheckInStarted(PACK.id, PACK.version, PACK.content_hash, resumed=False),
        e.ConnectionChanged("connected"),
        e.PatientTurn(1, "My chest hurts and it goes down my left arm.", typed=True, continues=False),
    )

    def begin(tx: Transaction) -> None:
        checkins.start(tx, CONDUCTOR, patient.checkin, PACK.version, PACK.content_hash)
        for event in past:
            journal.append(tx, CONDUCTOR, patient.checkin, event, tx.now)

    await house.database.run(begin)
    return patient


def of_pages(told: list[CheckInId]) -> Callable[[CheckInId, EscalationId], None]:
    """Keeps who is told of; a change of no page is the list of those to be called back."""

    def tell(checkin: CheckInId, page: EscalationId | None) -> None:
        if page:
            told.append(checkin)

    return tell


async def paged(records: Records) -> list[str]:
    return [page.trigger for page in await records.database.run(lambda tx: desk.open_pages(tx, NURSE))]


async def test_who_was_in_danger_before_a_restart_and_does_not_come_back_is_looked_for(
    records: Records, house: House
) -> None:
    patient = await in_danger(records, house)
    registry = Registry(replace(house, packs={"after-discharge": times(PACK, away=0.05)}))
    told: list[CheckInId] = []
    stop = desk.on_change(records.database, of_pages(told))
    await registry.open()
    await until(lambda: told, 10)
    await registry.close()
    stop()
    assert await paged(records) == ["DROPPED_IN_RED"]
    assert told == [patient.checkin]


async def test_nobody_is_told_twice_of_the_same_patient(records: Records, house: House) -> None:
    patient = await in_danger(records, house)
    gone = e.ConnectionChanged("unreachable")
    await house.database.run(lambda tx: journal.append(tx, CONDUCTOR, patient.checkin, gone, tx.now))
    calm = await arrival(records)
    await house.database.run(lambda tx: checkins.start(tx, CONDUCTOR, calm.checkin, PACK.version, PACK.content_hash))
    registry = Registry(replace(house, packs={"after-discharge": times(PACK, away=0.0)}))
    await registry.take_up_dangers()
    assert registry.count == 0
    await registry.close()


async def test_who_makes_room_for_another_while_in_danger_is_looked_for_at_once(records: Records, house: House) -> None:
    await in_danger(records, house)
    registry = Registry(house)
    await registry.take_up_dangers()
    assert (registry.count, await paged(records)) == (1, [])
    await registry.enter(await arrival(records), lambda message: None)
    assert registry.count == 1
    assert await paged(records) == ["DROPPED_IN_RED"]
    await registry.close()


async def test_who_comes_back_is_met_with_servers_of_now(records: Records, house: House) -> None:
    """A TURN server's credentials end after a quarter of an hour, and a check-in may be older than that."""
    async with stun_server() as before, stun_server() as now:
        urls = iter((before.url, now.url))
        registry = Registry(replace(house, servers=lambda checkin: [IceServer((next(urls),))]))
        someone, page = await arrival(records), PatientPeer(microphone=False)
        await registry.enter(someone, lambda message: None)
        again = await registry.enter(someone, lambda message: None)
        await page.connect(lambda sdp: again.offer(sdp, "voice"))
        await page.close()
        await registry.close()
    assert before.asked == 0
    assert now.asked > 0
