"""The one worker of a check-in: whatever moves the conversation is done here, one after the other, in the order it came.

Turns, typed words, silence, buttons, arrivals and the end all wait for a model, the records or the voice on their way; two
at once would be judged against each other's half-moved state. Nothing done here may wait for another step of the worker.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.record.privacy import log

_logger = logging.getLogger(__name__)

MOST_WAITING = 100
"""Steps that may wait; more than any page can send at the pace it is held to. What comes after is refused."""
_LAST_SECONDS = 3.0
"""For what was handed over before the end."""


@dataclass(frozen=True)
class _Step:
    name: str
    work: Callable[[], Awaitable[None]]
    done: "asyncio.Future[None]"


class Worker:
    """Owns the task that does a check-in's steps."""

    def __init__(self, failed: Callable[[str, Exception], None]) -> None:
        """`failed`: called with the name of a step and what it raised."""
        self._failed = failed
        self._steps: deque[_Step] = deque()
        self._handed = asyncio.Event()
        self._closed = False
        self._task = asyncio.create_task(self._run(), name="checkin-worker")

    def do(self, name: str, work: Callable[[], Awaitable[None]]) -> "asyncio.Future[None]":
        """Do `work` once everything before it is done; what is returned is done with it, however it went."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closed or len(self._steps) >= MOST_WAITING:
            log(_logger, logging.ERROR, "checkin_step_refused", what=name)
            done.set_result(None)
        else:
            self._steps.append(_Step(name, work, done))
            self._handed.set()
        return done

    def waiting(self, name: str) -> int:
        """Steps of this name that are not done, the one under way included."""
        return sum(step.name == name for step in self._steps)

    @property
    def idle(self) -> bool:
        """Nothing is being done, nothing waits."""
        return not self._steps

    async def close(self) -> None:
        """Do what was handed over, for as long as anybody can wait for that, and take nothing more."""
        self._closed = True
        self._handed.set()
        await asyncio.wait({self._task}, timeout=_LAST_SECONDS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        while self._steps:
            _finish(self._steps.popleft())

    async def _run(self) -> None:
        while not self._closed or self._steps:
            await self._handed.wait()
            self._handed.clear()
            while self._steps:
                await self._do(self._steps[0])

    async def _do(self, step: _Step) -> None:
        try:
            await step.work()
        except Exception as error:  # noqa: BLE001  the root of a step: the next one must be done whatever became of it
            self._failed(step.name, error)
        self._steps.popleft()
        _finish(step)


def _finish(step: _Step) -> None:
    if not step.done.done():
        step.done.set_result(None)
