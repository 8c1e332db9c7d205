"""Live notices over HTTP: they arrive, they carry ids only, and they end with the session or the server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from server.escalation import desk
from server.pages import stream
from server.record.staff import IDLE
from server.vocabulary.principals import Role
from tests.fakes.records import ROSA
from tests.fakes.staff_pages import StaffPages, staff_pages

KIND = "services"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


async def next_event(reply: ClientResponse) -> tuple[str, dict[str, str]]:
    name = (await reply.content.readline()).decode().removeprefix("event: ").strip()
    data = (await reply.content.readline()).decode().removeprefix("data: ")
    await reply.content.readline()
    return name, json.loads(data)


@asynccontextmanager
async def listening(pages: StaffPages, cookie: str) -> AsyncIterator[ClientResponse]:
    """An open stream that has had its first beat."""
    async with pages.client.get("/staff/live", headers={"Cookie": cookie}) as reply, asyncio.timeout(10):
        assert (await next_event(reply))[0] == "beat"
        yield reply


async def test_a_committed_page_reaches_the_console_as_ids(pages: StaffPages) -> None:
    stop = desk.on_change(pages.records.database, lambda checkin, _: pages.live.publish("queue", {"checkin": checkin}))
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    async with listening(pages, await pages.cookie(Role.NURSE)) as reply:
        await pages.page(rosa, checkin)
        assert await next_event(reply) == ("notice", {"topic": "queue", "checkin": checkin})
    stop()


async def test_answering_reaches_every_console(pages: StaffPages) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    page = await pages.page(rosa, checkin)
    mine, theirs = await pages.cookie(Role.NURSE), await pages.cookie(Role.NURSE)
    async with listening(pages, theirs) as reply:
        await pages.post("/staff/acknowledge", [("checkin", checkin), ("escalation", page)], mine)
        assert (await next_event(reply))[1]["topic"] == "queue"


async def test_signing_out_ends_the_stream(pages: StaffPages) -> None:
    cookie = await pages.cookie(Role.NURSE)
    async with listening(pages, cookie) as reply:
        await pages.post("/staff/sign-out", [], cookie)
        assert (await next_event(reply))[0] == "over"
        assert await reply.content.read() == b""


async def test_an_idle_session_loses_its_stream_at_the_next_heartbeat(
    pages: StaffPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)
    async with listening(pages, await pages.cookie(Role.NURSE)) as reply:
        assert (await next_event(reply))[0] == "beat"
        pages.records.clock.move(IDLE)
        assert (await reply.content.read()).endswith(stream.encode("over", {}))


async def test_closing_the_house_ends_the_stream(pages: StaffPages) -> None:
    async with listening(pages, await pages.cookie(Role.NURSE)) as reply:
        pages.live.close()
        assert (await next_event(reply))[0] == "over"


async def test_a_page_that_left_is_forgotten(pages: StaffPages) -> None:
    async with listening(pages, await pages.cookie(Role.NURSE)):
        pass
    pages.live.publish("queue")
    async with listening(pages, await pages.cookie(Role.NURSE)) as reply:
        pages.live.publish("checkin:ci_1")
        assert (await next_event(reply))[1] == {"topic": "checkin:ci_1"}
