"""The pager: lets due pages climb, and hands their messages to a sink until a nurse has answered.

It remembers nothing of its own, so a crash loses nothing: an unfinished delivery is leased again, by any process. It
never sees a patient's data, and it never gives a page up.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from server.escalation import climbing, desk, work
from server.escalation.climbing import Directory, Policies
from server.escalation.ladder import OPERATIONS, About
from server.escalation.rejoin import NoProvider, Text
from server.escalation.work import Page
from server.record.access import Permission, require
from server.record.database import Database
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.ids import is_drill
from server.vocabulary.principals import Service

_LOGGER = logging.getLogger(__name__)
_PAGER: Final = Service("pager")
_MOST: Final = 16
"""Messages under way at once; the rest stay in the records until one is done."""
_SEND_SECONDS: Final = 4.0
"""Longest a sink may take; less than the lease, so that a hung send ends before another worker may start it."""
_TURN_SECONDS: Final = 0.5
"""Longest a message waits for those before it. With the time of a send it must stay below the lease."""
_RETRY_SECONDS: Final = (1, 2, 4, 8, 15)
"""Waits between failed tries; the last one repeats for ever. GoAlert retries a failed message after 15 s."""
_LATE: Final = timedelta(seconds=30)
"""Work overdue by more than this, or no round for so long: somebody must look; research: security.md §7 (6)."""
_NOBODY: Final = "It went to nobody: no patient_texts is set (docs/how-to/run-on-call.md)"
_BALLAST_ROUNDS: Final = 60
"""Rounds between looks whether the disk has room again."""


class Sink(Protocol):
    """Where messages go: a console, a paging provider."""

    async def send(self, page: Page) -> None:
        """Returns once the far side has taken it; raises if it has not. `page.key` makes a second send harmless."""
        ...


@dataclass(frozen=True)
class Health:
    """Whether pages are seen to."""

    late: timedelta
    """By how much the most overdue work, or the worker itself, is late."""

    @property
    def well(self) -> bool:
        return self.late <= _LATE


class ConsoleSink:
    """Prints one line a message, for the demo and for a catch-all that nobody has set."""

    async def send(self, page: Page) -> None:
        drill = "DRILL " if is_drill(page.escalation) else ""
        if page.about is not About.PAGE:
            line = f"{drill}OPERATIONS {page.about} page {page.escalation}: docs/how-to/add-a-pager.md"
        else:
            again = f" (ringing {page.level})" if page.level > 1 else ""
            line = f"{drill}PAGE {page.tier} page {page.escalation}{again}: open the nurse console"
        print(line, flush=True)  # noqa: T201


class ConsoleTexts:
    """For the demo, and for a site that texts nobody: prints that a text was due, and neither to whom nor what it says."""

    async def send(self, text: Text) -> None:
        """Raises NoProvider: whoever looks for the patient must not take it for sent."""
        words = len(text.words.split())
        print(f"TEXT of {words} words for a patient who was lost: a link back to the check-in. {_NOBODY}", flush=True)  # noqa: T201
        raise NoProvider("no provider of texts is set")


class Pager:
    """The one worker of this process that sees to pages; others may run beside it on the same records."""

    def __init__(
        self, database: Database, sink: Sink, directory: Directory, policies: Policies, *, tick: float = 1.0
    ) -> None:
        self._database = database
        self._sink = sink
        self._directory = directory
        self._policies = policies
        self._tick = tick
        """Seconds between looks at the records; finds what other processes queued and what has come due."""
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._sending: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._looked: float | None = None
        self._overdue = timedelta()
        self._rounds = 0

    async def start(self) -> None:
        """Begins with whatever a former process left; a page committed from now on goes out at once."""
        self._stop_listening = desk.on_change(self._database, lambda _checkin, _escalation: self._wake.set())
        self._looked = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._run(), name="pager")

    async def stop(self) -> None:
        """Ends within the time of one send; what was under way is leased again at the next start."""
        if self._stop_listening is not None:
            self._stop_listening()
        tasks = [task for task in (self._task, *self._sending) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def health(self) -> Health:
        """Asked from outside the worker's own task: it also shows when that task hangs or has ended."""
        if self._looked is None:
            return Health(self._overdue)
        silent = timedelta(seconds=asyncio.get_running_loop().time() - self._looked)
        return Health(max(silent, self._overdue))

    async def deliver_due(self) -> int:
        """One round to its end: what is due climbs, and up to a batch is sent. Returns how many deliveries were tried."""
        tasks, _ = await self._round()
        # Each one runs to its end before a failure to record the first is reported.
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for failure in filter(None, outcomes):
            raise failure
        return len(tasks)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            more = False
            try:
                _, more = await self._round()
                self._looked = asyncio.get_running_loop().time()
            except Exception as error:  # noqa: BLE001 - root of the task: a full disk must not end the paging
                log(_LOGGER, logging.ERROR, "pager_round_failed", error=type(error).__name__)
            if not more:
                # Not `wait_for`: before Python 3.12 it swallows a `stop` that comes with a wake-up, and never ends.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._tick):
                        await self._wake.wait()

    async def _round(self) -> tuple[list[asyncio.Task[None]], bool]:
        """Starts what is due; returns it, and whether more may be due right now."""
        run, free, climbed = self._database.run, _MOST - len(self._sending), 0
        # Nobody else is kept from writing by a look at which nothing is due.
        due, self._overdue, pages = await run(lambda tx: _look(tx, free), alone=False)
        if due is not None:
            climbed = await run(lambda tx: climbing.climb_due(tx, self._policies, self._directory, _MOST))
            pages += await run(lambda tx: _lease(tx, free - len(pages)), alone=False)
        tasks = [asyncio.create_task(self._deliver(page), name="page") for page in pages]
        for task in tasks:
            self._sending.add(task)
            task.add_done_callback(self._delivered)
        self._rounds += 1
        if self._rounds % _BALLAST_ROUNDS == 0:
            await self._database.take_ballast()
        return tasks, climbed == _MOST or (bool(pages) and len(pages) == free < _MOST)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        full = len(self._sending) == _MOST
        self._sending.discard(task)
        if full:
            self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # Not recorded: when the lease is over it is sent again, under the same key.
            log(_LOGGER, logging.ERROR, "page_not_recorded", error=type(error).__name__)

    async def _deliver(self, page: Page) -> None:
        in_turn = await self._take_turn()
        try:
            await self._send(page)
        finally:
            if in_turn:
                self._turn.release()

    async def _take_turn(self) -> bool:
        """One message after the other is sent and recorded: a kill repeats what was taken and not recorded, so one at most.

        Whoever has waited for their turn too long goes beside a far side that is slow.
        """
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                return await self._turn.acquire()
        except TimeoutError:
            return False

    async def _send(self, page: Page) -> None:
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._sink.send(page)
        except Exception as error:  # noqa: BLE001 - root of one delivery: whatever a sink does, the page is tried again
            await self._failed(page, type(error).__name__)
        else:
            await self._database.run(lambda tx: _sent(tx, page))

    async def _failed(self, page: Page, code: str) -> None:
        wait = _RETRY_SECONDS[min(page.attempt, len(_RETRY_SECONDS)) - 1]
        what, where = page.escalation, page.address.id
        log(
            _LOGGER,
            logging.WARNING,
            "page_not_sent",
            escalation=what,
            contact_point=where,
            error=code,
            retry_seconds=wait,
        )
        if await self._database.run(lambda tx: self._retry(tx, page, code, wait)):
            self._wake.set()

    def _retry(self, tx: Transaction, page: Page, code: str, wait: int) -> bool:
        require(_PAGER, Permission.PAGE_DELIVER)
        held = work.failed(tx, page, code, timedelta(seconds=wait))
        if held and page.attempt == len(_RETRY_SECONDS) and page.person != OPERATIONS:
            climbing.alarm(tx, page, self._directory, About.UNDELIVERED)
        return held


def _look(tx: Transaction, limit: int) -> tuple[timedelta | None, timedelta, list[Page]]:
    return *work.overdue(tx), _lease(tx, limit)


def _lease(tx: Transaction, limit: int) -> list[Page]:
    require(_PAGER, Permission.PAGE_DELIVER)
    return work.lease(tx, limit) if limit else []


def _sent(tx: Transaction, page: Page) -> None:
    # False: a nurse answered or the tier was raised while it was on its way; the newer state stands.
    if work.sent(tx, page):
        desk.mark_paged(tx, _PAGER, page)
