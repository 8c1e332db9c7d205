"""Where a check-in stands, as values: what is known of the visit, what has been asked and answered, and what comes next.

Everything is immutable and comparable, so that a replay of the journal can be checked to end in the same state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from server.vocabulary.events import ObjectiveClosed
from server.vocabulary.findings import NegativeFinding, TriggerHit
from server.vocabulary.memories import Amendment, Memory
from server.vocabulary.speech import Line, Told

Expects = Literal["yes_no", "number", "free", "teach_back"]
Mood = Literal["listening", "concerned", "warm"]
EndReason = Literal["completed", "patient_ended", "expired"]
Mode = Literal["routine", "staying", "ended"]


class MedicineOnList(Protocol):
    """What a conversation needs of a medicine; `record.patients.Medicine` has it."""

    @property
    def name(self) -> str: ...
    @property
    def high_alert(self) -> bool: ...


@dataclass(frozen=True)
class Visit:
    """The facts of this check-in that its words may use (PHI)."""

    first_name: str
    clinic: str = ""
    """Empty: the pack's own name for it."""
    nurse_phone: str = ""
    medicines: tuple[MedicineOnList, ...] = ()
    days_since_discharge: int | None = None
    started: tuple[str, ...] = ()
    """Names of those medicines that are new since the hospital."""
    directions: tuple[tuple[str, str], ...] = ()
    """How each medicine is taken, as the discharge list says it; compared with, never said."""
    conditions: tuple[str, ...] = ()
    """Conditions of the chart for which a pack may have questions, for example `heart_failure`."""
    services: tuple[str, ...] = ()
    """Services and equipment ordered for home, in words to be spoken: `home nurse`, `oxygen`."""
    next_visit: date | None = None
    """Day of the next appointment, where it is on file."""
    today: date | None = None
    """Day on which the check-in began."""
    parameters: tuple[tuple[str, float], ...] = ()
    """Numbers of condition packs that this patient's order overrides."""
    nurse: str = ""
    """Name of the nurse who was last in the call; empty while none has been."""
    risks: tuple[str, ...] = ()
    """What makes a danger sign weigh more: `age_80`, `blood_thinner`, `pregnant_or_postpartum`, `chemo_or_transplant`."""
    remembered: tuple[Memory, ...] = ()
    """What is remembered of earlier check-ins, what to ask about first; fixed at the start."""


@dataclass(frozen=True)
class ReadBack:
    """An answer that was not surely heard: it counts only after a yes."""

    key: str
    """Key of the open question."""
    answer: str
    script: str
    slots: tuple[tuple[str, str], ...]
    """What the script's slots were filled with."""


@dataclass(frozen=True)
class Held:
    """Words that trailed off: nothing was said to them yet, so that the patient can go on."""

    words: str
    cue: str
    """The cue that was noticed in them."""
    probes: int = 0
    """How often the patient was asked whether there is more."""


@dataclass(frozen=True)
class Noticed:
    """What voice or face has changed, and when; patience and questions, never an answer."""

    hesitates: str = ""
    """The cue of hesitation seen since the patient last spoke: silence is given more time."""
    trails: str = ""
    """The cue noticed in the words that are about to be judged."""
    soon: str = ""
    """The cue whose question is asked in the place of the next one, or as soon as nobody speaks."""
    raises: str = ""
    """The cue that was noticed on a clinical topic: what the answer fires is one tier more urgent."""
    held: Held | None = None
    checked: tuple[float, ...] = ()
    """When a gentle question was asked because of a cue, in seconds into the check-in."""
    disputed: tuple[str, ...] = ()
    """Cues of which the patient said that they are not right: they are not acted on any more."""
    last: tuple[tuple[str, float], ...] = ()
    """When each cue was last noticed, in seconds into the check-in."""


@dataclass(frozen=True)
class State:
    """Where the conversation stands after a turn."""

    step: int = 0
    """Index into the agenda."""
    mode: Mode = "routine"
    turn: int = 0
    """Patient turns so far."""
    queue: tuple[str, ...] = ()
    """Questions to be asked before the agenda goes on; `id` or `id:guardrail`."""
    asks: tuple[tuple[str, int], ...] = ()
    """How often each question was asked; repeating one on request does not count."""
    detours: int = 0
    """Side turns since the open question was last asked in its own right."""
    since: int = 0
    """First turn after the open question was first asked."""
    closed: tuple[ObjectiveClosed, ...] = ()
    """How every question and objective ended, with its evidence; each once, as it was last closed."""
    begun: tuple[str, ...] = ()
    """Objectives whose opening words were said."""
    corrections: int = 0
    """Answers taken back so far."""
    read_back: ReadBack | None = None
    fired: tuple[TriggerHit, ...] = ()
    """The most urgent hit of every guardrail so far."""
    said: tuple[str, ...] = ()
    """Guardrail scripts said so far: nobody is told the same thing for each of their symptoms."""
    again: tuple[tuple[str, int], ...] = ()
    """Sentences (script, index) that the patient talked over and must still hear."""
    again_words: tuple[str, ...] = ()
    """The same of sentences that are no script: free talk, or what a passage says."""
    repeated_words: tuple[str, ...] = ()
    """Such sentences that were said again; none is said a third time."""
    repeated: tuple[str, ...] = ()
    """Scripts said again because the patient had talked over them."""
    unheard: bool = False
    """The open question was cut off before it could be understood, so what follows is no answer to it."""
    stop_checked: bool = False
    company: int = 0
    """Turns on which someone in danger was kept company without a question; the instruction need not come with each."""
    soothed: bool = False
    """"Take your time" was said, so silence does not bring it again; who asks for a moment is told it each time."""
    noticed: Noticed = field(default_factory=Noticed)
    recalled: tuple[str, ...] = ()
    """Memories that were last told of or asked about: "that" may mean one of them."""
    amended: tuple[Amendment, ...] = ()
    """What the patient made of memories; each once, as it was last said."""
    rung: int = 0
    """How many steps of the silence ladder were used since the patient last spoke."""

    def asked(self, key: str) -> int:
        return dict(self.asks).get(key, 0)

    @property
    def answers(self) -> Mapping[str, str]:
        """What was understood of each closed question; how it ended where there is no answer."""
        return {one.objective: one.answer if one.status == "met" else one.status for one in self.closed}

    def answer(self, key: str) -> str:
        return self.answers.get(key, "")

    def closing(self, key: str) -> ObjectiveClosed | None:
        return next((one for one in self.closed if one.objective == key), None)

    def has_fired(self, hit: TriggerHit) -> bool:
        """Whether the same guardrail fired before, at least as urgently."""
        return any(old.trigger == hit.trigger and old.tier.rank <= hit.tier.rank for old in self.fired)


@dataclass(frozen=True)
class Answered:
    """A question of the patient's and the passage that is told."""

    question: str
    told: Told


@dataclass(frozen=True)
class Decision:
    """What to do after a turn. `lines` may be empty: then keep listening."""

    state: State
    lines: tuple[Line, ...] = ()
    hits: tuple[TriggerHit, ...] = ()
    negatives: tuple[NegativeFinding, ...] = ()
    closed: tuple[ObjectiveClosed, ...] = ()
    unanswered: str | None = None
    answered: Answered | None = None
    mood: Mood = "listening"
    ended: bool = False
    end_reason: EndReason | None = None
    expects: Expects = "free"
    amended: tuple[Amendment, ...] = ()
    """What the patient made of memories in this turn."""
    holds: float = 0.0
    """Seconds by which the end of the turn under way is put off."""
