"""How long one turn may take to be understood, whoever is asked about it. Pure."""

from dataclasses import dataclass

CLASSIFIED_WITHIN = 0.25
"""Seconds; the classifier needs about 20 ms, and rules without it count every hint, which is safe and may page too often."""
LOOKED_UP_WITHIN = 0.35
"""Seconds, the classifier's included; a question to the library needs about 10 ms, and one that is late counts as unanswered,
of which a nurse hears."""
ADVISED_WITHIN = 0.6
"""Seconds, the classifier's included, in which a language model must have read the turn and said a first sentence, so
that an approved line in its place still comes within 700 ms (issue 3, item 6)."""


@dataclass(frozen=True)
class Deadlines:
    """Of one turn, as loop times; fixed when it begins: who is late takes from the next, and not from the patient."""

    classified: float
    looked_up: float
    advised: float


def deadlines(now: float) -> Deadlines:
    """For a turn that begins at loop time `now`."""
    return Deadlines(now + CLASSIFIED_WITHIN, now + LOOKED_UP_WITHIN, now + ADVISED_WITHIN)
