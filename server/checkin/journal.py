"""The writing half of the one door: events become durable in order, several to a commit, pages with their escalation.

Nothing that was handed over is lost to a failure that passes: it waits at the head of the line and is tried again.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import InterfaceError, OperationalError

from server.escalation import callbacks, desk, in_room
from server.knowledge import questions
from server.record import checkins, journal, spending
from server.record.database import Database
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.events import (
    CheckInEnded,
    ConnectionChanged,
    EscalationAcknowledged,
    EscalationRequested,
    Event,
    QuestionAnswered,
    QuestionUnanswered,
)
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Service, Staff
from server.vocabulary.spending import Spend

_logger = logging.getLogger(__name__)

CONDUCTOR = Service("conductor")
_MOST_WAITING = 1000
"""Steps that may wait for the disk; what comes after is refused, since the oldest are what the rest is built on."""
_MOST_AT_ONCE = 100
_TRIES = 3
"""Tries after which the records count as down, or, if they are not, the step as one that cannot be written."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds between tries; each pause is four times the one before."""
_PATIENCE = 2.0
"""Seconds that a turn waits for its page; a commit takes about 2 ms."""
_DOWN = (OperationalError, InterfaceError, OSError)
"""What a disk or a database server that is away raises; anything else is about the step itself."""


class RecordsUnavailable(ServiceError):
    """What must be durable is not, so nobody may be told that it is."""

    code = "records_unavailable"
    status = 503
    retryable = True


@dataclass(frozen=True)
class Page:
    """A nurse is wanted."""

    hit: TriggerHit
    turn: int


@dataclass(frozen=True)
class Settlement:
    """What a request to a language model took beyond its reservation."""

    day: str
    change: Spend


Also = Callable[[Transaction], None]
"""More that becomes true in the same transaction, or nothing of it does."""


@dataclass(frozen=True)
class Step:
    """Things that become true together."""

    written: "asyncio.Future[None]" = field(compare=False)
    """Done when they are durable; fails when they never will be."""
    events: tuple[Event, ...] = ()
    pages: tuple[Page, ...] = ()
    settlement: Settlement | None = None
    also: Also | None = None
    nurse: Staff | None = None
    """To whom the words were said that these pages are for."""


@dataclass(frozen=True)
class Whereabouts:
    """What every page of this check-in tells the nurse."""

    checkin: CheckInId
    patient: PatientId
    address: str
    answer_within: Mapping[Tier, timedelta]
    call_back: tuple[timedelta, ...] = ()
    """After which times a patient is called back who was lost in danger and stayed away."""


