"""What language models may cost, and do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LETTERS_PER_TOKEN = 3
"""Fewest letters a token of English has on average (vendors say 4): what is not counted is rather over- than underestimated."""


@dataclass(frozen=True)
class Spend:
    """Tokens in both directions together, and their price."""

    tokens: int = 0
    micros: int = 0
    """Millionths of the unit that prices are given in."""

    def __add__(self, other: "Spend") -> "Spend":
        return Spend(self.tokens + other.tokens, self.micros + other.micros)

    def __sub__(self, other: "Spend") -> "Spend":
        return Spend(self.tokens - other.tokens, self.micros - other.micros)


@dataclass(frozen=True)
class Limit:
    """The most that may be spent."""

    tokens: int
    micros: int | None = None
    """None: money is not limited."""

    def allows(self, spent: Spend) -> bool:
        return spent.tokens <= self.tokens and (self.micros is None or spent.micros <= self.micros)


@dataclass(frozen=True)
class Prices:
    """What each model costs for 1,000 tokens in and out; a model that is not listed costs nothing."""

    per_thousand: Mapping[str, tuple[float, float]]

    def spend(self, model: str, tokens_in: int, tokens_out: int) -> Spend:
        price_in, price_out = self.per_thousand.get(model, (0.0, 0.0))
        return Spend(tokens_in + tokens_out, round((tokens_in * price_in + tokens_out * price_out) * 1000))

    def most(self, models: Iterable[str], tokens_in: int, tokens_out: int) -> Spend:
        """The dearest of these models, if every endpoint of the chain is asked: none may break a budget."""
        spends = [self.spend(model, tokens_in, tokens_out) for model in models]
        return sum(spends, Spend())


def micros_of(money: float | None) -> int | None:
    """Millionths, as limits are kept."""
    return None if money is None else round(money * 1_000_000)


def tokens_of(letters: int) -> int:
    """Tokens that so many letters are at most, for requests that the endpoint has not counted."""
    return -(-letters // LETTERS_PER_TOKEN)
