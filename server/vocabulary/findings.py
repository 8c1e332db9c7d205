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


@dataclass(frozen=True)
class NegativeFinding:
    """A red flag the patient denied, kept so that silence and a "no" are never confused."""

    trigger: str
    version: int
    quote: str
