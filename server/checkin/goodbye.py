"""The goodbye: ends a check-in once its last words were heard, or after a while without them.

It must not end while the patient speaks or is being understood: what is said over a goodbye may be the emergency.
"""

import asyncio
from collections.abc import Callable

from server.record.checkins import EndReason

LONGEST = 30.0
"""Seconds to wait for the last words to play, and for the patient to finish, before the call ends anyway."""
UNDERSTOOD_AFTER = 1.5
"""Seconds from the patient's last sound to the end of their turn, at most: the recognizer's patience."""


class Goodbye:
    """One check-in's; owns the task that waits."""

    def __init__(self, over: Callable[[], object]) -> None:
        """`over`: called when nothing stands in the way any more, so far as is known; it must ask `last_word`."""
        self._hand_over = over
        self.reason: EndReason | None = None
        """Why the check-in is ending; None while it is not."""
        self._said = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._spoke = False
        self._task: asyncio.Task[None] | None = None

    def begin(self, reason: EndReason, *, more: bool) -> None:
        """The last words are on their way; without `more` they were said before."""
        self.reason = reason
        self.more(more)
        self._spoke = not self._quiet.is_set()
        self._wait()

    def more(self, words: bool) -> None:
        """Something came in between: whether there is more to be said before the end."""
        if words:
            self._said.clear()
        else:
            self._said.set()

    def said(self) -> None:
        """The last words were played."""
        self._said.set()

    def call_off(self) -> None:
        """A danger was named over it: the check-in goes on."""
        self.reason = None
        if self._task is not None:
            self._task.cancel()

    def patient(self, *, speaking: bool) -> None:
        """The patient began or stopped to speak."""
        self._spoke = True
        if speaking:
            self._quiet.clear()
        else:
            self._quiet.set()

    def last_word(self) -> EndReason | None:
        """Why the check-in ends now; None where it goes on, or more must be said first."""
        if self.reason is not None and not self._said.is_set():
            self._wait()
            return None
        return self.reason

    async def close(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _wait(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._run(), name="goodbye")

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                await self._over()
        except TimeoutError:
            self._said.set()
        self._hand_over()

    async def _over(self) -> None:
        await self._said.wait()
        await self._quiet.wait()
        while self._spoke:
            self._spoke = False
            await asyncio.sleep(UNDERSTOOD_AFTER)
            await self._quiet.wait()
        if not self._said.is_set():
            await self._over()
