"""What listening can find: tiers of urgency and the words that are the evidence."""

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """How fast a person must act; research: clinical.md §2, drafts for a clinician's signature."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    SAME_DAY = "same_day"
    FYI = "fyi"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Tier).index(self)


@dataclass(frozen=True)
class TriggerHit:
    """A guardrail that fired on a patient's words."""

    trigger: str
    """Guardrail id, for example CHEST_PAIN."""
    version: int
    tier: Tier
    quote: str
    """The patient's words that fired it, verbatim (PHI)."""
    rule: str = ""
    """Which of the guardrail's rules fired, for example `phrase 3`, `number 1` or `classifier`; empty: not by words."""
    start: int = 0
    """The words that fired it are the utterance's characters `start` to `end`; both 0 when it was not words."""
    end: int = 0
    probability: float | None = None
    """The classifier's, where the rule is its."""


@dataclass(frozen=True)
class NegativeFinding:
    """A red flag the patient denied, kept so that silence and a "no" are never confused."""

    trigger: str
    version: int
    quote: str


@dataclass(frozen=True)
class Flag:
    """A guardrail that a language model raises."""

    trigger: str
    quote: str
    """The patient's words it rests on, verbatim (PHI)."""


@dataclass(frozen=True)
class Advice:
    """What a language model read in one turn, checked against the patient's own words. It adds; it never takes away."""

    reading: str = ""
    """Its answer to the open question, where the rules could read none: `yes`, `no`, a number or a choice id (PHI)."""
    quote: str = ""
    """The patient's words that say so, verbatim (PHI)."""
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class CueEvidence:
    """One measurement's share of what voice or face seemed to say; about sound and sight, never about a mood."""

    cue: str
    """What was measured, for example `response_latency` (perception.reading)."""
    at: float
    """When it was measured, in seconds into the check-in."""
    value: float
    usual: float
    """The patient's own, in the unit of `value`."""
    deviation: float
    """How far from usual, in spreads of the patient's own; positive is the direction that counts."""
    contribution: float
    """Log-odds that it adds to the score; negative speaks against."""


@dataclass(frozen=True)
class CueUsual:
    """What is usual of one measurement for one patient, in its own unit."""

    cue: str
    """What is measured (perception.reading)."""
    center: float
    spread: float


@dataclass(frozen=True)
class Likeness:
    """How much a stretch of an utterance is like what people say who mean a guardrail: a probability, no finding."""

    trigger: str
    """Guardrail id."""
    probability: float
    """0 to 1. Triggers exclude each other within one stretch, so those of one stretch may be added up."""
    start: int
    """The stretch is the utterance's characters `start` to `end`."""
    end: int
