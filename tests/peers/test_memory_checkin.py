"""Two real check-ins of one patient through the door of the visits: the second opens by voice with what the first left."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from server.checkin.registry import House, Registry, handed_over
from server.checkin.remembering import Remembering
from server.media.peer import PeerCall
from server.memory import store
from server.record import journal
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.memories import Memory
from server.vocabulary.principals import Patient
from tests.fakes.peer import PatientPeer
from tests.fakes.records import CONDUCTOR, ROSA, Records
from tests.fakes.remembered import talked
from tests.fakes.waiting import until
from tests.peers.bedside import PACK, VISIT, bedside
from tests.unit.test_memory_records import SWOLLEN

KIND = "peers"
SICK = replace(ROSA, conditions=("heart_failure",), discharged_on=date(2026, 2, 27))
OPENING = "Last time your left ankle was swollen."
ANKLE = Memory("mf_1", "swelling", aspect="left_ankle")


@pytest.fixture
async def registry(records: Records, brisk: SpeechKit) -> AsyncIterator[Registry]:
    made = Registry(house(records, brisk))
    yield made
    await made.close()


def house(records: Records, kit: SpeechKit) -> House:
    return House(
        database=records.database,
        packs={"after-discharge": PACK, PACK.id: PACK},
        kit=kit,
        servers=lambda checkin: [],
        classifier=None,
        means=None,
        perception=None,
        publish=lambda checkin, event: None,
        most=4,
        rest=kit.rest,
        expired=lambda tx: [],
        patience=60.0,
    )


async def written(records: Records, checkin: CheckInId) -> list[e.Event]:
    entries = await records.database.run(lambda tx: journal.read(tx, CONDUCTOR, checkin))
    return [entry.event for entry in entries]


async def gated(records: Records, checkin: CheckInId) -> list[str]:
    return [one.text for one in await written(records, checkin) if isinstance(one, e.SentenceGated) and one.allowed]


async def begun(registry: Registry, records: Records, patient: PatientId) -> CheckInId:
    """A check-in whose first question has passed the gate."""
    checkin = await records.order(patient)
    await registry.enter(Patient(patient, checkin), lambda message: None)
    running = registry.running(checkin)
    assert running is not None
    assert isinstance(running.call, PeerCall)
    await running.call.text_only()
    await running.checkin.connected()
    asked = False
    while not asked:
        asked = any(sentence.endswith("?") for sentence in await gated(records, checkin))
    return checkin


async def taken_in(records: Records) -> None:
    """A service that starts writes what is left undone, and is stopped."""
    made = Remembering(records.database, {PACK.id: PACK})
    made.start()
    waiting = True
    while waiting:
        waiting = bool(await records.database.run(lambda tx: store.waiting(tx, CONDUCTOR)))
    await made.close()


async def test_a_second_check_in_opens_with_the_first_and_puts_it_on_record(
    records: Records, registry: Registry
) -> None:
    rosa = await records.add(SICK)
    await talked(records, rosa, *SWOLLEN)
    await taken_in(records)
    checkin = await begun(registry, records, rosa)
    assert OPENING in await gated(records, checkin)
    (started,) = [event for event in await written(records, checkin) if isinstance(event, e.CheckInStarted)]
    assert [(one.rule, one.aspect) for one in started.remembered] == [("swelling", "left_ankle")]


async def test_a_namesake_in_the_same_house_hears_nothing_of_it(records: Records, registry: Registry) -> None:
    rosa, namesake = await records.add(SICK), await records.add(SICK)
    await talked(records, rosa, *SWOLLEN)
    await taken_in(records)
    checkins = [await begun(registry, records, one) for one in (rosa, namesake)]
    heard = [" ".join(await gated(records, one)) for one in checkins]
    assert [OPENING in one for one in heard] == [True, False]


async def test_memory_that_was_moved_here_from_another_patient_is_not_heard(
    records: Records, registry: Registry
) -> None:
    """And the check-in goes on without it."""
    rosa, namesake = await records.add(SICK), await records.add(SICK)
    await talked(records, rosa, *SWOLLEN)
    await taken_in(records)
    for table in ("memory_thread", "memory_fact"):
        move = text(f"UPDATE {table} SET patient = :to")  # noqa: S608  a table of the list above
        await records.database.run(lambda tx, move=move: tx.connection.execute(move, {"to": namesake}).close())  # type: ignore[misc]
    checkin = await begun(registry, records, namesake)
    assert OPENING not in await gated(records, checkin)


async def test_a_check_in_taken_up_again_knows_what_it_began_with(records: Records, brisk: SpeechKit) -> None:
    """Even where memory was changed meanwhile: a replay must ask what was asked."""
    rosa = await records.add(SICK)
    await talked(records, rosa, *SWOLLEN)
    await taken_in(records)
    first = Registry(house(records, brisk))
    checkin = await begun(first, records, rosa)
    await first.close()
    await talked(records, rosa, "forget that")
    await taken_in(records)
    again = Registry(house(records, brisk))
    await again.enter(Patient(rosa, checkin), lambda message: None)
    running = again.running(checkin)
    assert running is not None
    asks = dict(running.checkin._thread.state.asks)
    await again.close()
    assert asks == {"last_swelling": 1}
    assert [one.aspect for one in handed_over(await written(records, checkin)) or ()] == ["left_ankle"]


async def test_it_is_heard_over_a_real_connection(records: Records, brisk: SpeechKit, patient: PatientPeer) -> None:
    visit = replace(VISIT, remembered=(ANKLE,))
    async with bedside(records, brisk, None, past=(), peer=patient, visit=visit) as there:
        await until(lambda: OPENING in there.words(), 30)
        receipts = [one.script for one in there.of(e.SentenceGated) if one.text == OPENING]
    assert receipts == ["last.swelling"]
