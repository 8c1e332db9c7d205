"""One check-in from the patient's Start to the goodbye: an event comes in, a stage is asked, `emit` tells everyone.

Holds no rule and no threshold: what is said is the policy's, what may be said is the gate's, when a turn ends is the
listener's, who is paged is the desk's.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from server.checkin.counsel import Counsel, Opinion
from server.checkin.face import Face
from server.checkin.journal import JournalWriter, Page, Whereabouts
from server.checkin.meaning import Classifier, likenesses, version_of
from server.checkin.purse import Means, Purse
from server.checkin.record_of import UNHEARD_SECONDS, record_of, to_page
from server.checkin.saying import Saying
from server.checkin.silence import SilenceWatch
from server.checkin.stopwatch import Stopwatch
from server.checkin.talking import Talking
from server.checkin.thread import Thread
from server.checkin.view import page_view
from server.conversation.gate import Gate
from server.conversation.state import Decision, Visit
from server.media.peer import PeerCall
from server.media.playout import PlayoutEvent
from server.persona.pack import Pack
from server.record.checkins import EndReason
from server.record.database import Database
from server.record.privacy import log
from server.speech.ledger import Ledger
from server.speech.listener import TurnEnd
from server.speech.session import SpeechKit, SpeechSession
from server.vocabulary import events as e
from server.vocabulary.findings import TriggerHit
from server.vocabulary.ids import CheckInId
from server.vocabulary.speech import Receipt

_logger = logging.getLogger(__name__)

_HELP = (e.EscalationRequested, e.EscalationAcknowledged)
_GOODBYE_SECONDS = 30.0
"""Longest wait for the last words to play before the call ends anyway."""


@dataclass(frozen=True)
class Setting:
    """What one check-in is made of; `app` and the registry fill it in."""

    id: CheckInId
    pack: Pack
    visit: Visit
    whereabouts: Whereabouts
    database: Database
    kit: SpeechKit
    classifier: Classifier | None
    """Says what a turn is like; None where its model could not be had."""
    means: Means | None
    """What it may use of language models; None without one."""
    publish: Callable[[e.Event], None]
    """Tells the consoles that an event was recorded."""


class CheckIn:
    """A running check-in. Implements the `Mind` that speech consults."""

    def __init__(self, setting: Setting, call: PeerCall, past: Sequence[e.Event]) -> None:
        self._setting = setting
        self._call = call
        self._thread = Thread(setting.pack, setting.visit)
        self._resumed = any(isinstance(event, e.CheckInStarted) for event in past)
        if self._resumed:
            self._thread.replay(past)
            # Every utterance had a sentence; the margin is for those whose journal entries died with the server.
            call.playout.number_after(self._thread.sentences + 10)
        self._paged = {event.trigger: event.tier for event in past if isinstance(event, e.EscalationRequested)}
        self._help = next((page_view(event) for event in reversed(past) if isinstance(event, _HELP)), None)
        self._gate = Gate(setting.pack, setting.visit)
        self._ledger = Ledger()
        self._face = Face(call.send)
        self._journal = JournalWriter(setting.database, setting.whereabouts, self._written, self._journal_failed)
        self._counsel = self._made_counsel(past)
        self._speech = SpeechSession(call, setting.kit, self)
        self._silence = SilenceWatch(self._on_silence)
        self._reply = self._saying = Saying()
        self._answered: Literal["yes", "pending", "unheard"] = "yes"
        self._partial: frozenset[str] = frozenset()
        self._stopwatch = Stopwatch()
        self._tasks: set[asyncio.Task[None]] = set()
        self._spoken = asyncio.Event()
        """Set when an utterance has been played to its end, or the goodbye was cut off by words that change nothing."""
        self._greeted = False
        self._ending: EndReason | None = None
        self.ended = asyncio.Event()
        """Set once `CheckInEnded` is recorded."""
        call.playout.listen(self._on_playout)

    async def start(self) -> None:
        """Begin to listen; the first words follow when the patient is connected."""
        await self._speech.start()

    async def emit(self, *events: e.Event, pages: tuple[Page, ...] = ()) -> None:
        """The one door: record, then show the page and the consoles. Returns when the events are durable."""
        self._note(events)
        await self._journal.commit(events, pages)

    def _post(self, *events: e.Event) -> None:
        """`emit` for callers that cannot wait; the order is kept."""
        self._note(events)
        self._journal.post(*events)

    def _note(self, events: Sequence[e.Event]) -> None:
        if self._counsel is not None:
            for event in events:
                self._counsel.note(event)

    def _made_counsel(self, past: Sequence[e.Event]) -> Counsel | None:
        if (means := self._setting.means) is None:
            return None
        purse = Purse(means, self._setting.database, lambda used, rest: self._journal.post(used, settlement=rest))
        counsel = Counsel(means, purse, self._gate, lambda sentence, receipt: self._gated(sentence, receipt))
        counsel.recall(past)
        return counsel

    def _written(self, event: e.Event) -> None:
        view = page_view(event)
        if view is not None:
            self._call.send(view)
        if isinstance(event, _HELP):
            self._help = view
        self._setting.publish(event)
        if isinstance(event, e.CheckInEnded):
            self.ended.set()

    # The patient's connection

    async def connected(self) -> None:
        """The patient can hear and be heard: greet, or take up the thread."""
        if self._ending is not None:
            return
        self._face.again()
        if self._help is not None:
            self._call.send(self._help)  # a reloaded page has lost its card
        if self._greeted:
            await self._speech.hush()
            self._post(e.ConnectionChanged("reconnected"))
            self._say(self._thread.welcome_back())
            return
        self._greeted = True
        pack = self._setting.pack
        learned = version_of(self._setting.classifier)
        started = e.CheckInStarted(pack.id, pack.version, pack.content_hash, self._resumed, learned)
        self._post(started, e.ConnectionChanged("connected"))
        self._say(self._thread.welcome_back() if self._resumed else self._thread.greet())

    def types_only(self) -> None:
        """No sound gets through: the patient reads and types."""
        self._post(e.ConnectionChanged("typing_only"))

    def moved(self) -> None:
        """The same page goes on over a new peer, for example with its camera: nothing was missed, nothing is said."""
        self._face.again()

    def lost(self) -> None:
        """The connection is gone; the call waits for the patient to come back."""
        self._silence.pause()
        if self.ended.is_set():
            return
        self._post(e.ConnectionChanged("lost"))

    # What the patient does on the page

    async def typed(self, text: str) -> None:
        """A typed reply counts like a spoken one."""
        await self._speech.hush()
        decision, talking = await self._take_turn(text, typed=True, continues=False)
        self._say(decision, talking)

    async def nurse_pressed(self) -> None:
        """The patient asks for a person."""
        decision = self._thread.nurse_asked()
        await self._record(decision, (e.NurseAsked(),))
        await self._speech.hush()
        self._say(decision)

    def camera(self, on: bool) -> None:
        """The patient turned the camera on or off."""
        self._post(e.ConsentChanged("camera", on))

    def mute(self, on: bool) -> None:
        """The patient muted or unmuted the microphone."""
        self._call.intake.muted = on

    async def patient_ends(self) -> None:
        """The patient pressed End."""
        await self._speech.hush()
        self._post(*self._thread.ended_by_patient().closed)
        await self._end("patient_ended")

    # Mind: what speech asks

    async def turn_completed(self, text: str) -> None:
        """See `Mind.turn_completed`."""
        try:
            decision, talking = await self._take_turn(text, typed=False, continues=self._answered != "yes")
        except Exception as error:  # noqa: BLE001  the root of a turn: whatever failed, the patient must not be left in silence
            log(_logger, logging.ERROR, "turn_failed", error=type(error).__name__)
            self.failed("turn_failed")
            self._reply = Saying()
            return
        self._reply = Saying(decision.lines, talking)
        self._answered = "pending" if self._reply else "yes"
        self._stopwatch.decided()

    def reply(self) -> AsyncIterator[str]:
        """See `Mind.reply`."""
        self._saying, self._reply = self._reply, Saying()
        return self._saying.sentences()

    def judge(self, sentence: str) -> Receipt:
        """See `Mind.judge`."""
        receipt = self._gate.judge(sentence, self._saying.scripts.get(sentence, ""))
        if not receipt.allowed and self._counsel is not None:
            receipt = self._counsel.passed.get(sentence, receipt)
        self._gated(sentence, receipt)
        return receipt

    def _gated(self, sentence: str, receipt: Receipt) -> None:
        self._thread.sentences += 1
        number = self._thread.sentences
        rests_on = (receipt.script, receipt.reason, receipt.passage, receipt.revision)
        self._post(e.SentenceGated(number, sentence, receipt.allowed, *rests_on))
        if receipt.allowed:
            self._ledger.gated(number, sentence)

    def overheard(self, text: str) -> None:
        """See `Mind.overheard`: an emergency that stands in two partials in a row is paged before the turn ends."""
        self._call.send({"k": "you", "text": text, "final": False})
        hits = self._thread.emergencies(text)
        stable = [hit for hit in hits if hit.trigger in self._partial]
        self._partial = frozenset(hit.trigger for hit in hits)
        pages = self._new_pages(stable, self._thread.turns + 1)
        if pages:
            self._spawn(self.emit(pages=pages))

    def state_changed(self, state: str) -> None:
        """See `Mind.state_changed`."""
        if state in ("patient_speaking", "patient_quiet"):
            self._silence.patient(speaking=state == "patient_speaking")
            return
        self._silence.persona(quiet=state == "listening")
        self._face.show(state)

    def timed(self, end: TurnEnd, first_frame: float) -> None:
        """See `Mind.timed`."""
        self._stopwatch.voiced(end, first_frame)

    def failed(self, code: str) -> None:
        """See `Mind.failed`: say sorry in approved words and tell a person."""
        log(_logger, logging.ERROR, "checkin_failed_safe", checkin=self._setting.id, code=code)
        self._spawn(self._fail_safe(code))

    # Inside

    async def _take_turn(self, text: str, *, typed: bool, continues: bool) -> tuple[Decision, Talking | None]:
        self._answered = "yes"
        self._partial = frozenset()
        thread, opinion = self._thread, Opinion()
        found = await likenesses(self._setting.classifier, thread.whole(text, continues=continues))
        if self._counsel is not None:
            opinion = await self._counsel.consult(thread, thread.look(text, continues=continues, likenesses=found))
        decision = thread.turn(text, continues=continues, advice=opinion.advice, likenesses=found)
        talking = opinion.words_for(decision)
        turn = e.PatientTurn(thread.turns, text, typed, continues, opinion.advice, found)
        await self._record(decision, (turn,))
        return decision, talking

    async def _record(self, decision: Decision, first: tuple[e.Event, ...]) -> None:
        turn = self._thread.turns
        found = record_of(decision, turn)
        pages = self._new_pages(decision.hits, turn)
        self._follow(decision)
        if pages:  # a page is durable before anything is said of it
            await self.emit(*first, *found, pages=pages)
        else:
            self._post(*first, *found)

    def _new_pages(self, hits: Sequence[TriggerHit], turn: int) -> tuple[Page, ...]:
        return tuple(Page(hit, turn) for hit in to_page(hits, self._paged))

    def _follow(self, decision: Decision) -> None:
        self._face.feel(decision.mood)
        self._speech.expect(decision.expects)
        if decision.state.mode == "staying":
            self._ending = None  # a danger named over the goodbye calls it off
        elif decision.ended and self._ending is None:
            self._ending = decision.end_reason or "completed"
            self._spawn(self._end_when_said(self._ending))
        elif decision.ended and not decision.lines:
            self._spoken.set()  # what was said over the goodbye needs no answer

    def _say(self, decision: Decision, talking: Talking | None = None) -> None:
        self._follow(decision)
        self._saying = Saying(decision.lines, talking)
        if self._saying:
            self._speech.say(self._saying.sentences())

    async def _on_silence(self, seconds: float) -> None:
        decision = self._thread.silent(seconds)
        if decision is not None:
            await self._record(decision, (e.PatientSilent(seconds),))
            self._say(decision)

    def _on_playout(self, event: PlayoutEvent) -> None:
        self._face.on_playout(event)
        if event.what == "started" and (timed := self._stopwatch.played(self._thread.turns)):
            self._post(timed)
        if event.what not in ("finished", "cut"):
            return
        utterance, cut = event.utterance, event.what == "cut"
        heard, planned = utterance.heard(), utterance.sentences()
        if self._saying.planned[: len(planned)] == planned:
            planned = self._saying.planned  # what was not even synthesized yet was missed as well
        if self._answered == "pending":
            self._answered = "unheard" if cut and utterance.played < UNHEARD_SECONDS else "yes"
        self._post(e.SpeechHeard(planned, heard, cut, round(utterance.played, 2)), *self._ledger.ended(utterance))
        if cut:
            self._thread.cut_off(planned, heard)
        else:
            self._spoken.set()

    async def _end_when_said(self, reason: EndReason) -> None:
        self._spoken.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._spoken.wait(), _GOODBYE_SECONDS)
        if self._ending is reason:
            await self._end(reason)

    async def _end(self, reason: EndReason) -> None:
        self._ending = reason
        self._silence.pause()
        if not self.ended.is_set():
            await self.emit(e.CheckInEnded(reason))

    async def _fail_safe(self, code: str) -> None:
        decision = self._thread.failed()
        await self._record(decision, (e.FailedSafe(code),))
        self._say(decision)

    def _journal_failed(self) -> None:
        log(_logger, logging.CRITICAL, "records_unavailable", checkin=self._setting.id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log(_logger, logging.ERROR, "checkin_task_failed", error=type(error).__name__)

    async def close(self) -> None:
        """Let go of everything; what happened stays in the journal."""
        self._silence.close()
        await self._speech.close()
        await self._call.close()
        if self._counsel is not None:
            await self._counsel.close()
        self._post(*self._ledger.close())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._journal.close()
