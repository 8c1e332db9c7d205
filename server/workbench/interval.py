"""Exact confidence intervals of a proportion, so that a small set never looks surer than it is."""

from dataclasses import dataclass


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
        # Loaded where it is needed: it takes a second, and every command imports this module.
        from scipy.stats import binomtest

        if not self.n:
            return 0.0, 1.0
        limits = binomtest(self.hits, self.n).proportion_ci(0.95, method="exact")
        return float(limits.low), float(limits.high)
