"""The dead man's switch: as long as pages are seen to, somebody outside hears from us; when they hear nothing, they call."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import aiohttp

from server.escalation.pager import Health
from server.record.privacy import log

_LOGGER = logging.getLogger(__name__)
_EVERY: Final = 20.0
"""Seconds. With the outside service's patience at one minute, two beats may get lost; research: security.md §8."""
_PATIENCE: Final = aiohttp.ClientTimeout(total=5)


class Deadman:
    """Gets an address again and again while the pager is well; healthchecks.io and its like take that as a sign of life."""

    def __init__(self, url: str, health: Callable[[], Health], *, every: float = _EVERY) -> None:
        self._url = url
        self._health = health
        self._every = every
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="deadman")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
            while True:
                health = self._health()
                if health.well:
                    await self._beat(session)
                else:
                    log(_LOGGER, logging.CRITICAL, "pager_late", late_seconds=health.late.total_seconds())
                await asyncio.sleep(self._every)

    async def _beat(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.get(self._url, allow_redirects=False) as answer:
                answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            log(_LOGGER, logging.WARNING, "heartbeat_not_taken", error=type(error).__name__)
