"""Exact confidence intervals of a proportion, so that a small set never looks surer than it is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log

_STEPS = 60
"""Halvings of [0, 1]: closer than a double can show."""


@dataclass(frozen=True)
class Proportion:
    """`hits` of `n`, with the exact 95 % interval of Clopper and Pearson (Biometrika 26, 1934)."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper limit; everything is possible where nothing was seen."""
        if not self.n:
            return 0.0, 1.0
        tail = 0.025
        low = 0.0 if self.hits == 0 else _solve(lambda p: at_least(self.hits, self.n, p) < tail)
        high = 1.0 if self.hits == self.n else _solve(lambda p: 1 - at_least(self.hits + 1, self.n, p) > tail)
        return low, high


def at_least(hits: int, n: int, p: float) -> float:
    """Probability of `hits` or more of `n` independent tries that succeed with `p`."""
    if p in (0.0, 1.0):
        return float(hits <= n * p)
    terms = (
        lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)
        for k in range(hits, n + 1)
    )
    return min(1.0, sum(map(exp, terms)))


def _solve(too_low: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return (low + high) / 2
