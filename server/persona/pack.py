"""A persona pack as frozen types: scripts, objectives, guardrails and numbers. Holds no rule and says nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.persona.lexicon import Lexicon, Phrase
from server.vocabulary.findings import Tier

Signature = Literal["draft until signed", "signed"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]


class Frozen(BaseModel):
    """A part of a pack: unknown keys are refused, so that a misspelled key is an error and not a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Number(Frozen):
    """A number with a clinical or perceptual meaning."""

    value: float
    unit: str
    source: str = Field(min_length=1)
    status: Signature


class Script(Frozen):
    """Approved words: either all sentences in order, or one of several that mean the same."""

    says: tuple[str, ...] = ()
    """Spoken in this order."""
    one_of: tuple[str, ...] = ()
    """One is spoken; they take turns."""
    must_hear: bool = False
    """An instruction: if the patient talks over it, it is said again."""
    repeat_once: bool = False
    """With `must_hear`: said again one time only; enough for a notice that also stands on the screen."""

    @property
    def sentences(self) -> tuple[str, ...]:
        return self.says + self.one_of


class Condition(Frozen):
    """When a question is asked at all: an earlier question ended in one of these answers."""

    question: Name
    among: tuple[str, ...]


class Choice(Frozen):
    """One answer of a question with a few answers."""

    id: Name
    phrases: tuple[str, ...]
    acknowledge: Name | None = None


class TeachPoint(Frozen):
    """One thing that a patient must say in their own words."""

    id: Name
    required: bool = False
    phrases: tuple[str, ...]
    remind: Name | None = None
    """Script said when the point is missing although the answer passed."""


class TeachBack(Frozen):
    """How an answer that repeats an instruction in the patient's own words is scored."""

    teach: tuple[Name, ...]
    """Scripts that teach, the first before the question, then one for each new try."""
    ask_again: Name
    points: tuple[TeachPoint, ...]
    wrong: tuple[str, ...]
    """Phrases that are the wrong thing to do; any of them, not negated, is not a pass."""
    passed: Name
    failed: Name
    fail_fires: Name
    topics: tuple[Name, ...]
    """Guardrails whose words are expected in an answer and are not the patient's own state."""


class Question(Frozen):
    """One question and everything that depends on its answer."""

    id: Name
    ask: Name
    again: Name
    """The same question in other words."""
    expects: Literal["yes_no", "number", "choice", "free", "teach_back"]
    when: Condition | None = None
    each: Literal["high_alert"] | None = None
    """Asked once for every high-alert medicine, with `{medicine}` in its words."""
    also_yes: tuple[str, ...] = ()
    """Phrases that mean yes to this question only."""
    also_no: tuple[str, ...] = ()
    yes_fires: Name | None = None
    no_fires: Name | None = None
    answer_fires: Name | None = None
    unknown_fires: Name | None = None
    """Guardrail that fires when the question closes without an answer."""
    on_yes: Name | None = None
    on_no: Name | None = None
    on_answer: Name | None = None
    short_answer_means: tuple[str, ...] = ()
    """What a few words say together with the question: "my chest" after "what hurts" is "my chest hurts"."""
    choices: tuple[Choice, ...] = ()
    teach_back: TeachBack | None = None


class Objective(Frozen):
    """One thing a check-in must reach, refuse or give up: never leave open."""

    id: Name
    version: int = Field(ge=1)
    says: tuple[Name, ...] = ()
    """Scripts said when the objective begins."""
    recap: Mapping[Name, Mapping[str, Name]] = {}
    """Question to answer to script: what is read back, chosen by the answers given."""
    questions: tuple[Question, ...] = ()


class NumberRule(Frozen):
    """A number that fires: the first number within the phrase, compared with a limit."""

    phrase: str
    below: float | None = None
    above: float | None = None
    between: tuple[float, float] | None = None
    unit: str
    source: str


class Guardrail(Frozen):
    """One reason to bring in a person."""

    id: Name
    version: int = Field(ge=1)
    tier: Tier
    title: str = ""
    """What nurses call it, where the id does not read well."""
    phrases: tuple[str, ...] = ()
    numbers: tuple[NumberRule, ...] = ()
    needs_group: Name | None = None
    """Fires only when the patient takes, or names, a medicine of this group."""
    says: tuple[Name, ...] = ()
    extra: tuple[Name, ...] = ()
    """Said after `says`, also when `says` was said before for another guardrail."""
    asks: tuple[Name, ...] = ()
    """Questions of `staying` or `between` asked before anything else."""
    is_request: bool = False
    """The patient's words ask us for something, so they are not taken for an answer."""
    ask_if_supposed: bool = True
    """An emergency that was only wondered about ("what if ...") is asked about once."""
    anyone: bool = False
    """Fires whoever does it: "he is hurting me"."""
    source: str = Field(min_length=1)
    status: Signature
    review_by: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    must_fire: tuple[str, ...] = ()
    """Sentences a test holds this guardrail to."""
    must_not_fire: tuple[str, ...] = ()


