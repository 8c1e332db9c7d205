"""Waiting for things that tell nobody: sound that has arrived, threads that have ended, an event loop that was held up."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from tests.fakes.timing import pause

_LOOK = 0.01
"""Seconds between looks."""


async def until(condition: Callable[[], object], timeout: float = 10.0) -> None:
    """Return once `condition()` is true; raises `TimeoutError`."""
    async with asyncio.timeout(timeout):
        while not condition():
            await pause(_LOOK)


class Heartbeat:
    """Measures the longest time the event loop was held up; use as an async context manager."""

    def __init__(self) -> None:
        self.longest = 0.0
        """Seconds by which the latest beat was late."""

    async def __aenter__(self) -> "Heartbeat":
        self._task = asyncio.create_task(self._beat(), name="heartbeat")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await pause(_LOOK)
            self.longest = max(self.longest, loop.time() - last - _LOOK)
            last = loop.time()
