"""`kill -9` at every step of a page's way, on both databases: none is lost, no rung skipped, one message twice at most."""

import asyncio
import signal

import pytest
from sqlalchemy import select

from server.escalation import history
from server.record import audit
from server.record.database import Database
from server.record.schema import delivery, escalation
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Staff
from tests.fakes.ladder_child import Child
from tests.fakes.receiver import Receiver
from tests.fakes.records import KEY, NURSE, Records
from tests.fakes.ward import Ward

KIND = "services"
KINDS = ("requested", "rung", "sent", "seen", "acknowledged", "reopened", "claimed", "entered", "closed", "lease")
POINTS = [*(f"{when}:{kind}" for kind in KINDS for when in ("before", "after")), "send", "sent"]
SECONDS = 7.0
"""On the wall, from the start of the next process, its imports included, to the next message; issue 5."""


async def staffed(records: Records) -> Staff:
    """On the machine's own time, as the children run."""
    nia, _ = await Ward(records, "", "").staffed()  # type: ignore[arg-type]
    return nia


@pytest.mark.parametrize("point", POINTS)
async def test_a_page_survives_a_kill(records: Records, point: str) -> None:
    nia = await staffed(records)
    async with Receiver() as receiver:
        async with Child(records.url, receiver.address, point, nia.id) as first:
            assert await asyncio.wait_for(first.ended(), 120) == -signal.SIGKILL
        before = len(receiver.taken)
        async with Child(records.url, receiver.address, "", nia.id) as second:
            assert await asyncio.wait_for(second.ended(), 120) == 0
    waits = [at - second.started for at, _ in receiver.taken[before:]]
    assert all(wait <= SECONDS for wait in waits[:1])
    assert receiver.duplicates <= 1, "one kill repeats one message at most, under the same key"
    database = await Database.open(records.url, KEY, SystemClock())
    assert await database.run(audit.verify) is None
    (page,) = await database.run(lambda tx: tx.connection.execute(select(escalation)).all())
    story = await database.run(lambda tx: history.read(tx, NURSE, page.id))
    sent = await database.run(
        lambda tx: tx.connection.scalars(select(delivery.c.key).where(delivery.c.outcome == "accepted")).all()
    )
    await database.close()
    assert page.state == "closed"
    kinds = [event.kind for event in story]
    assert (kinds.count("requested"), kinds.count("closed"), kinds[-1]) == (1, 1, "closed")
    assert [event.seq for event in story] == list(range(1, len(story) + 1))
    levels = [event.level for event in story if event.kind == "rung"]
    assert levels == list(range(1, len(levels) + 1)), "no rung skipped, none climbed twice"
    assert set(sent) <= set(receiver.keys), "what is recorded as sent was taken"
