"""Notices that nobody speaks: measures how long both sides have been quiet and reports it; judges nothing."""

import asyncio
import logging
from collections.abc import Callable

from server.record.privacy import log

_logger = logging.getLogger(__name__)

_TICK = 0.5
"""Seconds between looks."""


class SilenceWatch:
    """Reports the seconds of shared silence, about twice a second, while somebody should be speaking."""

    def __init__(self, report: Callable[[], None]) -> None:
        self._report = report
        self._since: float | None = None
        self._patient_speaking = False
        self._persona_quiet = False
        self._judging = False
        self._paused = False
        self.failed = 0
        """Reports that failed."""
        self._task = asyncio.create_task(self._run(), name="silence-watch")

    @property
    def seconds(self) -> float | None:
        """How long nobody has spoken; None while somebody does, or is about to."""
        return None if self._since is None else asyncio.get_running_loop().time() - self._since

    @property
    def patient_speaks(self) -> bool:
        """Whether the patient is speaking right now."""
        return self._patient_speaking

    def patient(self, *, speaking: bool) -> None:
        """The patient began or stopped to speak."""
        self._patient_speaking = speaking
        self._restart()

    def persona(self, *, quiet: bool) -> None:
        """The persona stopped or began to speak or think."""
        self._persona_quiet = quiet
        self._restart()

    def judging(self, on: bool) -> None:
        """The patient's words are being judged: an answer is on its way, so nobody is silent."""
        self._judging = on
        self._restart()

    def pause(self) -> None:
        """Nobody is connected: silence means nothing."""
        self._paused = True
        self._restart()

    def resume(self) -> None:
        """The patient is there again."""
        self._paused = False
        self._restart()

    def count(self, error: Exception) -> int:
        """What came of a report failed; returns how often that happened so far."""
        self.failed += 1
        log(_logger, logging.ERROR, "silence_failed", error=type(error).__name__, count=self.failed)
        return self.failed

    def close(self) -> None:
        """Stop watching."""
        self._task.cancel()

    def _restart(self) -> None:
        quiet = self._persona_quiet and not (self._patient_speaking or self._judging or self._paused)
        self._since = asyncio.get_running_loop().time() if quiet else None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            if self._since is None:
                continue
            try:
                self._report()
            except Exception as error:  # noqa: BLE001  the root of the ladder that pages for who fell silent: it goes on
                self.count(error)
