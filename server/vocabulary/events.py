"""Everything that can happen in a check-in, as one closed union.

Each event is appended to the journal, sent to the consoles and, where it has a view there, to the patient's page,
by `CheckIn.emit` and nowhere else. A new kind of event fails the type check until every reader handles it.
Fields named in `record.privacy` as PHI are stored encrypted and never logged.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from server.vocabulary.cue_events import CueDisputed as CueDisputed
from server.vocabulary.cue_events import CueJudged as CueJudged
from server.vocabulary.cue_events import CueMoment as CueMoment
from server.vocabulary.cue_events import CueNoticed as CueNoticed
from server.vocabulary.cue_events import VoiceTimingLearned as VoiceTimingLearned
from server.vocabulary.dispositions import Asked911, Noise, Outcome, Worth
from server.vocabulary.findings import Advice, Likeness, Tier
from server.vocabulary.ids import EscalationId, StaffId
from server.vocabulary.memories import Memory, MemoryChange
from server.vocabulary.speech import Told


@dataclass(frozen=True)
class CheckInStarted:
    """The patient tapped Start for the first time, or came back after a break."""

    persona: str
    version: str
    pack_hash: str
    """SHA-256 of the persona pack's files, hexadecimal."""
    resumed: bool
    classifier: str = ""
    """Which training of the sentence classifier judged it (its examples are no part of `pack_hash`); empty: none did."""
    release: str = ""
    """Which release of the library it is told from until its end; empty: none."""
    remembered: tuple[Memory, ...] = ()
    """What was remembered of the patient, as it was handed to the conversation; a replay reads it here."""
    kind: Literal["check_in_started"] = "check_in_started"


@dataclass(frozen=True)
class ConnectionChanged:
    """The patient's connection came, went, or moved to another device."""

    state: Literal["connected", "lost", "reconnected", "typing_only", "unreachable"]
    """`unreachable`: lost for so long, after a danger sign, that somebody was told."""
    kind: Literal["connection_changed"] = "connection_changed"


@dataclass(frozen=True)
class PatientTurn:
    """What the patient said or typed, as one turn."""

    turn: int
    """1-based, counts patient turns of the whole check-in."""
    text: str
    typed: bool
    continues: bool
    """True when these words go on with the previous turn, which was taken for finished too early."""
    advice: Advice | None = None
    """What a language model read in it, in time and checked; None without one. A replay reads it here, not from a model."""
    likenesses: tuple[Likeness, ...] | None = None
    """What the sentence classifier found in it, None where it was not asked; kept for the same reason."""
    told: Told | None = None
    """What the library answers, None where it was not asked or has no answer; kept for the same reason."""
    kind: Literal["patient_turn"] = "patient_turn"


@dataclass(frozen=True)
class PatientSilent:
    """The patient has said nothing for a while after a question."""

    seconds: float
    kind: Literal["patient_silent"] = "patient_silent"


@dataclass(frozen=True)
class NurseAsked:
    """The patient pressed the button that asks for a nurse."""

    kind: Literal["nurse_asked"] = "nurse_asked"


@dataclass(frozen=True)
class TriggerFired:
    """A guardrail fired on the patient's words."""

    turn: int
    trigger: str
    version: int
    tier: Tier
    quote: str
    rule: str = ""
    """Which of the guardrail's rules fired; empty in journals from before it was kept."""
    start: int = 0
    end: int = 0
    """The evidence is the turn's characters `start` to `end`."""
    kind: Literal["trigger_fired"] = "trigger_fired"


@dataclass(frozen=True)
class NegativeFound:
    """The patient denied a red flag."""

    turn: int
    trigger: str
    version: int
    quote: str
    kind: Literal["negative_found"] = "negative_found"


@dataclass(frozen=True)
class ObjectiveClosed:
    """An objective ended, with the turns that are its evidence."""

    objective: str
    status: Literal["met", "refused", "unable", "not_reached"]
    answer: str
    """What was understood, for example `yes`, `better` or the patient's own words."""
    turns: tuple[int, ...]
    kind: Literal["objective_closed"] = "objective_closed"


@dataclass(frozen=True)
class QuestionUnanswered:
    """The patient asked something the approved text has no answer to."""

    turn: int
    text: str
    kind: Literal["question_unanswered"] = "question_unanswered"


@dataclass(frozen=True)
class QuestionAnswered:
    """The patient asked something that an approved passage answers; the page shows where it is written."""

    turn: int
    text: str
    told: Told
    kind: Literal["question_answered"] = "question_answered"


@dataclass(frozen=True)
class MemoryAmended:
    """The patient corrected or disputed what is remembered of them, or wants it forgotten."""

    turn: int
    memory: str
    """Id of the fact."""
    change: MemoryChange
    aspect: str
    """Of a correction: which of the pack's words it was instead."""
    quote: str
    kind: Literal["memory_amended"] = "memory_amended"


@dataclass(frozen=True)
class SentenceGated:
    """The output gate judged a sentence; a refused one is never synthesized."""

    sentence: int
    """1-based, counts the persona's sentences of the whole check-in."""
    text: str
    allowed: bool
    script: str
    reason: str
    passage: str = ""
    """Id of the approved passage that the words agree with."""
    revision: int = 0
    approver: str = ""
    """Who approved that passage."""
    kind: Literal["sentence_gated"] = "sentence_gated"


