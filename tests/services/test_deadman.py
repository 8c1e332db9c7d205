"""The dead man's switch: a beat while pages are seen to, silence once they are not."""

import asyncio
from datetime import timedelta

from aiohttp import web

from server.escalation.deadman import Deadman
from server.escalation.pager import Health

KIND = "services"


class Watcher:
    """Somebody outside who counts beats."""

    def __init__(self) -> None:
        self.beats = 0
        self.asked = asyncio.Event()

    async def __aenter__(self) -> "Watcher":
        app = web.Application()
        app.router.add_get("/0b1c", self._beat)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}/0b1c"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _beat(self, _request: web.Request) -> web.Response:
        self.beats += 1
        return web.Response()


class Worker:
    """A pager's health, as it is asked for."""

    def __init__(self) -> None:
        self.late = timedelta()
        self.asked: asyncio.Queue[bool] = asyncio.Queue()

    def health(self) -> Health:
        health = Health(self.late)
        self.asked.put_nowait(health.well)
        return health

    async def until(self, *, well: bool) -> None:
        """Returns once it was asked twice and said this: what it caused the first time has happened by the second."""
        while await self.asked.get() is not well:
            pass
        await self.asked.get()


async def test_it_beats_only_while_pages_are_seen_to() -> None:
    worker = Worker()
    async with Watcher() as watcher:
        deadman = Deadman(watcher.address, worker.health, every=0.01)
        await deadman.start()
        assert [await worker.asked.get() for _ in range(3)] == [True, True, True]
        worker.late = timedelta(seconds=31)
        await worker.until(well=False)
        silent_since = watcher.beats
        assert silent_since >= 2
        assert [await worker.asked.get() for _ in range(5)] == [False] * 5
        assert watcher.beats == silent_since
        worker.late = timedelta()
        await worker.until(well=True)
        assert watcher.beats > silent_since
        await deadman.stop()


async def test_it_goes_on_when_the_watcher_is_away() -> None:
    worker = Worker()
    async with Watcher() as watcher:
        address = watcher.address
    deadman = Deadman(address, worker.health, every=0.01)
    await deadman.start()
    assert [await worker.asked.get() for _ in range(3)] == [True] * 3
    await deadman.stop()
