"""What perception says: something that can be observed, how sure it is, and what it rests on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from perception.reading import Cue, Modality


class Observable(StrEnum):
    """Named after what is seen and heard, never after what somebody may feel."""

    HESITATION = "hesitation"
    VISIBLE_TENSION = "visible_tension"
    PAIN_EXPRESSION = "pain_expression"
    """Looks like the expression of pain; people frown and squint for many reasons."""
    CONFUSION = "confusion"
    MISMATCH = "mismatch"
    """Words say fine, voice and face do not."""
    ABSENCE = "absence"


AbsenceKind = Literal["thinking", "muted", "walked_away", "asleep", "network"]


@dataclass(frozen=True)
class Evidence:
    """One cue's share of a finding."""

    cue: Cue
    start: float
    end: float
    """Seconds on the session's clock."""
    value: float
    usual: float
    """The patient's own, or the population's where there is no baseline yet; in the cue's unit, like `value`."""
    deviation: float
    """Robust z: how many of the patient's own spreads away from usual; positive is the direction that counts."""
    contribution: float
    """Log-odds it adds to the score now, decay included; negative speaks against."""


@dataclass(frozen=True)
class Finding:
    """One observable at one moment. The evidence's contributions and `bias` sum to the log-odds of `score`."""

    observable: Observable
    at: float
    score: float
    """0 to 1, calibrated."""
    confidence: float
    """0 to 1: how much of what could be measured was, and how well the patient's usual is known."""
    freshness: float
    """Seconds since the newest evidence."""
    bias: float
    """Log-odds without any evidence."""
    evidence: tuple[Evidence, ...]
    """Strongest first."""
    modalities: frozenset[Modality]
    """Those that contribute at least 0.7 log-odds."""
    model: str
    """Which model, as the first 8 hexadecimal digits of its SHA-256."""
    calibration: str
    """Which calibration, for example `prior` or `site-3`."""
    baseline_suspect: bool = False
    """The patient seemed far from usual from the first second, so their baseline may hide what it should show."""
    absence: AbsenceKind | None = None
    said: str = ""
    """For a mismatch: the words that say fine (PHI)."""
