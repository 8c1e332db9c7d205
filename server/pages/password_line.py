"""The line before password checks: two at a time, off the event loop, and past its end the newest is turned away.

One check takes 64 MiB and up to a second on a busy machine (research/security.md §4); a flood of sign-ins must never
starve a live call.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from server.record.passwords import NOBODY, password_matches
from server.vocabulary.errors import ServiceError

THREADS = 2
LINE = 16
"""Checks that may wait; drop policy: the newest is refused."""


class SignInBusy(ServiceError):
    """Too many sign-ins at the same moment."""

    code = "sign_in_busy"
    status = 503
    retryable = True
    patient_sees = "Many people are signing in right now. Please try again in a few seconds."


class PasswordLine:
    """The two threads that check passwords, and who waits for them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._present = 0

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """False for a wrong password and, after the same work, for a missing account. Raises SignInBusy."""
        if self._present >= THREADS + LINE:
            raise SignInBusy("The line of password checks is full.")
        self._present += 1
        try:
            check = asyncio.get_running_loop().run_in_executor
            matched = await check(self._threads, password_matches, password_hash or NOBODY, password)
        finally:
            self._present -= 1
        return matched and password_hash is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
