"""The attention budget, pure: which threshold would have kept noise away, and what it would have cost.

It proposes; a person accepts. It knows only what may be moved: cues, and same-day findings of the classifier.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

FEWEST: Final = 20
"""Judgments below which nothing is proposed: of 20 the 95 % interval of a share is still ± 22 points (Clopper-Pearson)."""
MOST_LOST: Final = 0.2
"""Share of the useful ones that a proposal may cost at most; beyond that the rule itself must be looked at."""
MOST: Final = 0.95
"""No threshold is proposed beyond."""


@dataclass(frozen=True)
class Judged:
    """One page or question that a nurse has judged."""

    what: str
    """`same_day`, or the id of a cue."""
    score: float
    """0 to 1: what the threshold is compared with."""
    useful: bool


@dataclass(frozen=True)
class Proposal:
    """A threshold to move, or why not."""

    what: str
    judged: int
    precision: float
    before: float
    after: float | None
    """None: within the budget already, or no threshold does it."""
    precision_after: float = 0.0
    useful_lost: int = 0
    why_not: str = ""


def propose(judged: Iterable[Judged], now: Mapping[str, float], budget: float) -> tuple[Proposal, ...]:
    """For each that may be moved and has enough judgments; the least useful first. `budget`: share that is to be useful."""
    of: dict[str, list[Judged]] = {}
    for one in judged:
        if one.what in now:
            of.setdefault(one.what, []).append(one)
    found = [_proposal(what, ones, now[what], budget) for what, ones in of.items()]
    return tuple(sorted(found, key=lambda one: (one.precision, one.what)))


def _proposal(what: str, judged: list[Judged], before: float, budget: float) -> Proposal:
    share = _precision(judged)
    if len(judged) < FEWEST:
        return Proposal(what, len(judged), share, before, None, why_not=f"fewer than {FEWEST} judgments")
    if share >= budget:
        return Proposal(what, len(judged), share, before, None, why_not="within the budget")
    useful = sum(one.useful for one in judged)
    for least in sorted({one.score for one in judged if before < one.score <= MOST}):
        kept = [one for one in judged if one.score >= least]
        lost = useful - sum(one.useful for one in kept)
        if lost > MOST_LOST * useful:
            break
        if _precision(kept) >= budget:
            # Rounded down, so that what was measured at this score still counts.
            return Proposal(what, len(judged), share, before, int(least * 1000) / 1000, _precision(kept), lost)
    return Proposal(what, len(judged), share, before, None, why_not="no threshold does it without losing useful ones")


def _precision(judged: list[Judged]) -> float:
    return sum(one.useful for one in judged) / len(judged)
