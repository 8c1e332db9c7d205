"""The writing half of the one door: events become durable in order, several to a commit, pages with their escalation."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from server.escalation import desk
from server.record import checkins, journal, spending
from server.record.database import Database
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.events import CheckInEnded, ConnectionChanged, EscalationRequested, Event
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Service
from server.vocabulary.spending import Spend

_logger = logging.getLogger(__name__)

CONDUCTOR = Service("conductor")
_MOST_WAITING = 1000
"""Entries that may wait for the disk; beyond that the records are failing and the check-in fails safe."""


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


@dataclass(frozen=True)
class Step:
    """Things that become true together."""

    events: tuple[Event, ...] = ()
    pages: tuple[Page, ...] = ()
    settlement: Settlement | None = None
    done: "asyncio.Future[None] | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class Whereabouts:
    """What every page of this check-in tells the nurse."""

    checkin: CheckInId
    patient: PatientId
    address: str
    answer_within: Mapping[Tier, timedelta]


class JournalWriter:
    """Writes one check-in's steps in order on a task of its own and hands each written event on."""

    def __init__(
        self,
        database: Database,
        whereabouts: Whereabouts,
        written: Callable[[Event], None],
        failed: Callable[[], None],
    ) -> None:
        self._database = database
        self._whereabouts = whereabouts
        self._written = written
        self._failed = failed
        self._steps: asyncio.Queue[Step | None] = asyncio.Queue(_MOST_WAITING)
        self._task = asyncio.create_task(self._run(), name="journal-writer")

    def post(self, *events: Event, settlement: Settlement | None = None) -> None:
        """Write events soon, in order."""
        self._put(Step(events, settlement=settlement))

    async def commit(self, events: tuple[Event, ...], pages: tuple[Page, ...] = ()) -> None:
        """Write events and pages and return when they are durable."""
        done = asyncio.get_running_loop().create_future()
        self._put(Step(events, pages, done=done))
        await done

    async def close(self) -> None:
        """Write what is waiting, then stop."""
        await self._steps.put(None)
        await self._task

    def _put(self, step: Step) -> None:
        try:
            self._steps.put_nowait(step)
        except asyncio.QueueFull:
            log(_logger, logging.ERROR, "journal_full", checkin=self._whereabouts.checkin)
            self._failed()

    async def _run(self) -> None:
        while (step := await self._steps.get()) is not None:
            batch, last = [step], False
            while not self._steps.empty() and not last:
                following = self._steps.get_nowait()
                last = following is None
                batch += [] if following is None else [following]
            await self._write(batch)
            if last:
                return

    async def _write(self, batch: list[Step]) -> None:
        try:
            events = await self._database.run(lambda tx: [event for step in batch for event in self._record(tx, step)])
        except Exception as error:  # noqa: BLE001  the records failed: every waiting caller must learn of it
            log(_logger, logging.ERROR, "journal_failed", error=type(error).__name__)
            for step in batch:
                if step.done is not None and not step.done.done():
                    step.done.set_exception(error)
            self._failed()
            return
        for event in events:
            self._written(event)
        for step in batch:
            if step.done is not None and not step.done.done():
                step.done.set_result(None)

    def _record(self, tx: Transaction, step: Step) -> list[Event]:
        events = [*step.events, *(self._request(tx, page) for page in step.pages)]
        for event in events:
            journal.append(tx, CONDUCTOR, self._whereabouts.checkin, event, tx.now)
            if isinstance(event, CheckInEnded):
                checkins.end(tx, CONDUCTOR, self._whereabouts.checkin, event.reason)
            elif isinstance(event, ConnectionChanged):
                checkins.set_connected(
                    tx, CONDUCTOR, self._whereabouts.checkin, event.state not in ("lost", "unreachable")
                )
        if step.settlement is not None:
            spending.settle(tx, step.settlement.day, step.settlement.change)
        return events

    def _request(self, tx: Transaction, page: Page) -> Event:
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
        return EscalationRequested(escalation, hit.tier, hit.trigger, hit.version, hit.quote, page.turn)
