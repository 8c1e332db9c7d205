"""A whole check-in in text, on a time of its own: the very thread, gate and record of a call, without sound or a clock.

Nothing is written and nobody is paged. Of a call it lacks:
- the recognizer's mistakes and partial transcripts: here a page comes with the end of the words, in a call it may come before;
- the language model: what the patient says is read by rules and the classifier alone, and every word is an approved one;
- the page for a patient who drops off in danger, and every other deadline that runs while nobody is there;
- turns that are typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from server.checkin.entries import entries_of, to_page
from server.checkin.thread import Thread
from server.conversation.agenda import Ask, agenda
from server.conversation.gate import Gate
from server.conversation.interruption import unheard
from server.conversation.silence import next_silence
from server.conversation.state import Decision, EndReason, Visit
from server.persona.pack import Pack
from server.vocabulary import events as e
from server.vocabulary.findings import Likeness, Tier
from server.vocabulary.ids import EscalationId
from server.vocabulary.speech import Told
from server.workbench.lines import Act, Drops, PressesEnd, PressesNurse, Says, Shows, Waits

WORD_SECONDS = 60 / 150
"""150 words a minute, for the persona and the patient (research/clinical.md section 3)."""
SENTENCE_PAUSE = 0.55
"""Between the persona's sentences: 400 to 700 ms (research/clinical.md section 3)."""
PATIENT_PAUSE = 1.0
"""Between the persona's last word and the patient's first."""
REPLY_SECONDS = 0.33
"""From the patient's last sound to the persona's first; the median of docs/measurements.md."""
KEPT_SECONDS = 600.0
"""A patient who is away for longer finds a check-in taken up from its journal; a test holds it to the default of
`drop_off_minutes`, and what a service sets there changes nothing here: a set must come out the same everywhere."""


Judge = Callable[[str], tuple[Likeness, ...]]
Library = Callable[[str], Told | None]


@dataclass(frozen=True)
class Moment:
    """One event, and the seconds since the check-in began."""

    at: float
    event: e.Event


@dataclass(frozen=True)
class Speech:
    """A reply on its way to the patient."""

    planned: tuple[str, ...]
    begins: float
    answers: bool
    """Whether it answers a turn."""

    def seconds(self, words: int) -> float:
        """How long the first `words` words take."""
        spoken, pauses = 0, 0
        for sentence in self.planned:
            spoken += len(sentence.split())
            pauses += spoken < words
        return words * WORD_SECONDS + pauses * SENTENCE_PAUSE

    @property
    def words(self) -> list[str]:
        return [word for sentence in self.planned for word in sentence.split()]


