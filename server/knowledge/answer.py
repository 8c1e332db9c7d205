"""A question to the library and what came of it: the ranked passages, and the one that answers or why none does."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.knowledge.passage import Audience, Passage


@dataclass(frozen=True)
class Asked:
    """For whom and when a question is asked; filters what may be found, before anything is ranked."""

    on: date
    """A passage is told until the day before it expires."""
    audience: Audience = Audience.PATIENT
    """A nurse is told what is written for nurses and for patients; a patient only the latter."""
    language: str = "en"
    medicines: tuple[str, ...] = ()
    """Generic names on the patient's list: "my water pill" is one of these, and what is written of others is not told then."""


@dataclass(frozen=True)
class Ranked:
    """One passage that was found, and how."""

    passage: Passage
    chance: float
    """0 to 1, the calibrated chance that it answers the question; what the order and the refusal go by."""
    words: float
    """0 to 1, how much of the question's words, and of what they mean, it holds; rare ones count more."""
    sense: float
    """Cosine of the question and what of the passage is most like it: all of it, a part, or the heading."""
    covered: float
    """0 to 1, how much of what the question says the passage says too, rare words counting more."""


class Refusal(StrEnum):
    """Why a question is not answered."""

    EMPTY = "nothing was asked"
    NOTHING_OPEN = "no passage is open to this audience, in this language, on this day"
    NOT_SURE = "no passage is close enough to the question"


@dataclass(frozen=True)
class Answer:
    """Exactly one of `passage` and `refusal` is set."""

    question: str
    """PHI: the patient's own words."""
    ranked: tuple[Ranked, ...]
    """The best first, at most ten, also where none is good enough."""
    passage: Passage | None
    refusal: Refusal | None
    threshold: float
    """The chance under which a passage is not told."""
