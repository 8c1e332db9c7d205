"""What one check-in may spend on language models. Set aside before a request at its dearest, settled when it is over.

The check-in's own share is counted here and taken up again from the journal; the day's is in the records, for all
check-ins and across restarts.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

from server.checkin.journal import Settlement
from server.record import spending
from server.record.database import Database
from server.vocabulary import events as e
from server.vocabulary.prompts import LONGEST, Intent, Piece, Prompt
from server.vocabulary.spending import Limit, Prices, Spend, tokens_of


class Models(Protocol):
    """What answers: `speech.endpoints.Endpoints`, or an answer that a screenplay has written down."""

    def model(self, intent: Intent) -> str:
        """Name of the model that answered last."""
        ...

    def models(self, intent: Intent) -> tuple[str, ...]:
        """Every model that a request may be put to."""
        ...

    def ask(self, intent: Intent, prompt: Prompt) -> AsyncGenerator[Piece]:
        """The answer, piece by piece; raises a ServiceError."""
        ...


@dataclass(frozen=True)
class Means:
    """What check-ins may use of language models."""

    models: Models
    prices: Prices
    per_checkin: Limit
    per_day: Limit


@dataclass(frozen=True)
class Reserved:
    """Set aside for one request."""

    most: Spend
    day: str


class Purse:
    """One check-in's."""

    def __init__(
        self, means: Means, database: Database, post: Callable[[e.ModelUsed, Settlement | None], None]
    ) -> None:
        self._means = means
        self._database = database
        self._post = post
        self._spent = Spend()
        """Settled and set aside."""

    def recall(self, event: e.ModelUsed) -> None:
        """A request of this check-in before a restart."""
        self._spent += Spend(event.tokens_in + event.tokens_out, event.cost_micros)

    async def reserve(self, intent: Intent, prompt: Prompt) -> Reserved | None:
        """Set the dearest outcome aside; None when the check-in or the day cannot pay for it."""
        models = self._means.models.models(intent)
        most = self._means.prices.most(models, tokens_of(prompt.letters), LONGEST[intent])
        if not self._means.per_checkin.allows(self._spent + most):
            return None
        self._spent += most
        day = await self._database.run(lambda tx: spending.reserve(tx, most, self._means.per_day))
        if day is None:
            self._spent -= most
            return None
        return Reserved(most, day)

    def settle(self, reserved: Reserved | None, used: e.ModelUsed) -> None:
        """Put on record what a request took, and give back the rest."""
        if reserved is None:
            self._post(used, None)
            return
        change = Spend(used.tokens_in + used.tokens_out, used.cost_micros) - reserved.most
        self._spent += change
        self._post(used, Settlement(reserved.day, change))

    def price(self, model: str, tokens_in: int, tokens_out: int) -> int:
        """In millionths."""
        return self._means.prices.spend(model, tokens_in, tokens_out).micros
