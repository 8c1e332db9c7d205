"""One check-in from the patient's Start to the goodbye: an event comes in, a stage is asked, `emit` tells everyone.

Holds no rule and no threshold: what is said is the policy's, what may be said is the gate's, when a turn ends is the
listener's, who is paged is the desk's.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from server.checkin.counsel import counsel_on
from server.checkin.cues import Cues, Deeds
from server.checkin.entries import entries_of
from server.checkin.face import Face
from server.checkin.goodbye import Goodbye
from server.checkin.journal import Also, JournalWriter, Page, RecordsUnavailable
from server.checkin.judging import Judging
from server.checkin.mouth import Mouth
from server.checkin.overhearing import Overhearing
from server.checkin.pages import Pages
from server.checkin.returning import ReturnWatch
from server.checkin.room import Room
from server.checkin.saying import Saying
from server.checkin.setting import Setting
from server.checkin.shown import Shown
from server.checkin.silence import SilenceWatch
from server.checkin.stopwatch import Stopwatch
from server.checkin.talking import Talking
from server.checkin.thread import Thread
from server.checkin.turn import judge
from server.checkin.worker import Worker
from server.conversation.interruption import unheard
from server.conversation.state import Decision
from server.media.peer import PeerCall
from server.media.playout import PlayoutEvent
from server.record.checkins import EndReason
from server.record.privacy import log
from server.speech.ledger import Ledger
from server.speech.listener import TurnEnd
from server.speech.session import SpeechSession
from server.vocabulary import events as e
from server.vocabulary.speech import Receipt

_logger = logging.getLogger(__name__)


class CheckIn:
    """A running check-in. Implements the `Mind` that speech consults.

    What moves the conversation goes through its worker, one after the other; the methods that hand something over return
    at once, with a future that is done when it is.
    """

    def __init__(self, setting: Setting, call: PeerCall, past: Sequence[e.Event]) -> None:
        self._setting = setting
        self._call = call
        self._thread = Thread(setting.pack, setting.visit)
        self._resumed = any(isinstance(event, e.CheckInStarted) for event in past)
        if self._resumed:
            self._thread.replay(past)
            # Every utterance had a sentence; the margin is for those whose journal entries died with the server.
            call.playout.number_after(self._thread.sentences + 10)
        self._pages = Pages(past)
        self._shown = Shown(call.send, past)
        self.room = Room(self, setting, self._thread, call)
        self._ledger = Ledger()
        self._mouth = Mouth()
        self._judging = Judging(self._thread, self._mouth, self._ledger, self._post, setting.guide, setting.claims)
        self._face = Face(call.send)
        self._counsel = counsel_on(
            setting, self._judging, past, lambda used, rest: self._journal.post(used, settlement=rest)
        )
        self._journal = JournalWriter(setting.database, setting.whereabouts, self._written, self._journal_failed)
        self._journal.with_nurse = lambda: self.room.nurse
        self._worker = Worker(self._step_failed)
        self._silence = SilenceWatch(self._on_silence)
        deeds = Deeds(self._post, self.tell, lambda: self._speech, lambda: self._silence.seconds)
        self.cues = Cues(setting, call.sight, past, self._thread, self._worker, deeds)
        self._speech = SpeechSession(call, setting.kit, self, self.cues.noticing)
        # Behind the words that were said over it, which may call it off or need an answer.
        self._goodbye = Goodbye(lambda: self._worker.do("goodbye", self._end_if_heard))
        self._taken = False
        """The turn under way has its number."""
        self._overhearing = Overhearing(setting.pack, self._pages, self._next_turn, self._post, self._speech.silence)
        self._stopwatch = Stopwatch()
        self._greeted = False
        self.returning = ReturnWatch(lambda: self._worker.do("unreachable", self._look_for))
        self.ended = asyncio.Event()
        """Set once `CheckInEnded` is recorded."""
        call.playout.listen(self._on_playout)

    async def start(self) -> None:
        """Begin to listen; the first words follow when the patient is connected."""
        await self._speech.start()
        if (gone := self._shown.nurse) is not None:  # the server went down with her in the room
            lost = replace(gone, state="lost")
            self._post(lost, also=self._setting.audited(lost, None))
            self._missed(tuple(line.text for line in self._thread.room(lost).lines))

    async def emit(self, *events: e.Event, also: Also | None = None) -> None:
        """The one door: record, then show the page and the consoles. Returns when the events are durable."""
        await self._journal.durable(self._post(*events, also=also))

    def do(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Future[None]:
        """See `Worker.do`."""
        return self._worker.do(name, work)

    def _post(self, *events: e.Event, pages: tuple[Page, ...] = (), also: Also | None = None) -> asyncio.Future[None]:
        """`emit` for callers that cannot wait; the order is kept."""
        if self._counsel is not None:
            for event in events:
                self._counsel.note(event)
        written = self._journal.post(*events, pages=pages, also=also)
        self._pages.sent(pages, written)
        return written

    def _written(self, event: e.Event) -> None:
        self._pages.note(event)
        if isinstance(event, e.CheckInEnded):
            self.ended.set()
        self._shown.event(event)
        self.room.note(event)
        self._setting.publish(event)

    # The patient's connection

    def connected(self) -> asyncio.Future[None]:
        """The patient can hear and be heard: greet, or take up the thread."""
        return self._worker.do("connected", self._greet)

    def types_only(self) -> asyncio.Future[None]:
        """No sound gets through: the patient reads and types."""
        return self._worker.do("types_only", lambda: self._note(e.ConnectionChanged("typing_only")))

    def moved(self) -> None:
        """The same page goes on over a new peer, for example with its camera: nothing was missed, nothing is said."""
        self.returning.stop()
        self._silence.resume()
        self._face.again()

    def lost(self) -> asyncio.Future[None]:
        """The connection is gone; the call waits for the patient to come back."""
        self._silence.pause()
        return self._worker.do("lost", self._lost)

    # What the patient does on the page

    def typed(self, text: str) -> asyncio.Future[None]:
        """A typed reply counts like a spoken one."""
        return self._worker.do("turn", lambda: self._take(text, typed=True))

    def nurse_pressed(self) -> asyncio.Future[None]:
        """The patient asks for a person."""
        return self._worker.do("nurse", self._call_nurse)

    def patient_ends(self) -> asyncio.Future[None]:
        """The patient pressed End."""
        return self._worker.do("end", lambda: self.end_at_once("patient_ended", self._thread.ended_by_patient))

    def camera(self, on: bool) -> None:
        """The patient turned the camera on or off."""
        self._post(e.ConsentChanged("camera", on))

    def mute(self, on: bool) -> None:
        """The patient muted or unmuted the microphone."""
        self._call.intake.muted = on

    # Mind: what speech asks

    async def turn_completed(self, text: str) -> None:
        """See `Mind.turn_completed`."""
        self._overhearing.clear()
        await asyncio.wait({self._worker.do("turn", lambda: self._take(text, typed=False))})

    def reply(self) -> AsyncIterator[str]:
        """See `Mind.reply`."""
        return self._mouth.fetch()

    def judge(self, sentence: str) -> Receipt:
        """See `Mind.judge`."""
        return self._judging.judge(sentence)

    def overheard(self, text: str) -> None:
        """See `Mind.overheard`: an emergency that stands is paged before the turn ends."""
        self._call.send({"k": "you", "text": text, "final": False})
        self._overhearing.heard(self._thread.emergencies(text))

    def _next_turn(self) -> int:
        """The number of the turn that is being spoken, behind those that are still to be judged."""
        return self._thread.turns + self._worker.waiting("turn") - self._taken + 1

    def state_changed(self, state: str) -> None:
        """See `Mind.state_changed`."""
        if state in ("patient_speaking", "patient_quiet"):
            self._silence.patient(speaking=state == "patient_speaking")
            self._goodbye.patient(speaking=state == "patient_speaking")
            return
        self._silence.persona(quiet=state == "listening")
        self._face.show(state)

    def timed(self, end: TurnEnd, first_frame: float) -> None:
        """See `Mind.timed`."""
        self._stopwatch.voiced(end, first_frame)

    def failed(self, code: str) -> None:
        """See `Mind.failed`: say sorry in approved words and tell a person."""
        log(_logger, logging.ERROR, "checkin_failed_safe", checkin=self._setting.id, code=code)
        self._worker.do("fail_safe", lambda: self._fail_safe(code))

    # The worker's steps

    async def _greet(self) -> None:
        self.returning.stop()
        if self._goodbye.reason is not None:
            return
        self._silence.resume()
        self._face.again()
        self._shown.again()
        if self._greeted:
            await self.hush()
            await self.tell(self._thread.welcome_back(), e.ConnectionChanged("reconnected"))
        else:
            self._greeted = True
            started = self._setting.started(resumed=self._resumed)
            decision = self._thread.welcome_back() if self._resumed else self._thread.greet()
            await self.tell(decision, started, e.ConnectionChanged("connected"))

    async def _lost(self) -> None:
        await self._note(e.ConnectionChanged("lost"))
        if not self.ended.is_set():
            self.returning.start(self._thread.unreachable_after())

    async def _look_for(self) -> None:
        """Lost after a danger sign, and not back in time: a nurse is told."""
        if not self.ended.is_set():
            await self._record(self._thread.unreachable(), e.ConnectionChanged("unreachable"))

    async def _note(self, event: e.Event) -> None:
        if not self.ended.is_set():
            self._post(event)

    async def _take(self, text: str, *, typed: bool) -> None:
        """One turn, from its words to its reply."""
        self._silence.judging(True)
        try:
            await self.hush()
            continues = self._mouth.went_unheard() and not typed
            if not typed:
                await self.cues.of_turn()
            heard = {"typed": typed, "continues": continues}
            judged = await judge(self._thread, self._setting, self._counsel, text, **heard)
            self._taken = True
            await self._record(judged.decision, judged.turn, talking=judged.talking)
        finally:
            self._silence.judging(False)
            self._taken = False
        if typed or self._speech.voiceless:
            self._say(judged.decision, judged.talking)
            return
        self._mouth.ready(Saying(judged.decision.lines, judged.talking))
        self._stopwatch.decided()

    async def _call_nurse(self) -> None:
        await self.hush()
        await self.tell(self._thread.nurse_asked(), e.NurseAsked())

    def _on_silence(self) -> None:
        seconds = self._silence.seconds
        if seconds is not None and self._worker.idle and self._thread.silence_due(seconds):
            self._worker.do("silence", lambda: self._silent(seconds))

    async def _silent(self, seconds: float) -> None:
        decision = self._thread.silent(seconds)
        if decision is not None:
            await self.tell(decision, e.PatientSilent(seconds))

    async def _fail_safe(self, code: str) -> None:
        await self.tell(self._thread.failed(), e.FailedSafe(code))

    def _step_failed(self, name: str, error: Exception) -> None:
        log(_logger, logging.ERROR, "checkin_step_failed", what=name, error=type(error).__name__)
        if isinstance(error, RecordsUnavailable):
            self._say(self._thread.no_nurse())  # no page can be promised
        elif name == "silence" and self._silence.count(error) > 1:
            return  # it is tried again at the next look; one apology is enough
        elif name != "fail_safe":
            self.failed(f"{name}_failed")

    # What comes of a decision

    async def tell(self, decision: Decision, *first: e.Event, over_patient: bool = True) -> None:
        """Record a decision and say its lines; unless `over_patient`, with the next reply where the patient is speaking."""
        await self._record(decision, *first)
        if over_patient or not self._silence.patient_speaks:
            self._say(decision)
        else:
            self._missed(tuple(line.text for line in decision.lines))

    async def _record(self, decision: Decision, *first: e.Event, talking: Talking | None = None) -> None:
        """Put a decision on record and act on it. Returns when what it tells the patient of is durable."""
        turn = self._thread.turns
        self._follow(decision)
        self._post(*first, *entries_of(decision, turn), pages=self._pages.due(decision.hits, turn))
        try:
            await self._pages.announceable(decision.hits, self._journal)
        except RecordsUnavailable:
            if talking is not None:
                talking.drop("dropped")
            self._missed(tuple(line.text for line in decision.lines))
            raise

    def _follow(self, decision: Decision) -> None:
        self._face.feel(decision.mood)
        self._speech.expect(decision.expects)
        if decision.state.mode == "staying":
            self._goodbye.call_off()  # a danger named over the goodbye calls it off
        elif decision.ended and self._goodbye.reason is None:
            self._goodbye.begin(decision.end_reason or "completed", more=bool(decision.lines))
        elif decision.ended:
            self._goodbye.more(bool(decision.lines))  # what was said over it may need no answer

    def _say(self, decision: Decision, talking: Talking | None = None) -> None:
        saying = Saying(decision.lines, talking)
        sentences = self._mouth.say(saying)
        if saying:
            self._speech.say(sentences)

    async def hush(self) -> None:
        """Say no more; of what was not heard, not even begun, the thread decides what must be said again."""
        await self._speech.hush()
        for reply in self._mouth.give_up():
            self._missed(reply.planned)

    def _missed(self, planned: tuple[str, ...]) -> None:
        if planned:
            self._post(e.SpeechHeard(planned, "", interrupted=True, seconds=0.0))
            self._thread.cut_off(planned, "")

    def _on_playout(self, event: PlayoutEvent) -> None:
        self._face.on_playout(event)
        self.cues.noticing.on_playout(event)
        if event.what == "started" and (timed := self._stopwatch.played(self._thread.turns)):
            self._post(timed)
        if event.what not in ("finished", "cut"):
            return
        utterance, cut = event.utterance, event.what == "cut"
        early = cut and unheard(self._setting.pack, utterance.played)
        before, own = self._mouth.ended(utterance, unheard=early)
        for reply in before:
            self._missed(reply.planned)
        # What was not even synthesized yet was missed as well.
        heard, planned = utterance.heard(), own.planned if own else utterance.sentences()
        self._post(e.SpeechHeard(planned, heard, cut, round(utterance.played, 2)), *self._ledger.ended(utterance))
        if cut:
            self._thread.cut_off(planned, heard)
        elif not self._mouth.busy:
            self._goodbye.said()
        if not self._mouth.busy:
            self.room.said()

    async def _end_if_heard(self) -> None:
        if (reason := self._goodbye.last_word()) is not None:
            await self._end(reason)

    async def end_at_once(
        self, reason: EndReason, ended: Callable[[], Decision], *first: e.Event, also: Also | None = None
    ) -> None:
        await self.hush()
        decision, turn = ended(), self._thread.turns
        self._post(*first, *entries_of(decision, turn), pages=self._pages.due(decision.hits, turn), also=also)
        await self._end(reason)

    async def _end(self, reason: EndReason) -> None:
        self._goodbye.reason = reason
        self._silence.pause()
        if not self.ended.is_set():
            await self.emit(*self.cues.learned(), e.CheckInEnded(reason))

    def _journal_failed(self) -> None:
        log(_logger, logging.CRITICAL, "records_unavailable", checkin=self._setting.id)
        self.failed("records_unavailable")

    async def close(self) -> None:
        """Let go of everything; what happened stays in the journal."""
        async with contextlib.AsyncExitStack() as stack:  # whatever one of them raises, the others are closed
            stack.push_async_callback(self._journal.close)
            stack.callback(lambda: self._post(*self._ledger.close()))
            stack.push_async_callback(self._goodbye.close)
            if self._counsel is not None:
                stack.push_async_callback(self._counsel.close)
            stack.push_async_callback(self._call.close)
            stack.push_async_callback(self.cues.noticing.close)
            stack.push_async_callback(self._speech.close)
            stack.push_async_callback(self._worker.close)
            stack.push_async_callback(self.room.close)
            self._overhearing.clear()
            self.returning.stop()
            self._silence.close()
