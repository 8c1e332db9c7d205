"""One check-in from the patient's Start to the goodbye: an event comes in, a stage is asked, `emit` tells everyone.

Holds no rule and no threshold: what is said is the policy's, what may be said is the gate's, when a turn ends is the
listener's, who is paged is the desk's.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from server.checkin.face import Face
from server.checkin.journal import JournalWriter, Page, Whereabouts
from server.checkin.silence import SilenceWatch
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
from server.speech.listener import TurnEnd
from server.speech.session import SpeechKit, SpeechSession
from server.vocabulary import events as e
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId
from server.vocabulary.speech import Receipt

_logger = logging.getLogger(__name__)

_UNHEARD_SECONDS = 1.5
"""A reply cut off before this much of it played got no further than its first words: the patient is still in the same turn."""
_PAGED = frozenset({Tier.EMERGENCY, Tier.URGENT, Tier.SAME_DAY})
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
        self._face = Face(call.send)
        self._journal = JournalWriter(setting.database, setting.whereabouts, self._written, self._journal_failed)
        self._speech = SpeechSession(call, setting.kit, self)
        self._silence = SilenceWatch(self._on_silence)
        self._reply: tuple[str, ...] = ()
        self._scripts: dict[str, str] = {}
        """The script that the policy took each sentence of the current reply from."""
        self._planned: tuple[str, ...] = ()
        self._answered: Literal["yes", "pending", "unheard"] = "yes"
        self._partial: frozenset[str] = frozenset()
        self._decided_at = 0.0
        self._timing: tuple[TurnEnd, float, float] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._spoken = asyncio.Event()
        """Set when an utterance has been played or cut off."""
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
        await self._journal.commit(events, pages)

    def _post(self, *events: e.Event) -> None:
        """`emit` for callers that cannot wait; the order is kept."""
        self._journal.post(*events)

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
        started = e.CheckInStarted(pack.id, pack.version, pack.content_hash, self._resumed)
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
        decision = await self._take_turn(text, typed=True, continues=False)
        self._say(decision)

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
        await self._end("patient_ended")

    # Mind: what speech asks

    async def turn_completed(self, text: str) -> None:
        """See `Mind.turn_completed`."""
        try:
            decision = await self._take_turn(text, typed=False, continues=self._answered != "yes")
        except Exception as error:  # noqa: BLE001  the root of a turn: whatever failed, the patient must not be left in silence
            log(_logger, logging.ERROR, "turn_failed", error=type(error).__name__)
            self.failed("turn_failed")
            self._reply = ()
            return
        self._reply = self._sentences(decision)
        self._answered = "pending" if self._reply else "yes"
        self._decided_at = asyncio.get_running_loop().time()

    def reply(self) -> Sequence[str]:
        """See `Mind.reply`."""
        reply, self._reply = self._reply, ()
        self._planned = reply
        return reply

    def judge(self, sentence: str) -> Receipt:
        """See `Mind.judge`."""
        receipt = self._gate.judge(sentence, self._scripts.get(sentence, ""))
        self._thread.sentences += 1
        self._post(e.SentenceGated(self._thread.sentences, sentence, receipt.allowed, receipt.script, receipt.reason))
        return receipt

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
        self._timing = (end, self._decided_at, first_frame)

    def failed(self, code: str) -> None:
        """See `Mind.failed`: say sorry in approved words and tell a person."""
        log(_logger, logging.ERROR, "checkin_failed_safe", checkin=self._setting.id, code=code)
        self._spawn(self._fail_safe(code))

    # Inside

    async def _take_turn(self, text: str, *, typed: bool, continues: bool) -> Decision:
        self._answered = "yes"
        self._partial = frozenset()
        decision = self._thread.turn(text, continues=continues)
        await self._record(decision, (e.PatientTurn(self._thread.turns, text, typed, continues),))
        return decision

    async def _record(self, decision: Decision, first: tuple[e.Event, ...]) -> None:
        turn = self._thread.turns
        found: list[e.Event] = [
            *(e.TriggerFired(turn, hit.trigger, hit.version, hit.tier, hit.quote) for hit in decision.hits),
            *(e.NegativeFound(turn, no.trigger, no.version, no.quote) for no in decision.negatives),
            *decision.closed,
        ]
        if decision.unanswered is not None:
            found.append(e.QuestionUnanswered(turn, decision.unanswered))
        pages = self._new_pages(decision.hits, turn)
        self._follow(decision)
        if pages:  # a page is durable before anything is said of it
            await self.emit(*first, *found, pages=pages)
        else:
            self._post(*first, *found)

    def _new_pages(self, hits: Sequence[TriggerHit], turn: int) -> tuple[Page, ...]:
        pages = []
        for hit in hits:
            known = self._paged.get(hit.trigger)
            if hit.tier in _PAGED and (known is None or hit.tier.rank < known.rank):
                self._paged[hit.trigger] = hit.tier
                pages.append(Page(hit, turn))
        return tuple(pages)

    def _follow(self, decision: Decision) -> None:
        self._face.feel(decision.mood)
        self._speech.expect(decision.expects)
        if decision.state.mode == "staying":
            self._ending = None  # a danger named over the goodbye calls it off
        elif decision.ended and self._ending is None:
            self._ending = decision.end_reason or "completed"
            self._spawn(self._end_when_said(self._ending))

    def _say(self, decision: Decision) -> None:
        self._follow(decision)
        self._planned = self._sentences(decision)
        self._speech.say(self._planned)

    def _sentences(self, decision: Decision) -> tuple[str, ...]:
        self._scripts = {line.text: line.script for line in decision.lines}
        return tuple(line.text for line in decision.lines)

    async def _on_silence(self, seconds: float) -> None:
        decision = self._thread.silent(seconds)
        if decision is not None:
            await self._record(decision, (e.PatientSilent(seconds),))
            self._say(decision)

    def _on_playout(self, event: PlayoutEvent) -> None:
        self._face.on_playout(event)
        if event.what == "started" and self._timing is not None:
            self._record_timing()
        if event.what not in ("finished", "cut"):
            return
        utterance, cut = event.utterance, event.what == "cut"
        heard, planned = utterance.heard(), utterance.sentences()
        if self._planned[: len(planned)] == planned:
            planned = self._planned  # what was not even synthesized yet was missed as well
        if self._answered == "pending":
            self._answered = "unheard" if cut and utterance.played < _UNHEARD_SECONDS else "yes"
        self._post(e.SpeechHeard(planned, heard, cut, round(utterance.played, 2)))
        self._spoken.set()
        if cut:
            self._thread.cut_off(planned, heard)

    def _record_timing(self) -> None:
        if self._timing is None:
            return
        (end, decided, first_frame), self._timing = self._timing, None
        now = asyncio.get_running_loop().time()
        times = (end.voice_ended, end.silence_met, end.recognized, decided, first_frame, now)
        end_of_turn, recognizer, policy, voice, playout = (
            round((after - before) * 1000, 1) for before, after in itertools.pairwise(times)
        )
        self._post(e.TurnTimed(self._thread.turns, end_of_turn, recognizer, policy, voice, playout))

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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._journal.close()
