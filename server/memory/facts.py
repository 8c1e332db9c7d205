"""A fact and what is said about it: what, from whom, when it held, since when it is known. Nothing here reads or writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.vocabulary.ids import CheckInId

State = Literal["held", "conflict", "disputed", "proposed"]
"""`conflict`: the patient's word against the chart's or the staff's; `proposed`: nobody has confirmed it yet."""
Source = Literal["patient", "chart", "staff", "llm-proposal"]
Ending = Literal["superseded", "corrected", "disputed", "confirmed", "rejected"]
"""Why a version is no longer what is known."""
Line = tuple[str, str]
"""What a fact is about: subject and predicate. Facts of one line follow each other in time."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a fact says and what it rests on; stored encrypted, with the words."""

    subject: str = ""
    """The medicine or service; empty: the patient."""
    predicate: str
    """Id of the pack's rule, for example `swelling`."""
    value: str
    unit: str = ""
    aspect: str = ""
    """Which of the rule's words say it more closely."""
    quote: str = ""
    """The patient's words it was read from."""
    turn: int = 0
    """The patient's turn they were said in; 0 without one."""
    confidence: float = 1.0
    """0 to 1."""

    @property
    def line(self) -> Line:
        return self.subject, self.predicate

    def says_as(self, other: "Claim") -> bool:
        """Whether both say the same."""
        mine, theirs = (self.value, self.unit, self.aspect), (other.value, other.unit, other.aspect)
        return self.line == other.line and mine == theirs


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One version of a fact, as it was recorded once."""

    id: str
    checkin: CheckInId | None
    claim: Claim
    state: State
    source: Source
    valid_from: datetime
    valid_to: datetime | None
    """None: it still holds, as far as is known."""
    recorded_at: datetime
    known_to: datetime | None
    """Until when this version was what is known; None: it still is."""
    ended_as: Ending | None
    confirmed_by: str | None


@dataclass(frozen=True)
class Matter:
    """What a thread is about; stored encrypted."""

    kind: Literal["follow_up", "conflict"]
    rule: str
    subject: str = ""
    asked: int = 0
    """Check-ins in which it was asked about and got no answer."""

    @property
    def line(self) -> Line:
        return self.subject, self.rule


@dataclass(frozen=True)
class Thread:
    """Something that the next check-in is to take up."""

    id: str
    matter: Matter
    opened_at: datetime
    closed_at: datetime | None = None
    closed_as: str | None = None


@dataclass(frozen=True)
class Episode:
    """What happened in one check-in; stored encrypted."""

    persona: str
    end_reason: str
    turns: int
    objectives: tuple[tuple[str, str], ...]
    """Question or objective, and how it ended; what was understood is in the facts, and can be forgotten there."""
    escalations: tuple[tuple[str, str], ...]
    """Tier and trigger of each page."""
    unanswered: tuple[str, ...]
    """What the patient asked and nobody could answer."""
