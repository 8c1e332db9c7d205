"""A persona pack as frozen types: scripts, objectives, guardrails and numbers. Holds no rule and says nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from server.persona.conditions import ConditionPack, KnownMedicine
from server.persona.cues import Cue
from server.persona.gate_rules import GateRules
from server.persona.lexicon import Lexicon, Phrase
from server.persona.memory_rules import MemoryRules
from server.persona.numbers import Numbers
from server.persona.paging import EscalationPolicy, TierPolicy
from server.persona.questions import (
    Choice,
    Condition,
    Limit,
    Measure,
    Objective,
    OtherUnit,
    Question,
    Said,
    TeachBack,
    TeachPoint,
)
from server.persona.raising import Raised, RaisedWith
from server.persona.shape import Frozen, Name, Number, ReviewBy, Signature
from server.persona.talk_rules import TalkRules
from server.vocabulary.findings import Tier


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


class NumberRule(Frozen):
    """A number that fires: one of the numbers within the phrase, compared with a limit.

    Numbers of the rule, or parameters by name, which a patient's own order may override. A number that fires is
    below or above one of the rule's own limits, or lies within all that is given of `between`, `at_least` and `under`.
    """

    phrase: str
    which: Literal["first", "last", "gain"] = "first"
    """`gain`: the last number less the first, "from 171 to 176"."""
    below: float | None = None
    above: float | None = None
    between: tuple[float, float] | None = None
    """Beside a parameter: what is plausible at all; anything else is another kind of number."""
    at_least: Name | None = None
    """Parameter."""
    under: Name | None = None
    """Parameter."""
    factor: float = 1.0
    """One of the unit that was said is `factor` of the parameter's unit, from `offset` on."""
    offset: float = 0.0
    decides: bool = False
    """Within the limit it is no finding, whatever phrases and hints around it, or the classifier, make of the words."""
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
    """Of an emergency or an urgent one: enough by themselves, whatever the classifier says. Of another tier: as `hints`."""
    hints: tuple[str, ...] = ()
    """Wider frames: enough only where the classifier finds the words a little like this tier, or was not asked."""
    numbers: tuple[NumberRule, ...] = ()
    needs_group: Name | None = None
    """Fires only when the patient takes, or names, a medicine of this group."""
    says: tuple[Name, ...] = ()
    extra: tuple[Name, ...] = ()
    """Said after `says`, also when `says` was said before for another guardrail."""
    asks: tuple[Name, ...] = ()
    """Questions of `staying` asked before anything else."""
    is_request: bool = False
    """The patient's words ask us for something, so they are not taken for an answer."""
    ask_if_supposed: bool = True
    """An emergency that was only wondered about ("what if ...") is asked about once."""
    system: Name | None = None
    """Body system: two same-day findings of one are urgent together."""
    raised_by: tuple[Name, ...] = ()
    """Risks of a patient (`Visit.risks`) that make it one tier more urgent."""
    raised_with: tuple[RaisedWith, ...] = ()
    """What said beside it, or known of the patient, makes it more urgent."""
    anyone: bool = False
    """Fires whoever does it: "he is hurting me"."""
    lasting: bool = False
    """Days ago it is no less urgent than now: a blow to the head on a blood thinner, a try to die."""
    nurse_needs: tuple[str, ...] = ()
    """What a nurse asks or looks up first, in a few plain words each; every guardrail that pages someone has some."""
    source: str = Field(min_length=1)
    status: Signature
    review_by: ReviewBy
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
    close_person: tuple[str, ...]
    """Those someone speaks for, or lives with: what they have is happening here unless it is said otherwise."""
    acute: tuple[str, ...]
    """Makes what another person has an emergency in this room."""
    habitual: tuple[str, ...]
    """Makes what another person has a thing of years."""
    long_past: tuple[str, ...]
    past_ends: tuple[str, ...]
    """From the past to the present: "but now"."""
    resolved: tuple[str, ...]
    """Says that a thing of the past is over, also where it speaks of the present."""
    recent_past: tuple[str, ...]
    present: tuple[str, ...]
    """Takes a red flag out of the past."""
    surely_present: tuple[str, ...]
    """Takes a red flag out of a supposition."""
    hypothetical: tuple[str, ...]
    hypothetical_ends: tuple[str, ...]
    condition: tuple[str, ...]
    plan: tuple[str, ...]
    """What someone would do: between a condition and a plan nothing is happening."""
    quoted: tuple[str, ...]
    rule: tuple[str, ...]
    """After a red flag, makes it one that was read: "means call 911"."""
    normal: tuple[str, ...]
    """What is well, normal readings among it: reason enough to doubt the classifier, never a phrase."""
    idioms: tuple[str, ...]
    exception: tuple[str, ...]
    """Takes something out of what was said: "all of them except the water pill"."""
    contrast: tuple[str, ...]
    """Sets something against what was said: "my son drives, but his car is broken"."""