@dataclass(frozen=True)
class SpeechHeard:
    """What the patient's device was given to play, to the word: the transcript of record of the persona's side."""

    planned: tuple[str, ...]
    """The sentences of the reply, in order."""
    heard: str
    """As much of them as was handed to the wire; all of them unless `interrupted`."""
    interrupted: bool
    seconds: float
    kind: Literal["speech_heard"] = "speech_heard"


@dataclass(frozen=True)
class SentenceHeard:
    """One gated sentence's way to the patient; every sentence that passed the gate ends in exactly one of these."""

    sentence: int
    """Number of its `SentenceGated`."""
    text: str
    synthesized_seconds: float
    """How long it is as sound; 0 when it was cut off before there was any."""
    played_seconds: float
    """How much of that was handed to the wire."""
    heard_words: int
    """Words whose sound had begun."""
    of_words: int
    kind: Literal["sentence_heard"] = "sentence_heard"


@dataclass(frozen=True)
class ModelUsed:
    """One request to a language model; holds no words."""

    turn: int
    intent: Literal["read", "talk"]
    """`read`: understand the turn, by a function call; `talk`: a sentence or two in the model's own words."""
    model: str
    tokens_in: int
    tokens_out: int
    estimated: bool
    """The endpoint had not told the counts when the request ended; they are from the number of letters."""
    cost_micros: int
    """Millionths of the unit that prices are given in."""
    duration_ms: float
    outcome: Literal["used", "nothing", "refused", "late", "garbage", "failed", "over_budget", "dropped"]
    """`nothing`: a proper answer with nothing in it; `refused`: the gate let none of it pass; `dropped`: no longer needed."""
    kind: Literal["model_used"] = "model_used"


@dataclass(frozen=True)
class EscalationRequested:
    """A nurse is wanted; written in the same transaction as the page itself."""

    escalation: EscalationId
    tier: Tier
    trigger: str
    version: int
    quote: str
    turn: int
    kind: Literal["escalation_requested"] = "escalation_requested"


@dataclass(frozen=True)
class EscalationAcknowledged:
    """A nurse has seen the page and said so."""

    escalation: EscalationId
    tier: Tier
    staff: StaffId
    staff_name: str
    kind: Literal["escalation_acknowledged"] = "escalation_acknowledged"


@dataclass(frozen=True)
class EscalationClosed:
    """A nurse is done with a page, and what came of it; written in the same transaction as the closing."""

    escalation: EscalationId
    tier: Tier
    trigger: str
    version: int
    staff: StaffId
    staff_name: str
    asked_911: Asked911
    """Whether the nurse asked about, or had somebody call, the emergency number."""
    disposition: Outcome
    worth: Worth
    noise: Noise | None = None
    """Why it was noise; None for a useful page."""
    follow_up: str = ""
    """The nurse's own words."""
    kind: Literal["escalation_closed"] = "escalation_closed"


Consent = Literal["ai_talk", "camera", "camera_cues", "voice_cues"]
"""`camera`: the picture is sent; `camera_cues`, `voice_cues`: picture and voice are measured for what may be noticed."""


@dataclass(frozen=True)
class RoomChanged:
    """A member of staff came into the call, took the floor, gave it back, or went."""

    staff: StaffId
    staff_name: str
    state: Literal["listening", "talking", "handed_back", "left", "lost"]
    """`talking`: the persona says who it is and is silent from then on; `handed_back`: it goes on, and they listen;
    `lost`: they went without a word, for example because their connection broke."""
    kind: Literal["room_changed"] = "room_changed"


@dataclass(frozen=True)
class ConsentChanged:
    """The patient allowed or withdrew something."""

    what: Consent
    allowed: bool
    kind: Literal["consent_changed"] = "consent_changed"


@dataclass(frozen=True)
class TurnTimed:
    """Where the time of one reply went, in milliseconds after the patient's last voiced sound."""

    turn: int
    end_of_turn_ms: float
    """Silence waited for before the turn was taken as finished."""
    recognizer_ms: float
    """Extra wait for the recognizer after that silence; 0 when its result was already there."""
    policy_ms: float
    voice_ms: float
    """From the decision to the first synthesized frame."""
    playout_ms: float
    """From the first synthesized frame to the packet that carries it."""
    kind: Literal["turn_timed"] = "turn_timed"


@dataclass(frozen=True)
class FailedSafe:
    """A part failed; the patient was told and a person was paged."""

    code: str
    kind: Literal["failed_safe"] = "failed_safe"


@dataclass(frozen=True)
class CheckInEnded:
    """The check-in is over and its link with it."""

    reason: Literal["completed", "patient_ended", "expired", "staff_ended"]
    kind: Literal["check_in_ended"] = "check_in_ended"


Event = Annotated[
    CheckInStarted
    | ConnectionChanged
    | PatientTurn
    | PatientSilent
    | NurseAsked
    | CueNoticed
    | CueDisputed
    | VoiceTimingLearned
    | CueJudged
    | TriggerFired
    | NegativeFound
    | ObjectiveClosed
    | QuestionUnanswered
    | QuestionAnswered
    | MemoryAmended
    | SentenceGated
    | SpeechHeard
    | SentenceHeard
    | ModelUsed
    | EscalationRequested
    | EscalationAcknowledged
    | RoomChanged
    | EscalationClosed
    | ConsentChanged
    | TurnTimed
    | FailedSafe
    | CheckInEnded,
    Field(discriminator="kind"),
]