class JournalWriter:
    """Writes one check-in's steps in order on a task of its own and hands each written event on."""

    def __init__(
        self,
        database: Database,
        whereabouts: Whereabouts,
        written: Callable[[Event], None],
        failed: Callable[[], None],
    ) -> None:
        """`failed`: called once whenever the records turn out to be down, or the writer itself ends."""
        self._database = database
        self._whereabouts = whereabouts
        self._written = written
        self._failed = failed
        self.with_nurse: Callable[[], Staff | None] = lambda: None
        """Who of the staff has the floor."""
        self._steps: deque[Step] = deque()
        self._handed = asyncio.Event()
        self._closed = False
        self._failures = 0
        self._task = asyncio.create_task(self._run(), name="journal-writer")
        self._task.add_done_callback(self._ended)

    def post(
        self,
        *events: Event,
        pages: tuple[Page, ...] = (),
        settlement: Settlement | None = None,
        also: Also | None = None,
    ) -> "asyncio.Future[None]":
        """Write soon, in order; what is returned need not be waited for."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        written.add_done_callback(lambda done: done.cancelled() or done.exception())  # who waits, hears of it
        if self._closed or len(self._steps) >= _MOST_WAITING:
            written.set_exception(RecordsUnavailable("the journal is closed or full"))
            log(_logger, logging.ERROR, "journal_refused", checkin=self._whereabouts.checkin)
        else:
            self._steps.append(Step(written, events, pages, settlement, also, self.with_nurse() if pages else None))
            self._handed.set()
        return written

    async def durable(self, *steps: "asyncio.Future[None]") -> None:
        """Wait until steps are durable. Raises RecordsUnavailable where that takes too long or will never be; what only
        takes long is written all the same."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(*(asyncio.shield(step) for step in steps))
        except TimeoutError:
            raise RecordsUnavailable("the records do not answer") from None

    async def close(self) -> None:
        """Write what is waiting, then stop; gives up after a few tries."""
        self._closed = True
        self._failures = 0
        self._handed.set()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._closed or self._steps:
            await self._handed.wait()
            self._handed.clear()
            while self._steps:
                await self._write_some()
            if self._closed:
                return

    async def _write_some(self) -> None:
        # After a failure one step at a time: one that cannot be written must not hold up those around it.
        batch = [step for step, _ in zip(self._steps, range(1 if self._failures else _MOST_AT_ONCE), strict=False)]
        try:
            events = await self._database.run(lambda tx: [event for step in batch for event in self._record(tx, step)])
        except Exception as error:  # noqa: BLE001  the root of the writer: it must outlive whatever befalls one write
            self._failures += 1
            log(_logger, logging.ERROR, "journal_failed", error=type(error).__name__, attempt=self._failures)
            await self._try_again(down=isinstance(error, _DOWN))
            return
        self._failures = 0
        for event in events:
            self._hand_on(event)
        for step in batch:
            self._steps.popleft()
            _done(step)

    async def _try_again(self, *, down: bool) -> None:
        if self._failures >= _TRIES and (self._closed or not down):
            self._failures = 0
            self._lose(len(self._steps) if down else 1)
            return
        if self._failures == _TRIES:
            self._failed()
        pause = min(_FIRST_PAUSE * 4 ** (self._failures - 1), _LONGEST_PAUSE)
        if self._failures < _TRIES:
            await asyncio.sleep(pause)
            return
        self._handed.clear()
        with contextlib.suppress(TimeoutError):  # whoever brings something new is worth another try
            async with asyncio.timeout(pause):
                await self._handed.wait()

    def _lose(self, steps: int) -> None:
        for _ in range(steps):
            _done(self._steps.popleft(), RecordsUnavailable("this step could not be written"))
        log(_logger, logging.CRITICAL, "journal_steps_lost", checkin=self._whereabouts.checkin, count=steps)

    def _hand_on(self, event: Event) -> None:
        try:
            self._written(event)
        except Exception as error:  # noqa: BLE001  it is durable: a page that cannot be shown it must not undo that
            log(_logger, logging.ERROR, "journal_not_shown", error=type(error).__name__)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Nothing is written any more: whoever waits must learn of it."""
        early, self._closed = not self._closed, True
        if self._steps:
            self._lose(len(self._steps))
        if early:
            log(_logger, logging.CRITICAL, "journal_writer_ended", checkin=self._whereabouts.checkin)
            self._failed()

    def _record(self, tx: Transaction, step: Step) -> list[Event]:
        asked = [event for page in step.pages for event in self._request(tx, page, step.nurse)]
        events = [*step.events, *asked]
        for event in events:
            journal.append(tx, CONDUCTOR, self._whereabouts.checkin, event, tx.now)
            if isinstance(event, CheckInEnded):
                checkins.end(tx, CONDUCTOR, self._whereabouts.checkin, event.reason)
            elif isinstance(event, ConnectionChanged):
                self._moved(tx, event)
            elif isinstance(event, QuestionAnswered | QuestionUnanswered):
                there, answered = self._whereabouts, isinstance(event, QuestionAnswered)
                questions.note(tx, CONDUCTOR, there.checkin, there.patient, event.turn, event.text, answered=answered)
        if step.also is not None:
            step.also(tx)
        if step.settlement is not None:
            spending.settle(tx, step.settlement.day, step.settlement.change)
        return events

    def _moved(self, tx: Transaction, event: ConnectionChanged) -> None:
        there = self._whereabouts
        here = event.state not in ("lost", "unreachable")
        checkins.set_connected(tx, CONDUCTOR, there.checkin, here)
        if event.state == "unreachable":
            callbacks.plan(tx, CONDUCTOR, there.checkin, there.patient, there.call_back)
        elif here:
            callbacks.came_back(tx, CONDUCTOR, there.checkin)

    def _request(self, tx: Transaction, page: Page, nurse: Staff | None) -> Iterator[Event]:
        there = self._whereabouts
        escalation = desk.request(
            tx,
            CONDUCTOR,
            checkin=there.checkin,
            patient=there.patient,
            hit=page.hit,
            turn=page.turn,
            where=there.address,
            within=there.answer_within[page.hit.tier],
        )
        hit = page.hit
        yield EscalationRequested(escalation, hit.tier, hit.trigger, hit.version, hit.quote, page.turn)
        if nurse is not None and in_room.meet(tx, nurse, escalation):
            yield EscalationAcknowledged(escalation, hit.tier, nurse.id, nurse.name)


def _done(step: Step, error: RecordsUnavailable | None = None) -> None:
    if step.written.done():
        return
    if error is None:
        step.written.set_result(None)
    else:
        step.written.set_exception(error)