class PageWeights(Frozen):
    """Of a logistic regression, in log odds: what speaks for a page. Their sum is enough from 0 on."""

    bias: float
    whole: float
    """Times the log odds of the classifier's probability for the whole utterance."""
    best: float
    """Times those of the best stretch."""
    phrase: float
    """A phrase that was meant."""
    hint: float
    number: float
    unreal: float
    """Phrases fired, and none was meant."""
    source: str
    status: str


class Paraphrase(Frozen):
    """What triage makes of the sentence classifier's probabilities: each is that of a tier or a more urgent one."""

    page: Mapping[Tier, PageWeights]
    """For the tiers that call someone at once: weighed together with what phrases and numbers found."""
    alone: Mapping[Tier, Number]
    """For the others: enough by itself."""
    with_hint: Number
    """For the others: enough for a phrase or hint that stands in the same words."""


class Answers(Frozen):
    """How yes, no and nothing at all sound."""

    yes: tuple[str, ...]
    """A plain yes, whatever else is said."""
    somewhat: tuple[str, ...]
    """Also a yes, but not beside a request: "hold on just a bit" says nothing of any pain."""
    no: tuple[str, ...]
    denial: tuple[str, ...]
    """A no to a question about danger; narrower than `no`, and whole: it holds its verb and what it denies."""
    story_denial: tuple[str, ...]
    """Ends a story about something else, or of before, with a denial: "but not now"."""
    doubt: tuple[str, ...]
    """Makes a denial of danger none: "I'm not doing so well"."""
    plain: tuple[str, ...]
    """Words that change nothing beside a denial: "no, not that I know of, thank God"."""
    well: tuple[str, ...]
    """"I'm fine": a no to a question about something bad, and no answer to any other."""
    understood: tuple[str, ...]
    """Says that something was understood, or is no trouble; proof of nothing."""
    filler: tuple[str, ...]
    """Sounds and politeness that hold no answer."""
    thinking: tuple[str, ...]
    """Sounds of someone about to speak: they are waited for."""
    pause: tuple[str, ...]
    """Stands between sounds and words."""
    better: tuple[str, ...]
    """Said to have passed, while staying with someone: welcome, and no reason to let go."""
    correction: tuple[str, ...]
    """Takes back something said before: "no wait", "actually"."""

    @property
    def any_yes(self) -> tuple[str, ...]:
        return self.yes + self.somewhat


RequestKind = Literal["repeat", "stop", "refuse", "unsure", "wait", "human", "about_us", "comfort", "wrong_person"]
TOLD_KINDS: tuple[RequestKind, ...] = ("human", "wrong_person")
"""Requests of which a person is told: each needs a guardrail that it fires."""


class Request(Frozen):
    """Something a patient may say at any time that is not an answer."""

    id: Name
    kind: RequestKind
    phrases: tuple[str, ...]
    says: tuple[Name, ...] = ()
    whole: bool = False
    """The phrase must be all that was said."""
    fires: Name | None = None
    """Guardrail by which a person is told of it; with `human` and `wrong_person`."""


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
    raised: Raised
    scope: Scope
    paraphrase: Paraphrase
    answers: Answers
    requests: tuple[Request, ...]
    medicine_groups: Mapping[str, tuple[str, ...]]
    medicines: Mapping[str, KnownMedicine]
    """Every name in comparable words, to its medicine."""
    measures: Mapping[str, Measure]
    everyday_names: Mapping[str, tuple[str, ...]]
    """Group to what people call its medicines: "my blood thinner"."""
    parameters: Mapping[str, Number]
    """Numbers that a clinic, or one patient's order, may change; those of the condition packs included."""
    conditions: Mapping[str, ConditionPack]
    """Condition packs by id, in the order in which they are asked."""
    cues: Mapping[str, Cue]
    """What perception may notice, by id."""
    talk: TalkRules
    """How a language model may talk, where one is configured."""
    memory: MemoryRules
    """What is worth remembering, and how the next check-in takes it up."""
    escalation: EscalationPolicy
    listening: Listening
    gate: GateRules

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question of the pack: of its objectives, its condition packs and their lessons, `staying` and `last_time`."""
        objectives = (question for objective in self.objectives for question in objective.questions)
        packs = (question for found in self.conditions.values() for question in found.questions)
        lessons = (found.lesson for found in self.conditions.values() if found.lesson)
        return (*objectives, *packs, *lessons, *self.staying.values(), *self.memory.last_time)


__all__ = [
    "TOLD_KINDS",
    "Answers",
    "Choice",
    "Clinic",
    "Condition",
    "EscalationPolicy",
    "Frozen",
    "Guardrail",
    "Limit",
    "Listening",
    "Measure",
    "Name",
    "Number",
    "NumberRule",
    "Numbers",
    "Objective",
    "OtherUnit",
    "Pack",
    "Question",
    "Request",
    "RequestKind",
    "Said",
    "Scope",
    "Script",
    "Signature",
    "TeachBack",
    "TeachPoint",
    "TierPolicy",
]
