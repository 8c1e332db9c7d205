"""What is worth remembering of a check-in, what the next one asks about it, and in which words it may be told."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from server.persona.questions import Question
from server.persona.shape import Frozen, Name, Number, ReviewBy, Signature


class Aspect(Frozen):
    """One way to say more closely what is remembered: which ankle."""

    id: Name
    title: str
    """For staff: `left ankle`."""
    spoken: str
    """What fills `{remembered}`: `left ankle was`."""
    phrases: tuple[str, ...]


class Remember(Frozen):
    """One thing worth remembering: where it comes from, and what becomes of it in the next check-in."""

    id: Name
    title: str
    """For staff: `Swelling`."""
    questions: tuple[Name, ...] = ()
    """Whose answers are kept."""
    guardrails: tuple[Name, ...] = ()
    """Found by the patient's words (not by an answer), they are kept as `found`."""
    said: tuple[str, ...] = ()
    """With guardrails: must stand in the words that fired. Without: kept as `found` wherever the patient says so."""
    found: str = "yes"
    over: tuple[str, ...] = ()
    """Answers with which the matter is over: nothing is asked about it any more."""
    asks: Name | None = None
    """Question of `last_time` that the next check-in opens with; None: it is kept, and not asked about."""
    only_conflicts: bool = False
    """It is asked about only where the patient's words and the chart disagree."""
    conflicts: tuple[Name, ...] = ()
    """Guardrails that say so, fired by the answer."""
    recall: Name | None = None
    """Script that tells the patient what is remembered; None: it is not told."""
    settles: Mapping[Name, Mapping[str, str]] = {}
    """Usual question to answer of `asks` to its answer: it is then not asked again. `*`: any answer, as it is."""
    aspects: tuple[Aspect, ...] = ()
    otherwise: str = ""
    """What fills `{remembered}` without an aspect; empty: without one it is neither asked about nor told."""
    phrases: tuple[str, ...] = ()
    """What the patient calls it: "forget about the swelling"."""

    def spoken(self, aspect: str) -> str:
        """What fills `{remembered}`; empty where there are no words for it."""
        return next((one.spoken for one in self.aspects if one.id == aspect), self.otherwise)


Talk = Literal["asks_what", "forget", "wrong", "instead"]


class MemoryRules(Frozen):
    """memory.yaml"""

    source: str = Field(min_length=1)
    status: Signature
    review_by: ReviewBy
    openings_max: Number
    """Memories that a check-in opens with."""
    recall_max: Number
    """Memories that are told when the patient asks what is remembered."""
    asked_max: Number
    """Check-ins in which the same thing is asked about without an answer, before it is let go."""
    kept_days: Number
    """Age from which nothing is asked about a memory any more."""
    confidence_rules: Number
    """Confidence of a fact that rules read in the patient's words."""
    confidence_model: Number
    """The same of a language model; a person confirms it before it counts."""
    phrases: Mapping[Talk, tuple[str, ...]]
    """How patients ask what is remembered, want something forgotten, or say that it is not right, or was something else."""
    remember: tuple[Remember, ...]
    last_time: tuple[Question, ...]

    @property
    def rules(self) -> Mapping[str, Remember]:
        return {one.id: one for one in self.remember}

    @property
    def questions(self) -> Mapping[str, Question]:
        return {one.id: one for one in self.last_time}
