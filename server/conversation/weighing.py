"""Whether what phrases, numbers and the sentence classifier found is, together, enough to page someone at once.

Phrases alone miss oddly worded emergencies and take idioms for them; the classifier alone misses what it never read. Weighed
together, with weights learned on writers that the classifier did not know, they do better than either (docs/measurements.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from server.conversation.resemblance import Stretch
from server.persona.pack import Pack
from server.vocabulary.findings import Tier

PAGING = (Tier.EMERGENCY, Tier.URGENT)
"""Tiers at which someone is called at once."""
_SUREST = 0.997
"""Probabilities are no surer than this: a classifier's certainty must not outweigh everything else."""


@dataclass(frozen=True)
class Evidence:
    """What there is for one tier or a more urgent one."""

    whole: float
    """The classifier's probability for the whole utterance."""
    best: float
    """And for the stretch that is most like it."""
    phrase: bool = False
    """A phrase fired, and was meant."""
    hint: bool = False
    number: bool = False
    unreal: bool = False
    """Phrases, hints or numbers fired, and none was meant: denied, someone else's, long past, supposed."""


def evidence(pack: Pack, tier: Tier, found: Sequence[Stretch], meant: frozenset[str], unreal: bool) -> Evidence:
    """`found`: what each stretch is like, the whole utterance first; `meant`: kinds of rules that fired and were meant."""
    sums = [stretch.sum(pack, tier) for stretch in found] or [0.0]
    return Evidence(sums[0], max(sums), "phrase" in meant, "hint" in meant, "number" in meant, unreal and not meant)


def is_enough(pack: Pack, tier: Tier, known: Evidence) -> bool:
    """Whether the weights of the pack come out for it."""
    weights = pack.paraphrase.page[tier]
    total = weights.bias + weights.whole * _log_odds(known.whole) + weights.best * _log_odds(known.best)
    total += weights.phrase * known.phrase + weights.hint * known.hint + weights.number * known.number
    return total + weights.unreal * known.unreal >= 0


def _log_odds(probability: float) -> float:
    kept = min(max(probability, 1 - _SUREST), _SUREST)
    return math.log(kept / (1 - kept))
