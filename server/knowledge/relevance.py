"""How likely a passage answers a question: weights of what the two share, fitted to questions and answers we wrote.

Order and refusal are two questions. Order compares passages with each other. Whether the first one answers at all also asks
how far it stands out, and how near the question is to the library as a whole. `tests/bench/retrieval_fit.py` fits both.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SHARED = (
    *("whole", "bare", "part", "heading"),
    *("held", "heading_held"),
    *("covered", "share", "missing"),
)
"""Columns of what a passage and a question share: cosines (`Vectors.likeness`), words (`Postings.shared`), and things spoken of
(`Postings.covered`)."""
STANDING = (
    *("score", "ahead_of_second", "ahead_of_fifth"),
    *("unknown", "unknown_said", "usual", "stands_out", "concepts", "document"),
)
"""Further columns for the first passage: its score and leads, the share of the question (with its meanings, and as said)
that no passage has a word of, the library's mean cosine, by how many deviations its own is above that, how many things
the question speaks of, and the mean cosine of what was found in its document."""


@dataclass(frozen=True)
class Relevance:
    """Fitted weights."""

    order: Floats
    """By `SHARED`."""
    answers: Floats
    """By `SHARED` and `STANDING`."""
    offset: float
    threshold: float
    """The chance under which a question is refused."""

    def scores(self, shared: Floats) -> Floats:
        """[n], of float32 [n, 9]: higher is better, comparable for one question."""
        found: Floats = shared @ self.order
        return found

    def chance(self, standing: Floats) -> float:
        """That the first passage answers, 0 to 1."""
        return float(1 / (1 + np.exp(-(standing @ self.answers + self.offset))))


@cache
def fitted() -> Relevance:
    """What `relevance.json` beside this file says."""
    stored = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    order, answers = (np.array(list(stored[name].values()), np.float32) for name in ("order", "answers"))
    return Relevance(order, answers, stored["offset"], stored["threshold"])
