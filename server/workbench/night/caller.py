"""One patient's check-in through the night: the thread of a call, written to the records as a call's journal is.

What is said comes from a rehearsal (`workbench.rehearsal`); a moment is written when it has happened. A moment that was not
written when the server died, or when a nurse took the floor, has not happened.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.checkin.journal import CONDUCTOR, Also, JournalWriter, Page, Whereabouts
from server.checkin.setting import RoomWork
from server.invitation import store
from server.record import checkins, patients
from server.record.database import Database
from server.record.patients import PatientFacts
from server.record.transaction import Transaction
from server.vocabulary import events as e
from server.vocabulary.findings import TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Principal, Service, Staff
from server.workbench.lines import Act, PressesEnd, Says, Waits, parse
from server.workbench.night.draw import Call
from server.workbench.night.plan import PatientPlan
from server.workbench.rehearsal import Judge, Moment, Rehearsal

_COMMAND = Service("command")
_LINK_LIFETIME = timedelta(hours=24)
_MARKED = (e.EscalationRequested, e.ConnectionChanged)
"""What is written at its own moment, to the hundredth; the talk around it goes on record in one piece."""


@dataclass(frozen=True)
class Guest:
    """Who it is in the records."""

    patient: PatientId
    checkin: CheckInId


class Caller:
    """A check-in from its link to its end."""

    def __init__(self, call: Call, plan: PatientPlan, judge: Judge | None, room_changed: RoomWork) -> None:
        self.call = call
        self._plan = plan
        self._room_changed = room_changed
        self._rehearsal = Rehearsal(call.pack, call.case.chart.visit(call.pack), judge)
        self._acts: list[Act] = list(parse(call.case.turns, call.case.id, call.pack.cues))
        self._written = 0
        self._waited = 0.0
        self._answered = 0
        self._speaks = True
        """In turn with waiting, while nothing is asked."""
        self._floor: Staff | None = None
        self.course = 0
        """Another one for every turn that its talk took from outside."""
        self._writer: JournalWriter | None = None
        self.over = False
        """Ended, and on record as ended."""

    async def invite(self, database: Database, facts: PatientFacts) -> None:
        """The patient and the link."""

        def work(tx: Transaction) -> Guest:
            patient = patients.add(tx, _COMMAND, facts)
            return Guest(patient, store.create(tx, _COMMAND, patient, self.call.pack.id, _LINK_LIFETIME).checkin)

        self.guest = await database.run(work)

    async def begin(self, database: Database) -> None:
        """The patient tapped Start."""
        pack, guest = self.call.pack, self.guest
        await database.run(lambda tx: checkins.start(tx, CONDUCTOR, guest.checkin, pack.version, pack.content_hash))
        self._take_pen(database)
        self._rehearsal.begin()

    def _take_pen(self, database: Database) -> None:
        within = {
            tier: timedelta(seconds=one.acknowledge_within.value)
            for tier, one in self.call.pack.escalation.tiers.items()
        }
        call_back = tuple(timedelta(seconds=one.value) for one in self.call.pack.escalation.call_back)
        there = Whereabouts(self.guest.checkin, self.guest.patient, "", within, call_back)
        self._writer = JournalWriter(database, there, self._was_written, _records_down)

    def _was_written(self, event: e.Event) -> None:
        self.over = self.over or isinstance(event, e.CheckInEnded)

    @property
    def next(self) -> datetime | None:
        """When the next thing of it has happened; None while a nurse has the floor, and once it is over."""
        if self.over or self._floor is not None:
            return None
        if not self._unwritten():
            self._go_on()
        group = self._group()
        return self.call.at + timedelta(seconds=group[-1].at) if group else None

    async def happen(self) -> None:
        """Writes what has happened by now, in one step: up to the next page, which stands for itself."""
        await self._write(self._group())

    async def nurse_comes(self, staff: Staff, now: datetime) -> bool:
        """She takes the floor; False where there is nobody to talk to."""
        if self.over or not self._connected():
            return False
        self._rewind(now)
        self._floor = staff
        change = e.RoomChanged(staff.id, staff.name, "talking")
        self._rehearsal.room(change)
        self._rehearsal.hear_out()
        await self._write(self._unwritten(), self._on_record(staff, change))
        return True

    async def nurse_ends(self) -> None:
        """She says goodbye for both."""
        if self.over or self._floor is None:
            return
        self._rehearsal.nurse_ends()
        await self._write(self._unwritten())

    async def tell(self, event: e.EscalationAcknowledged) -> None:
        """Of who is coming."""
        if not self.over and self._writer is not None:
            await self._writer.post(event)

    @property
    def begun(self) -> bool:
        """It runs, or has run."""
        return self._writer is not None

    async def put_down(self) -> None:
        """The process ends; everything that was handed over is written already."""
        if self._writer is not None:
            await self._writer.close()

    async def take_up(self, database: Database, now: datetime) -> None:
        """Another process goes on with it, for the patient whose page has come back."""
        if self.over:
            return
        self._take_pen(database)
        self._rewind(now)
        if (gone := self._floor) is not None:
            self._floor = None
            change = e.RoomChanged(gone.id, gone.name, "lost")
            self._rehearsal.room(change)
            await self._write(self._unwritten(), self._on_record(CONDUCTOR, change))
        self._rehearsal.come_back()

    def _on_record(self, by: Principal, change: e.RoomChanged) -> Also:
        guest = self.guest
        return lambda tx: self._room_changed(tx, by, guest.checkin, guest.patient, change)

    def _rewind(self, now: datetime) -> None:
        lost = [moment.event for moment in self._unwritten()]
        self.course += 1
        self._acts[:0] = [Says(event.text) for event in lost if isinstance(event, e.PatientTurn)][:1]
        self._rehearsal.rewind(self._written, (now - self.call.at).total_seconds())

    def _connected(self) -> bool:
        states = [one.event.state for one in self._past() if isinstance(one.event, e.ConnectionChanged)]
        return bool(states) and states[-1] not in ("lost", "unreachable")

    def _go_on(self) -> None:
        """The next thing that the patient does."""
        rehearsal, plan = self._rehearsal, self._plan
        if rehearsal.ended:
            return
        if self._acts:
            rehearsal.play(self._acts.pop(0))
        elif rehearsal.thread.state.queue:
            rehearsal.play(Says(plan.answers.get(rehearsal.asked, "No.")))
        elif rehearsal.thread.state.mode != "routine" and self._waited < plan.waits_for.value * 60:
            self._wait()
        elif rehearsal.asked and self._answered < plan.answers_most.value:
            self._answered += 1
            rehearsal.play(Says(plan.answers.get(rehearsal.asked, "No.")))
        else:
            rehearsal.play(PressesEnd())
        if not self._unwritten() and not rehearsal.ended:
            rehearsal.hear_out()

    def _wait(self) -> None:
        self._speaks = not self._speaks
        self._waited += self._plan.still_here_every.value
        wait = Waits(self._plan.still_here_every.value)
        self._rehearsal.play(Says(self._plan.still_here) if self._speaks else wait)

    def _past(self) -> list[Moment]:
        return self._rehearsal.moments[: self._written]

    def _unwritten(self) -> list[Moment]:
        return self._rehearsal.moments[self._written :]

    def _group(self) -> list[Moment]:
        waiting = self._unwritten()
        marked = [moment.at for moment in waiting if isinstance(moment.event, _MARKED)]
        if not marked:
            return waiting
        before = [moment for moment in waiting if moment.at < marked[0]]
        return before or [moment for moment in waiting if moment.at == marked[0]]

    async def _write(self, moments: list[Moment], also: Also | None = None) -> None:
        events = [moment.event for moment in moments]
        pages = tuple(_page(event) for event in events if isinstance(event, e.EscalationRequested))
        told = tuple(event for event in events if not isinstance(event, e.EscalationRequested))
        if self._writer is None:
            raise RuntimeError("begin it first")
        # However long it takes on this machine: the night's time stands still meanwhile.
        await self._writer.post(*told, pages=pages, also=also)
        self._written += len(moments)


def _page(event: e.EscalationRequested) -> Page:
    return Page(TriggerHit(event.trigger, event.version, event.tier, event.quote), event.turn)


def _records_down() -> None:
    raise RuntimeError("the night's records are gone")
