"""The door of the visits: which check-ins run in this process, who sits at each, and how a lost one is taken up again."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from server.checkin.checkin import CheckIn
from server.checkin.guide import Guide, asking
from server.checkin.journal import CONDUCTOR, Whereabouts
from server.checkin.meaning import Classifier
from server.checkin.purse import Means
from server.checkin.remembering import rules_of
from server.checkin.seat import Seat
from server.checkin.senses import Perception
from server.checkin.setting import RoomWork, Setting
from server.checkin.thread import Thread, waits_for_return
from server.checkin.visit import visit_on
from server.conversation.gate import Claims
from server.conversation.state import Visit
from server.knowledge import releases
from server.knowledge.reading_room import ReadingRoom
from server.media.link import IceServer
from server.media.peer import PeerCall
from server.memory import memory
from server.persona.pack import Pack
from server.record import checkins, journal, patients, rooms
from server.record.checkins import CheckInOver, CheckInRow
from server.record.database import Database
from server.record.patients import PatientCard
from server.record.privacy import log
from server.record.transaction import Transaction
from server.record.vault import Unreadable
from server.signaling.door import Send
from server.speech.session import SpeechKit
from server.vocabulary.errors import NotFound, ServiceError
from server.vocabulary.events import (
    CheckInEnded,
    CheckInStarted,
    Consent,
    ConsentChanged,
    Event,
    VoiceTimingLearned,
)
from server.vocabulary.ids import CheckInId
from server.vocabulary.memories import Memory
from server.vocabulary.principals import Patient

_logger = logging.getLogger(__name__)


class AllSeatsTaken(ServiceError):
    """As many check-ins run as this machine can carry well."""

    code = "all_seats_taken"
    status = 503
    retryable = True
    patient_sees = "We are very busy right now. Please keep this page open. We will try again in a moment."


@dataclass(frozen=True)
class House:
    """What all visits share."""

    database: Database
    packs: dict[str, Pack]
    kit: SpeechKit
    servers: Callable[[CheckInId], list[IceServer]]
    classifier: Classifier | None
    """Says what a turn is like; None where its model could not be had."""
    means: Means | None
    """What check-ins may use of language models; None without one."""
    perception: Perception | None
    """Watches voices and faces of patients who allow it; None without one."""
    publish: Callable[[CheckInId, Event], None]
    most: int
    """Check-ins that may run at once."""
    rest: Callable[[], Coroutine[Any, Any, None]]
    """Called when a check-in has been let go."""
    expired: Callable[[Transaction], list[CheckInId]]
    """Check-ins that no link can resume any more."""
    patience: float
    """Seconds a check-in is kept in memory for a patient who dropped off; the journal keeps it for longer."""
    sweep_every: float = 600.0
    """Seconds between looks for check-ins whose link has run out; nothing urgent hangs on it."""
    room_changed: RoomWork = rooms.note
    """See `Setting.room_changed`."""
    library: ReadingRoom | None = None
    """What questions are answered from; None where its model could not be had."""
    claims: Claims | None = None
    """See `Setting.claims`."""


@dataclass
class Running:
    """A check-in in memory, and who sits at it."""

    checkin: CheckIn
    call: PeerCall
    seat: Seat | None = None
    leaving: asyncio.TimerHandle | None = None


class Registry:
    """Implements signaling's `VisitDoor`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._running: dict[CheckInId, Running] = {}
        self._locks: WeakValueDictionary[CheckInId, asyncio.Lock] = WeakValueDictionary()
        self._arriving: set[CheckInId] = set()
        """Check-ins with a place that are not in memory yet."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_ended: Callable[[CheckInId], None] = lambda checkin: None
        """Called once a check-in is over and let go; signaling hangs up."""

    @property
    def count(self) -> int:
        """Check-ins in memory now."""
        return len(self._running)

    def running(self, checkin: CheckInId) -> Running | None:
        """A check-in that is in memory here."""
        return self._running.get(checkin)

    @property
    def may_notice(self) -> bool:
        """Whether voices and faces can be watched at all."""
        return self._house.perception is not None

    async def enter(self, patient: Patient, send: Send) -> Seat:
        """Seat a page at its check-in, taking it up from the journal where it is not in memory."""
        lock = self._locks.setdefault(patient.checkin, asyncio.Lock())
        async with lock:
            running = self._running.get(patient.checkin)
            if running is None:
                running = await self._take_up(patient)
            if running.leaving is not None:
                running.leaving.cancel()
                running.leaving = None
            if running.seat is not None:
                running.seat.leave()
            running.seat = Seat(running.checkin, running.call, lambda: self._left(patient.checkin))
            running.call.use_servers(self._house.servers(patient.checkin))
            running.call.use_socket(send)
            running.call.on_state = running.seat.link_state
            running.call.on_message = running.seat.face_message
            return running.seat

    async def consented(self, patient: Patient, allowed: Mapping[Consent, bool]) -> None:
        """The patient tapped Start: put on record what that allows."""
        events = [ConsentChanged("ai_talk", True), *(ConsentChanged(what, on) for what, on in allowed.items())]

        def work(tx: Transaction) -> None:
            for event in events:
                journal.append(tx, patient, patient.checkin, event, tx.now)

        await self._house.database.run(work)

    async def acknowledged(self, checkin: CheckInId, event: Event) -> None:
        """A nurse answered a page of this check-in; tell its patient if the check-in runs here."""
        running = self._running.get(checkin)
        if running is not None:
            await running.checkin.emit(event)
            return
        await self._house.database.run(lambda tx: journal.append(tx, CONDUCTOR, checkin, event, tx.now))
        self._house.publish(checkin, event)

    async def open(self) -> None:
        """Begin with the truth: nobody is connected yet, and what can never be resumed is over."""
        await self._house.database.run(lambda tx: checkins.forget_connections(tx, CONDUCTOR))
        self._spawn(self.take_up_dangers())
        self._spawn(self._sweep())

    async def take_up_dangers(self) -> None:
        """Whoever was in danger when a former process ended is waited for again, and told of if they do not come back."""
        for row in await self._house.database.run(lambda tx: checkins.find_running(tx, CONDUCTOR)):
            try:
                await self._wait_for(Patient(row.patient, row.id))
            except Exception as error:  # noqa: BLE001  one that cannot be taken up must not keep the others waiting
                log(_logger, logging.ERROR, "danger_not_taken_up", checkin=row.id, error=type(error).__name__)

    async def _wait_for(self, patient: Patient) -> None:
        async with self._locks.setdefault(patient.checkin, asyncio.Lock()):
            if patient.checkin in self._running:
                return
            row, card, past, *_ = await self._house.database.run(lambda tx: _open(tx, patient))
            pack = self._house.packs.get(row.persona)
            visit = visit_of(card, pack, row, handed_over(past) or ()) if pack else None
            if pack is None or visit is None or not waits_for_return(Thread(pack, visit), past):
                return
            running = await self._take_up(patient)
            running.checkin.lost()
            self._left(patient.checkin)

    async def _sweep(self) -> None:
        while True:
            try:
                for checkin in await self._house.database.run(self._house.expired):
                    await self._end_expired(checkin)
            except Exception as error:  # noqa: BLE001  the root of the sweep: what fails now may work in ten minutes
                log(_logger, logging.ERROR, "sweep_failed", error=type(error).__name__)
            await asyncio.sleep(self._house.sweep_every)

    async def _end_expired(self, checkin: CheckInId) -> None:
        try:
            await self._house.database.run(lambda tx: _expire(tx, checkin))
            self._house.publish(checkin, CheckInEnded("expired"))
        except Exception as error:  # noqa: BLE001  one that cannot be ended must not keep the others open
            log(_logger, logging.ERROR, "sweep_failed", checkin=checkin, error=type(error).__name__)

    async def close(self) -> None:
        """Let every check-in go; their pages come back to whoever serves next."""
        for running in self._running.values():
            if running.leaving is not None:
                running.leaving.cancel()
        await asyncio.gather(*(running.checkin.close() for running in self._running.values()), return_exceptions=True)
        self._running.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take_up(self, patient: Patient) -> Running:
        await self._make_room()
        self._arriving.add(patient.checkin)
        try:
            running = await self._begin(patient)
            self._running[patient.checkin] = running
        finally:
            self._arriving.discard(patient.checkin)
        self._spawn(self._until_ended(patient.checkin, running.checkin))
        return running

    async def _begin(self, patient: Patient) -> Running:
        row, card, past, elapsed, usual = await self._house.database.run(lambda tx: _open(tx, patient))
        if row.status == "ended":
            raise CheckInOver("the check-in has ended")
        pack = self._house.packs.get(row.persona)
        if pack is None:
            raise NotFound(f"no persona pack named {row.persona!r} is loaded")
        release = await self._house.database.run(lambda tx: _start(tx, row.id, pack))
        remembered = handed_over(past)
        if remembered is None:
            remembered = await self._recall(card, pack)
        call = PeerCall([])
        visit = visit_of(card, pack, row, remembered)
        checkin = CheckIn(self._setting(row, visit, card, pack, elapsed, release, usual), call, past)
        try:
            await checkin.start()
        except BaseException:  # also when the page gives up half way
            await checkin.close()
            raise
        return Running(checkin, call)

    async def _recall(self, card: PatientCard, pack: Pack) -> tuple[Memory, ...]:
        """What is remembered; nothing where it does not open, because a check-in is worth more than its opening."""
        try:
            return await self._house.database.run(lambda tx: memory.recall(tx, CONDUCTOR, card.id, rules_of(pack)))
        except Unreadable as error:
            log(_logger, logging.ERROR, "memory_unreadable", error=type(error).__name__)
            return ()

    async def _make_room(self) -> None:
        """Whoever is here goes before whoever dropped off: the longest gone is let go, and comes back from the journal.

        Nothing may come between the last look and the arrival's place.
        """
        while len(self._running) + len(self._arriving) >= self._house.most:
            gone = {checkin: running.leaving.when() for checkin, running in self._running.items() if running.leaving}
            if not gone:
                raise AllSeatsTaken("as many check-ins run as NIGHTLIGHT_MAX_CHECKINS allows")
            await self._let_go(min(gone, key=gone.__getitem__))

    def _setting(
        self,
        row: CheckInRow,
        visit: Visit,
        card: PatientCard,
        pack: Pack,
        elapsed: float,
        release: str,
        usual: VoiceTimingLearned | None,
    ) -> Setting:
        within = {
            tier: timedelta(seconds=rule.acknowledge_within.value) for tier, rule in pack.escalation.tiers.items()
        }
        room = self._house.library
        call_back = tuple(timedelta(seconds=one.value) for one in pack.escalation.call_back)
        return Setting(
            id=row.id,
            pack=pack,
            visit=visit,
            whereabouts=Whereabouts(row.id, card.id, card.address, within, call_back),
            database=self._house.database,
            kit=self._house.kit,
            classifier=self._house.classifier,
            guide=Guide(room, release, asking(pack, visit)) if room is not None else None,
            means=self._house.means,
            perception=self._house.perception,
            voice_usual=usual,
            elapsed=elapsed,
            publish=lambda event: self._house.publish(row.id, event),
            room_changed=self._house.room_changed,
            claims=self._house.claims,
        )

    async def _until_ended(self, checkin_id: CheckInId, checkin: CheckIn) -> None:
        await checkin.ended.wait()
        await asyncio.sleep(1.0)  # let the goodbye reach the page before its connection closes
        await self._let_go(checkin_id)
        self.on_ended(checkin_id)

    def _left(self, checkin: CheckInId) -> None:
        running = self._running.get(checkin)
        if running is None or running.leaving is not None:
            return
        running.call.use_socket(None)
        loop = asyncio.get_running_loop()
        running.leaving = loop.call_later(self._house.patience, lambda: self._spawn(self._let_go(checkin)))

    async def _let_go(self, checkin: CheckInId) -> None:
        """Close what nobody sits at any more; under the lock, so that a returning page starts from a whole journal."""
        async with self._locks.setdefault(checkin, asyncio.Lock()):
            running = self._running.get(checkin)
            if running is None or (running.leaving is None and not running.checkin.ended.is_set()):
                return
            try:
                await running.checkin.returning.hurry()
                await running.checkin.close()
            finally:
                del self._running[checkin]
        self._spawn(self._house.rest())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log(_logger, logging.ERROR, "registry_task_failed", error=type(error).__name__)


def _open(
    tx: Transaction, patient: Patient
) -> tuple[CheckInRow, PatientCard, list[Event], float, VoiceTimingLearned | None]:
    row = checkins.get(tx, CONDUCTOR, patient.checkin)
    card = patients.get(tx, CONDUCTOR, row.patient)
    elapsed = (tx.now - (row.started_at or tx.now)).total_seconds()
    learned = journal.newest(tx, CONDUCTOR, row.patient, VoiceTimingLearned.kind)
    usual = learned if isinstance(learned, VoiceTimingLearned) else None
    return row, card, [entry.event for entry in journal.read(tx, CONDUCTOR, row.id)], elapsed, usual


def _start(tx: Transaction, checkin: CheckInId, pack: Pack) -> str:
    """Mark it running; the release of the library it is told from until its end."""
    return checkins.start(tx, CONDUCTOR, checkin, pack.version, pack.content_hash, releases.current(tx) or "")


def _expire(tx: Transaction, checkin: CheckInId) -> None:
    event = CheckInEnded("expired")
    journal.append(tx, CONDUCTOR, checkin, event, tx.now)
    checkins.end(tx, CONDUCTOR, checkin, event.reason)


def handed_over(past: Sequence[Event]) -> tuple[Memory, ...] | None:
    """What was remembered when this check-in began; None where it has not begun."""
    return next((event.remembered for event in past if isinstance(event, CheckInStarted)), None)


def visit_of(card: PatientCard, pack: Pack, row: CheckInRow, remembered: tuple[Memory, ...]) -> Visit:
    """The facts of a check-in that the conversation may use; fixed at its start, so that a replay sees the same."""
    began = row.started_at or row.created_at
    return visit_on(card, pack, began.date(), remembered)
