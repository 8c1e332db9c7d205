"""Notices that nobody speaks: measures how long both sides have been quiet and reports it; judges nothing."""

import asyncio
from collections.abc import Awaitable, Callable

_TICK = 0.5
"""Seconds between looks."""


class SilenceWatch:
    """Reports the seconds of shared silence, about twice a second, while somebody should be speaking."""

    def __init__(self, report: Callable[[float], Awaitable[None]]) -> None:
        self._report = report
        self._since: float | None = None
        self._patient_speaking = False
        self._persona_quiet = False
        self._task = asyncio.create_task(self._run(), name="silence-watch")

    def patient(self, *, speaking: bool) -> None:
        """The patient began or stopped to speak."""
        self._patient_speaking = speaking
        self._restart()

    def persona(self, *, quiet: bool) -> None:
        """The persona stopped or began to speak or think."""
        self._persona_quiet = quiet
        self._restart()

    def pause(self) -> None:
        """Nobody is connected: silence means nothing."""
        self._since = None

    def close(self) -> None:
        """Stop watching."""
        self._task.cancel()

    def _restart(self) -> None:
        quiet = self._persona_quiet and not self._patient_speaking
        self._since = asyncio.get_running_loop().time() if quiet else None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK)
            if self._since is not None:
                await self._report(loop.time() - self._since)
