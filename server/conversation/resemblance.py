"""Paraphrases: what a stretch of words is like, as the sentence classifier sees it, against the thresholds of the pack.

The classifier may add a finding and lets a hint pass or not; phrases and numbers that are meant stay without it (triage.py says
what becomes of a phrase among words of doubt). Within one stretch probabilities of a
tier add up, because ten ways to be an emergency at five per cent each are an emergency; stretches are only compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from server.conversation.heard import Heard
from server.persona.pack import Pack
from server.vocabulary.findings import Likeness, Tier


@dataclass(frozen=True)
class Stretch:
    """One stretch of the comparable text and what it is like."""

    start: int
    end: int
    likenesses: tuple[Likeness, ...]

    def sum(self, pack: Pack, tier: Tier) -> float:
        """Probability that it means a guardrail of this tier or a more urgent one."""
        return sum(one.probability for one in self._of(pack, tier))

    def best(self, pack: Pack, tier: Tier) -> Likeness:
        """The most probable of them; there must be one."""
        return max(self._of(pack, tier), key=lambda one: one.probability)

    def _of(self, pack: Pack, tier: Tier) -> list[Likeness]:
        return [one for one in self.likenesses if pack.guardrails[one.trigger].tier.rank <= tier.rank]


def stretches(pack: Pack, heard: Heard, likenesses: Sequence[Likeness]) -> Iterator[Stretch]:
    """Those that hold a word; what is like a guardrail that this pack does not have is left out."""
    known = sorted((one for one in likenesses if one.trigger in pack.guardrails), key=_stretch_of)
    for (start, end), group in groupby(known, _stretch_of):
        if span := heard.span_of(start, end):
            yield Stretch(*span, tuple(group))


def _stretch_of(one: Likeness) -> tuple[int, int]:
    return one.start, one.end
