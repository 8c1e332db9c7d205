"""Exact intervals agree with published tables and with their own definition."""

from math import comb

import pytest

from server.installation import PERSONAS
from server.workbench.interval import Proportion
from server.workbench.ship_gates import read_ship_gates

KIND = "unit"


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (8, 10, 0.4439, 0.9748),
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (1, 20, 0.0013, 0.2487),
        (81, 263, 0.2527, 0.3676),
    ],
)
def test_intervals_as_in_the_literature(hits: int, n: int, low: float, high: float) -> None:
    """Brown, Cai and DasGupta 2001, Newcombe 1998, and statistical software agree on these."""
    assert Proportion(hits, n).interval == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(("hits", "n"), [(298, 299), (1, 2), (40, 263)])
def test_each_tail_holds_a_fortieth(hits: int, n: int) -> None:
    low, high = Proportion(hits, n).interval
    assert at_least(hits, n, low) == pytest.approx(0.025)
    assert at_least(hits + 1, n, high) == pytest.approx(0.975)


def at_least(hits: int, n: int, p: float) -> float:
    """Probability of `hits` or more of `n`, term by term."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(hits, n + 1))


def test_no_miss_in_so_many_shows_less_than_one_percent_one_sided() -> None:
    enough = read_ship_gates(PERSONAS / "shared" / "evaluation").emergency_sensitivity.cases
    assert at_least(enough, enough, 0.99) < 0.05
    assert at_least(enough - 1, enough - 1, 0.99) > 0.05


def test_nothing_seen_says_nothing() -> None:
    assert Proportion(0, 0).value is None
    assert Proportion(0, 0).interval == (0.0, 1.0)