class Scope(Frozen):
    """Phrases that change what a red flag near them means; the `_ends` say how far each reaches."""

    negation: tuple[str, ...]
    negation_ends: tuple[str, ...]
    negation_near: tuple[str, ...]
    """Denials that reach no further than a comma."""
    negation_near_ends: tuple[str, ...]
    denied_after: tuple[str, ...]
    bare_denial: tuple[str, ...]
    """A denial in the next sentence, after instructions were read out."""
    other_person: tuple[str, ...]
    other_person_ends: tuple[str, ...]
    long_past: tuple[str, ...]
    recent_past: tuple[str, ...]
    present: tuple[str, ...]
    """Takes a red flag out of the past."""
    surely_present: tuple[str, ...]
    """Takes a red flag out of a supposition."""
    hypothetical: tuple[str, ...]
    hypothetical_ends: tuple[str, ...]
    quoted: tuple[str, ...]
    idioms: tuple[str, ...]


class Answers(Frozen):
    """How yes, no and nothing at all sound."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    well: tuple[str, ...]
    """"I'm fine": a no to a question about something bad, and no answer to any other."""
    filler: tuple[str, ...]
    """Sounds and politeness that hold no answer."""
    thinking: tuple[str, ...]
    """Sounds of someone about to speak: they are waited for."""
    better: tuple[str, ...]
    """Said to have passed, while staying with someone: welcome, and no reason to let go."""


class Request(Frozen):
    """Something a patient may say at any time that is not an answer."""

    id: Name
    kind: Literal["repeat", "stop", "refuse", "unsure", "wait", "human", "about_us", "comfort"]
    phrases: tuple[str, ...]
    says: tuple[Name, ...] = ()
    whole: bool = False
    """The phrase must be all that was said."""


class Numbers(Frozen):
    """The limits and waiting times of a conversation."""

    ask_max: Number
    detour_max: Number
    reteach_max: Number
    sentence_words_max: Number
    reading_grade_max: Number
    silence_first: Number
    silence_again: Number
    silence_offer: Number
    silence_close: Number
    staying_first: Number
    staying_page: Number
    staying_again: Number
    staying_end: Number
    parrot_words: Number
    high_alert_max: Number


class TierPolicy(Frozen):
    """How soon a nurse must have seen a page of this tier."""

    acknowledge_within: Number
    remind_every: Number | None = None


class EscalationPolicy(Frozen):
    """What the escalation desk is told about this pack's pages."""

    tiers: Mapping[Tier, TierPolicy]


class Clinic(Frozen):
    """What a clinic is called when the order does not say."""

    name: str
    nurse_phone: str
    emergency_number: str


@dataclass(frozen=True)
class Listening:
    """Every phrase of a pack, compiled once."""

    lexicon: Lexicon
    phrases: Mapping[str, Phrase]
    """Phrase source to compiled phrase."""


@dataclass(frozen=True)
class Pack:
    """Everything one persona may say and listen for, and the hash that names this exact content."""

    id: str
    name: str
    title: str
    """What staff call this kind of check-in, for example `After discharge`."""
    purpose: str
    """One sentence for the nurse who chooses it."""
    version: str
    status: Signature
    source: str
    """Where its words come from."""
    review_by: str
    """Date by which a clinician must look at it again."""
    content_hash: str
    """SHA-256 over the names and bytes of the pack's files, hexadecimal."""
    clinic: Clinic
    numbers: Numbers
    lines: Mapping[str, Script]
    objectives: tuple[Objective, ...]
    staying: Mapping[str, Question]
    """Questions asked while staying with a patient in danger, or before going on after a worry; by id."""
    guardrails: Mapping[str, Guardrail]
    scope: Scope
    answers: Answers
    requests: tuple[Request, ...]
    medicine_groups: Mapping[str, tuple[str, ...]]
    escalation: EscalationPolicy
    listening: Listening
