"""A far side that takes messages over HTTP and remembers when each one came, under which key."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from aiohttp import web


@dataclass
class Receiver:
    """Use as an async context manager."""

    taken: list[tuple[float, str]] = field(default_factory=list)
    """(monotonic seconds, idempotency key), in order."""
    bodies: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    status: int = 200
    """What it answers; anything but 200 refuses."""
    answers: bool = True
    """Whether whoever has sent something hears that it was taken."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""
    _leaves: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> "Receiver":
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaves.set()
        await self._runner.cleanup()

    @property
    def keys(self) -> list[str]:
        return [key for _, key in self.taken]

    @property
    def duplicates(self) -> int:
        """Messages that came again under a key that was known."""
        return sum(count - 1 for count in Counter(self.keys).values())

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.text()
        if self.status == 200:
            self.taken.append((time.monotonic(), request.headers.get("Idempotency-Key", "")))
            self.bodies.append(body)
            self.headers.append(request.headers)
            self.arrived.set()
        if not self.answers:
            await self._leaves.wait()
        return web.Response(status=self.status)
