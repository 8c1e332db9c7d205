"""The thread of one conversation: the policy's state and how each journaled event moves it.

Pure. The live check-in and its replay after a restart both go through here, so they cannot differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from server.conversation import beside_nurse, policy
from server.conversation.cues import holds_after, on_cue, on_dispute, recognized, says_fine
from server.conversation.dropping import dropped_after, on_dropped
from server.conversation.heard import hear
from server.conversation.holding import taken_up
from server.conversation.interruption import merge, on_cut_off
from server.conversation.silence import next_silence, on_silence
from server.conversation.state import Decision, State, Visit
from server.conversation.telling import worth_looking_up
from server.conversation.triage import examine
from server.persona.pack import Pack
from server.vocabulary.events import (
    CheckInStarted,
    ConnectionChanged,
    CueDisputed,
    CueNoticed,
    Event,
    FailedSafe,
    NurseAsked,
    PatientSilent,
    PatientTurn,
    RoomChanged,
    SentenceGated,
    SpeechHeard,
)
from server.vocabulary.findings import Advice, Likeness, Tier, TriggerHit
from server.vocabulary.speech import Passage, Told


@dataclass(frozen=True)
class Look:
    """What the rules alone would make of a turn; nothing has moved yet."""

    before: State
    text: str
    """The turn's words, joined with those before where it goes on with them."""
    decision: Decision


