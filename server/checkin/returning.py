"""Measures how long a patient whose connection is lost stays away, and reports it once; judges nothing."""

import asyncio
from collections.abc import Awaitable, Callable


class ReturnWatch:
    """Reports when a patient has been away for a time that it is given."""

    def __init__(self, report: Callable[[], Awaitable[None]]) -> None:
        self._report = report
        self._timer: asyncio.TimerHandle | None = None

    def start(self, seconds: float | None) -> None:
        """The patient is gone: report in so many seconds; None: nobody needs to be told."""
        self.stop()
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._report)

    async def hurry(self) -> None:
        """Nobody can wait any longer: report now what would have been reported later, and return when that is done."""
        if self._timer is not None:
            self.stop()
            await self._report()

    def stop(self) -> None:
        """The patient is there again, or the check-in is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
