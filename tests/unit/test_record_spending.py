"""What language models may cost: the day's limit holds whatever fails, and each day begins anew."""

from datetime import timedelta

import pytest

from server.record import spending
from server.record.database import Database
from server.vocabulary.clock import MovableClock
from server.vocabulary.spending import Limit, Prices, Spend, micros_of, tokens_of

KIND = "unit"

LIMIT = Limit(tokens=1000, micros=50_000)
SOME = Spend(400, 10_000)


async def reserve(database: Database, most: Spend = SOME) -> str | None:
    return await database.run(lambda tx: spending.reserve(tx, most, LIMIT))


async def test_what_is_set_aside_counts_until_it_is_settled(database: Database) -> None:
    day = await reserve(database)
    assert day == "2026-11-17"
    assert await reserve(database) == day
    assert await reserve(database) is None
    await database.run(lambda tx: spending.settle(tx, "2026-11-17", Spend(100, 2_000) - SOME))
    assert await database.run(spending.today) == Spend(500, 12_000)
    assert await reserve(database) == day


@pytest.mark.parametrize("most", [Spend(1001, 0), Spend(0, 50_001)])
async def test_neither_tokens_nor_money_may_pass_the_limit(database: Database, most: Spend) -> None:
    assert await reserve(database, most) is None
    assert await database.run(spending.today) == Spend()


async def test_the_next_day_begins_at_nothing(database: Database, clock: MovableClock) -> None:
    assert await reserve(database, Spend(1000, 0))
    clock.move(timedelta(days=1))
    assert await reserve(database) == "2026-11-18"


def test_money_is_not_limited_unless_it_is() -> None:
    assert Limit(10).allows(Spend(10, 10**12))
    assert not Limit(10, 0).allows(Spend(1, 1))
    assert micros_of(None) is None
    assert micros_of(1.25) == 1_250_000


def test_a_chain_is_set_aside_for_as_if_every_endpoint_were_asked() -> None:
    prices = Prices({"large": (0.002, 0.008), "small": (0.0, 0.001)})
    assert prices.spend("large", 1000, 500) == Spend(1500, 6000)
    assert prices.spend("free", 1000, 500) == Spend(1500, 0)
    assert prices.most(("large", "small"), 1000, 500) == Spend(3000, 6500)


def test_uncounted_tokens_are_overestimated() -> None:
    assert tokens_of(10) == 4
    assert tokens_of(0) == 0