@dataclass
class Thread:
    """Where a conversation stands."""

    pack: Pack
    visit: Visit
    state: State = field(init=False)
    turns: int = 0
    """Patient turns so far."""
    sentences: int = 0
    """Sentences the gate has judged so far."""
    nurse_talks: bool = False
    """A nurse has the floor: the persona says nothing, and only danger in the patient's words counts."""
    passages: tuple[Passage, ...] = ()
    """What was told from the library so far, as the gate holds it to."""
    _before: State = field(init=False)
    """The state before the last turn, for a turn that was taken for finished too early."""
    _last: str = ""

    def __post_init__(self) -> None:
        self.state = self._before = State()

    def greet(self) -> Decision:
        """The first words."""
        return self._moved(policy.greet(self.pack, self.visit, self.state))

    def welcome_back(self) -> Decision:
        """The first words after a break."""
        if self.nurse_talks:
            return Decision(self.state)
        return self._moved(policy.welcome_back(self.pack, self.visit, self.state))

    def look(
        self, text: str, *, continues: bool, likenesses: Sequence[Likeness] | None = None, told: Told | None = None
    ) -> Look:
        """What `turn` would decide now, without any advice."""
        before, text = self._taken(text, continues)
        decision = policy.decide(self.pack, self.visit, before, text, None, likenesses, told)
        return Look(before, taken_up(self.pack, before, text), decision)

    def turn(
        self,
        text: str,
        advice: Advice | None = None,
        likenesses: Sequence[Likeness] | None = None,
        told: Told | None = None,
        *,
        continues: bool,
    ) -> Decision:
        """One patient turn; with `continues` it is judged together with the one before, from the state before that."""
        self.turns += 1
        self._before, self._last = self._taken(text, continues)
        if self.nurse_talks:
            beside = beside_nurse.on_turn(self.pack, self.visit, self._before, self._last, likenesses)
            return self._moved(beside)
        return self._moved(policy.decide(self.pack, self.visit, self._before, self._last, advice, likenesses, told))

    def whole(self, text: str, *, continues: bool) -> str:
        """The words that `turn` would judge: what the sentence classifier is to be asked about."""
        return taken_up(self.pack, *self._taken(text, continues))

    def worth_looking_up(self, text: str, *, continues: bool) -> str:
        """What the library is to be asked about this turn; empty where it is not asked."""
        before, words = self._taken(text, continues)
        return "" if self.nurse_talks or not worth_looking_up(before, words) else words

    def _taken(self, text: str, continues: bool) -> tuple[State, str]:
        """The state that a turn is judged from, and its words."""
        return (self._before, merge(self._last, text)) if continues else (self.state, text)

    def silence_due(self, seconds: float) -> bool:
        """Whether so long a silence calls for something."""
        due = None if self.nurse_talks else next_silence(self.pack, self.state)
        return due is not None and seconds >= due

    def silent(self, seconds: float) -> Decision | None:
        """The patient has been silent for so long."""
        decision = None if self.nurse_talks else on_silence(self.pack, self.visit, self.state, seconds)
        return None if decision is None else self._moved(decision)

    def unreachable_after(self) -> float | None:
        """Seconds without a connection after which `unreachable` has something to say."""
        return dropped_after(self.pack, self.state)

    def unreachable(self) -> Decision:
        """The connection was lost after a danger sign and did not come back in time."""
        return self._moved(on_dropped(self.pack, self.visit, self.state))

    def nurse_asked(self) -> Decision:
        """The patient pressed the nurse button."""
        if self.nurse_talks:
            return Decision(self.state)
        return self._moved(policy.on_nurse_button(self.pack, self.visit, self.state))

    def room(self, change: RoomChanged) -> Decision:
        """A nurse came, took the floor, gave it back or went."""
        self.visit = replace(self.visit, nurse=change.staff_name)
        had_floor, self.nurse_talks = self.nurse_talks, change.state == "talking"
        pack, visit, state = self.pack, self.visit, self.state
        match change.state:
            case "listening":
                decision = beside_nurse.on_listening(pack, visit, state)
            case "talking":
                decision = beside_nurse.on_talking(pack, visit, state)
                self.state = decision.state
                return replace(decision, ended=False)
            case "handed_back":
                decision = beside_nurse.on_handed_back(pack, visit, state)
            case "left" | "lost":
                decision = beside_nurse.on_lost(pack, visit, state) if had_floor else beside_nurse.on_left(state)
            case _:
                assert_never(change.state)
        return self._moved(decision)

    def ended_by_nurse(self) -> Decision:
        """A nurse ended the check-in; nobody needs to be told what is still open."""
        return self._moved(beside_nurse.on_end(self.pack, self.visit, self.state))

    def ended_by_patient(self) -> Decision:
        """The patient pressed End; only the end of the check-in can follow."""
        return self._moved(policy.on_end_button(self.pack, self.visit, self.state))

    def says_fine(self, text: str) -> bool:
        """Whether these words say that all is well, or understood."""
        return says_fine(self.pack, text)

    def holds_after(self, filler: float) -> float:
        """Seconds for which somebody who stops on a filler of `filler` seconds holds the floor."""
        return holds_after(self.pack, self.state, filler)

    def recognized(self, seen: CueNoticed) -> CueNoticed | None:
        """What perception reports, as the cue it is for this pack; None while there is nothing new in it."""
        return recognized(self.pack, self.state, seen)

    def cue(self, seen: CueNoticed) -> Decision:
        """Perception noticed something about the patient."""
        if self.nurse_talks:
            return Decision(self.state)
        return self._moved(on_cue(self.pack, self.visit, self.state, seen.cue, seen.score, seen.at, seen.moment))

    def disputed(self, cue: str) -> None:
        """The patient says that something noticed is not right."""
        self.state = on_dispute(self.state, cue)

    def failed(self) -> Decision:
        """A part of the service failed."""
        return self._moved(policy.on_failure(self.pack, self.visit, self.state))

    def no_nurse(self) -> Decision:
        """No page can go out; nothing moves, so nothing of it is replayed."""
        return policy.on_cut_off_from_nurses(self.pack, self.visit, self.state)

    def cut_off(self, planned: tuple[str, ...], heard: str) -> None:
        """The persona was interrupted; what must not be missed is said again with the next turn."""
        if self.nurse_talks:
            return
        words = heard.split()
        for sentence in planned:
            count = len(sentence.split())
            decision = on_cut_off(self.pack, self.visit, self.state, sentence, " ".join(words[:count]))
            words = words[count:]
            if decision is not None:
                self._moved(decision)

    def emergencies(self, text: str) -> list[TriggerHit]:
        """Emergencies in words that are not a turn yet, by what is certain without the classifier; changes nothing."""
        context = policy.context_of(self.pack, self.visit, self.state)
        return [hit for hit in examine(self.pack, hear(text), context, ()).hits if hit.tier is Tier.EMERGENCY]

    def replay(self, events: Iterable[Event]) -> None:
        """Bring the thread to where the journal left it."""
        for event in events:
            self._replay(event)

    def _replay(self, event: Event) -> None:
        match event:
            case CheckInStarted(resumed=False):
                self.greet()
            case RoomChanged():
                self.room(event)
            case CheckInStarted(resumed=True) | ConnectionChanged(state="reconnected"):
                self.welcome_back()
            case PatientTurn():
                heard, read = event.text, (event.advice, event.likenesses, event.told)
                self.turn(heard, *read, continues=event.continues)
            case PatientSilent():
                self.silent(event.seconds)
            case ConnectionChanged(state="unreachable"):
                self.unreachable()
            case NurseAsked():
                self.nurse_asked()
            case CueNoticed() | CueDisputed():
                self._replay_cue(event)
            case FailedSafe():
                self.failed()
            case SpeechHeard(interrupted=True):
                self.cut_off(event.planned, event.heard)
            case SentenceGated():
                self.sentences = event.sentence
            case _:  # the other events record what the policy decided; they do not move it
                return

    def _replay_cue(self, event: CueNoticed | CueDisputed) -> None:
        if isinstance(event, CueNoticed):
            self.cue(event)
        else:
            self.disputed(event.cue)

    def _moved(self, decision: Decision) -> Decision:
        self.state = decision.state
        if decision.answered is not None:
            self.passages = (*self.passages, decision.answered.told.as_passage())
        if self.nurse_talks:
            return replace(decision, lines=(), ended=False, end_reason=None)
        return decision


def waits_for_return(thread: Thread, past: Sequence[Event]) -> bool:
    """Whether somebody must be told if the patient of this journal does not come back, and has not been told yet."""
    states = [event.state for event in past if isinstance(event, ConnectionChanged)]
    thread.replay(past)
    return thread.unreachable_after() is not None and states[-1:] != ["unreachable"]
