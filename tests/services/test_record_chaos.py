"""Three workers on one set of records, killed at random while pages come in: what must hold, holds at the end."""

import asyncio
import random
import time
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select

from server.escalation import desk, history
from server.record import audit
from server.record.database import Database
from server.record.schema import delivery, escalation
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import EscalationId
from server.vocabulary.principals import Staff
from tests.fakes.ladder_child import Child, call
from tests.fakes.receiver import Receiver
from tests.fakes.records import KEY, NURSE, Records
from tests.fakes.timing import pause
from tests.fakes.ward import Ward

KIND = "services"
PAGES = 30
KILLS = 12
WORKERS = 3


async def answer(database: Database, nurse: Staff, page: EscalationId, receiver: Receiver) -> None:
    """The nurse takes a page as soon as anything of it has arrived."""
    while not any(f":{page}:" in key for key in receiver.keys):
        receiver.arrived.clear()
        await receiver.arrived.wait()
    await database.run(lambda tx: desk.claim(tx, nurse, page))


@pytest.mark.timeout(280)
async def test_nothing_is_lost_whatever_dies(records: Records) -> None:
    nurse, _ = await Ward(records, "", "").staffed()  # type: ignore[arg-type]
    chance = random.Random(7)
    database = await Database.open(records.url, KEY, SystemClock())
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(Receiver())
        workers = [await stack.enter_async_context(Child(records.url, receiver.address)) for _ in range(WORKERS)]
        answers: list[asyncio.Task[None]] = []
        began = time.monotonic()
        for number in range(PAGES):
            page = await database.run(call)
            answers.append(asyncio.create_task(answer(database, nurse, page, receiver)))
            await pause(chance.uniform(0.1, 0.9))
            for victim in chance.sample(workers, k=int(number % 5 in (1, 3))):
                await victim.kill()
                await victim.start()
        await asyncio.wait_for(asyncio.gather(*answers), 120)
        took = time.monotonic() - began
    rows = await database.run(lambda tx: tx.connection.execute(select(escalation)).all())
    stories = [await database.run(lambda tx, row=row: history.read(tx, NURSE, row.id)) for row in rows]  # type: ignore[misc]
    sent = await database.run(
        lambda tx: tx.connection.scalars(select(delivery.c.key).where(delivery.c.outcome == "accepted")).all()
    )
    broken = await database.run(audit.verify)
    await database.close()
    print(f"{PAGES} pages, {KILLS} kills, {took:.0f} s, {len(receiver.keys)} messages, {receiver.duplicates} twice")
    assert broken is None
    assert {row.state for row in rows} == {"claimed"}
    assert len(rows) == PAGES
    for story in stories:
        levels = [event.level for event in story if event.kind == "rung"]
        assert levels == list(range(1, len(levels) + 1)), "no rung skipped, none climbed twice"
        assert [event.kind for event in story].count("claimed") == 1
    assert set(sent) <= set(receiver.keys)
    assert receiver.duplicates <= KILLS, "a kill repeats one message at most, under the same key"
