"""The pager: takes due pages from the records and hands them to a sink until a nurse has answered.

It remembers nothing of its own, so a crash loses nothing: an unfinished delivery is leased again, by any process. It
never sees a patient's data, and it never gives a page up.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol

from server.escalation import desk, work
from server.escalation.work import Page
from server.record.access import Permission, require
from server.record.database import Database
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.principals import Service

_LOGGER = logging.getLogger(__name__)
_PAGER: Final = Service("pager")
_BATCH: Final = 8
"""Deliveries under way at once; the rest stay in the records until the next round."""
_SEND_SECONDS: Final = 4.0
"""Longest a sink may take; less than the lease, so that a hung send ends before another worker may start it."""
_RETRY_SECONDS: Final = (1, 2, 4, 8, 15)
"""Waits between failed tries; the last one repeats for ever. GoAlert retries a failed message after 15 s."""


class Sink(Protocol):
    """Where pages go: a console, a paging provider."""

    async def send(self, page: Page) -> None:
        """Returns once the far side has taken it; raises if it has not. `page.key` makes a second send harmless."""
        ...


class ConsoleSink:
    """Prints one line a page, for the demo."""

    async def send(self, page: Page) -> None:
        reminder = f" (reminder {page.level - 1})" if page.level > 1 else ""
        print(f"PAGE {page.tier} page {page.escalation}{reminder}: open the nurse console", flush=True)  # noqa: T201


class Pager:
    """The one worker of this process that delivers pages."""

    def __init__(self, database: Database, sink: Sink, *, tick: float = 1.0) -> None:
        self._database = database
        self._sink = sink
        self._tick = tick
        """Seconds between looks at the records; finds what other processes queued and what has come due."""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None

    async def start(self) -> None:
        """Begins with whatever a former process left; a page committed from now on goes out at once."""
        self._stop_listening = desk.on_change(self._database, lambda _checkin, _escalation: self._wake.set())
        self._task = asyncio.create_task(self._run(), name="pager")

    async def stop(self) -> None:
        """Ends within the time of one send; what was under way is leased again at the next start."""
        if self._stop_listening is not None:
            self._stop_listening()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def deliver_due(self) -> int:
        """One round: sends up to a batch of what is due and returns how many deliveries were tried."""
        pages = await self._database.run(_lease)
        # Each one runs to its end before a failure to record the first is reported.
        outcomes = await asyncio.gather(*(self._deliver(page) for page in pages), return_exceptions=True)
        for failure in filter(None, outcomes):
            raise failure
        return len(pages)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                tried = await self.deliver_due()
            except Exception as error:  # noqa: BLE001 - root of the task: a full disk must not end the paging
                log(_LOGGER, logging.ERROR, "pager_round_failed", error=type(error).__name__)
                tried = 0
            if tried < _BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._tick)

    async def _deliver(self, page: Page) -> None:
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._sink.send(page)
        except Exception as error:  # noqa: BLE001 - root of one delivery: whatever a sink does, the page is tried again
            await self._failed(page, type(error).__name__)
        else:
            await self._database.run(lambda tx: _sent(tx, page))

    async def _failed(self, page: Page, code: str) -> None:
        wait = _RETRY_SECONDS[min(page.attempt, len(_RETRY_SECONDS)) - 1]
        log(_LOGGER, logging.WARNING, "page_not_sent", escalation=page.escalation, error=code, retry_seconds=wait)
        await self._database.run(lambda tx: _retry(tx, page, code, wait))


def _lease(tx: Transaction) -> list[Page]:
    require(_PAGER, Permission.PAGE_DELIVER)
    return work.lease(tx, _BATCH)


def _sent(tx: Transaction, page: Page) -> None:
    # False: a nurse answered or the tier was raised while it was on its way; the newer state stands.
    if work.sent(tx, page):
        desk.mark_paged(tx, _PAGER, page.escalation)


def _retry(tx: Transaction, page: Page, code: str, wait: int) -> None:
    require(_PAGER, Permission.PAGE_DELIVER)
    work.failed(tx, page, code, timedelta(seconds=wait))