class Rehearsal:
    """One check-in; `moments` is its journal."""

    def __init__(self, pack: Pack, visit: Visit, judge: Judge | None = None, library: Library | None = None) -> None:
        """`judge`: the sentence classifier, `library`: what answers questions, where there is one."""
        self._pack = pack
        self._judge = judge
        self._library = library
        self._visit = visit
        self._gate = Gate(pack, visit)
        self._paged: dict[str, Tier] = {}
        self._speech: Speech | None = None
        self._quiet_since = 0.0
        self._unanswered = False
        """The last turn's reply was cut off in its first words, so that what comes next goes on with that turn."""
        self._ending: EndReason | None = None
        self.thread = Thread(pack, visit)
        self.now = 0.0
        self.moments: list[Moment] = []

    @property
    def ended(self) -> bool:
        return bool(self.moments) and isinstance(self.moments[-1].event, e.CheckInEnded)

    def begin(self) -> None:
        """The patient tapped Start."""
        self._emit(self._started(resumed=False))
        self._emit(e.ConnectionChanged("connected"))
        self._say(self.thread.greet())

    @property
    def asked(self) -> str:
        """The question that is open now, by its id; empty where nothing is asked."""
        state, steps = self.thread.state, agenda(self._pack, self._visit)
        if state.queue:
            return state.queue[0].partition(":")[0]
        step = steps[state.step] if state.step < len(steps) else None
        return step.question.id if isinstance(step, Ask) else ""

    def begin_at(self, question: str) -> None:
        """Begin in the middle: this question was just asked, nothing before it was. Raises KeyError where there is none."""
        self._emit(self._started(resumed=False))
        steps = enumerate(agenda(self._pack, self._visit))
        asks = {step.question.id: (at, step) for at, step in reversed(list(steps)) if isinstance(step, Ask)}
        at, ask = asks[question]
        self.thread.state = replace(self.thread.state, step=at, asks=((ask.key, 1),), since=1)

    def _started(self, *, resumed: bool) -> e.CheckInStarted:
        pack, remembered = self._pack, self._visit.remembered
        return e.CheckInStarted(pack.id, pack.version, pack.content_hash, resumed, remembered=remembered)

    def play(self, act: Act) -> None:
        """One thing that the patient does; nothing once the check-in has ended."""
        if not isinstance(act, Waits | Shows) and act.over is not None:
            self._begin_over(act.over)
        else:
            self._hear_out()
        if not self.ended:
            self._act(act)

    def hear_out(self) -> None:
        """Let the persona finish what it is saying; a goodbye ends the check-in."""
        self._hear_out()

    def run_out(self) -> None:
        """The patient says nothing any more, until the ladder of silence ends the check-in."""
        self._hear_out()
        while not self.ended and next_silence(self._pack, self.thread.state) is not None:
            self._climb()
            self._hear_out()

    def rewind(self, written: int, now: float) -> None:
        """Go on from the first `written` moments at `now`: what comes after them has not happened."""
        del self.moments[written:]
        self._speech, self._ending, self._unanswered = None, None, False
        past = [moment.event for moment in self.moments]
        self._paged = {event.trigger: event.tier for event in past if isinstance(event, e.EscalationRequested)}
        self.thread = Thread(self._pack, self._visit)
        self.thread.replay(past)
        self.now = self._quiet_since = now

    def come_back(self) -> None:
        """The patient's page is there again, and another process takes the check-in up."""
        self._emit(e.CheckInStarted(self._pack.id, self._pack.version, self._pack.content_hash, resumed=True))
        self._emit(e.ConnectionChanged("connected"))
        self._say(self.thread.welcome_back())

    def room(self, change: e.RoomChanged) -> None:
        """A nurse comes, takes the floor, gives it back or goes."""
        decision = self.thread.room(change)
        self._record(decision, change)
        self._say(decision)

    def nurse_ends(self) -> None:
        """The nurse who is in the call ends the check-in."""
        self._record(self.thread.ended_by_nurse())
        self._emit(e.CheckInEnded("staff_ended"))

    def _act(self, act: Act) -> None:
        match act:
            case Says():
                self._patient_says(act.text)
            case Waits():
                self._wait(act.seconds)
            case Drops():
                self._drop(act.seconds)
            case PressesNurse():
                decision = self.thread.nurse_asked()
                self._record(decision, e.NurseAsked())
                self._say(decision)
            case PressesEnd():
                self._record(self.thread.ended_by_patient())
                self._emit(e.CheckInEnded("patient_ended"))
            case Shows():
                seen = e.CueNoticed(act.cue, act.score, round(self.now, 1), self._moment(act.cue))
                decision = self.thread.cue(seen)
                self._record(decision, seen)
                self._say(decision)
            case _:
                assert_never(act)

    def _moment(self, cue: str) -> e.CueMoment:
        """What is noticed in words belongs to the words of the next line."""
        return "turn" if self._pack.cues[cue].does == "probe" else "quiet"

    def _patient_says(self, text: str) -> None:
        self.now = max(self.now, self._quiet_since + PATIENT_PAUSE) + len(text.split()) * WORD_SECONDS
        self._quiet_since = self.now
        continues, self._unanswered = self._unanswered, False
        found = self._judge(self.thread.whole(text, continues=continues)) if self._judge else None
        asked = self.thread.worth_looking_up(text, continues=continues)
        told = self._library(asked) if self._library and asked else None
        decision = self.thread.turn(text, continues=continues, likenesses=found, told=told)
        turn = e.PatientTurn(self.thread.turns, text, typed=False, continues=continues, likenesses=found, told=told)
        self._record(decision, turn)
        self._say(decision, answers=True)

    def _wait(self, seconds: float) -> None:
        until = self.now + seconds
        while not self.ended and (due := next_silence(self._pack, self.thread.state)) is not None:
            if self._quiet_since + due > until:
                break
            self._climb()
            if self._speech is not None and self._ends_at(self._speech) > until:
                return
            self._hear_out()
        self.now = max(self.now, until)

    def _climb(self) -> None:
        """The next step of the ladder of silence."""
        due = next_silence(self._pack, self.thread.state)
        if due is None:
            return
        self.now = max(self.now, self._quiet_since + due)
        seconds = max(due, round(self.now - self._quiet_since, 2))
        decision = self.thread.silent(seconds)
        if decision is not None:
            self._record(decision, e.PatientSilent(seconds))
            self._say(decision)

    def _drop(self, seconds: float) -> None:
        self._emit(e.ConnectionChanged("lost"))
        due = self.thread.unreachable_after()
        if due is not None and due <= seconds:
            self.now += due
            self._record(self.thread.unreachable(), e.ConnectionChanged("unreachable"))
        self.now += seconds - due if due is not None and due <= seconds else seconds
        self._unanswered = False
        if seconds > KEPT_SECONDS:
            self.thread = Thread(self._pack, self._visit)
            self.thread.replay(moment.event for moment in self.moments)
            self._emit(self._started(resumed=True))
            self._emit(e.ConnectionChanged("connected"))
        else:
            self._emit(e.ConnectionChanged("reconnected"))
        self._quiet_since = self.now
        self._say(self.thread.welcome_back())

    # What the persona does

    def _say(self, decision: Decision, *, answers: bool = False) -> None:
        if decision.state.mode == "staying":
            self._ending = None
        elif decision.ended and self._ending is None:
            self._ending = decision.end_reason or "completed"
        planned = tuple(line.text for line in decision.lines if self._passes(line.text, line.script))
        begins = self.now + REPLY_SECONDS
        self._speech = Speech(planned, begins, answers) if planned else None

    def _passes(self, sentence: str, script: str) -> bool:
        receipt = self._gate.judge(sentence, script, self.thread.passages)
        self.thread.sentences += 1
        self._emit(
            e.SentenceGated(
                self.thread.sentences,
                sentence,
                receipt.allowed,
                receipt.script,
                receipt.reason,
                receipt.passage,
                receipt.revision,
                receipt.approver,
            )
        )
        return receipt.allowed

    def _hear_out(self) -> None:
        speech, self._speech = self._speech, None
        if speech is not None:
            self._heard(speech, len(speech.words), cut=False)
            self._quiet_since = self.now
        if self._ending is not None and not self.ended:
            self._emit(e.CheckInEnded(self._ending))

    def _begin_over(self, share: float) -> None:
        speech, self._speech = self._speech, None
        if speech is None:
            return
        planned = " ".join(speech.words)
        self._heard(speech, round(share * len(speech.words)), cut=True)
        heard = self.moments[-1].event
        if isinstance(heard, e.SpeechHeard) and heard.heard != planned:
            self._unanswered = speech.answers and unheard(self._pack, heard.seconds)
            self.thread.cut_off(speech.planned, heard.heard)

    def _heard(self, speech: Speech, words: int, *, cut: bool) -> None:
        seconds = speech.seconds(words)
        self.now = max(self.now, speech.begins + seconds)
        self._emit(e.SpeechHeard(speech.planned, " ".join(speech.words[:words]), cut, round(seconds, 2)))

    def _ends_at(self, speech: Speech) -> float:
        return speech.begins + speech.seconds(len(speech.words))

    # The record

    def _record(self, decision: Decision, *first: e.Event) -> None:
        turn = self.thread.turns
        self._emit(*first, *entries_of(decision, turn))
        for hit in to_page(decision.hits, self._paged):
            self._paged[hit.trigger] = hit.tier
            page = EscalationId(f"rehearsal-{len(self._paged)}")
            self._emit(e.EscalationRequested(page, hit.tier, hit.trigger, hit.version, hit.quote, turn))

    def _emit(self, *events: e.Event) -> None:
        self.moments += [Moment(round(self.now, 2), event) for event in events]


def rehearse(
    pack: Pack,
    visit: Visit,
    acts: Sequence[Act],
    judge: Judge | None = None,
    library: Library | None = None,
    *,
    stop_at_end: bool,
) -> tuple[Rehearsal, int]:
    """A rehearsal of these acts, and how many of them were left when it ended."""
    rehearsal = Rehearsal(pack, visit, judge, library)
    rehearsal.begin()
    left = len(acts)
    for act in acts:
        if rehearsal.ended:
            break
        rehearsal.play(act)
        left -= 1
    if stop_at_end:
        rehearsal.hear_out()
    else:
        rehearsal.run_out()
    return rehearsal, left
