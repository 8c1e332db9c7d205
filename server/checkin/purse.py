"""What one check-in may spend on language models. Set aside before a request at its dearest, settled when it is over.

The check-in's own share is counted here and taken up again from the journal; the day's is in the records, for all
check-ins and across restarts.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

from server.checkin.journal import Settlement
from server.record import spending
from server.record.database import Database
from server.record.privacy import log
from server.vocabulary import events as e
from server.vocabulary.prompts import LONGEST, Intent, Piece, Prompt
from server.vocabulary.spending import Limit, Prices, Spend, tokens_of

_logger = logging.getLogger(__name__)


class Models(Protocol):
    """What answers: `speech.endpoints.Endpoints`, or an answer that a screenplay has written down."""

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
    models: tuple[str, ...]
    """Every model that may be asked."""


class Purse:
    """One check-in's."""

    def __init__(
        self, means: Means, database: Database, post: Callable[[e.ModelUsed, Settlement | None], object]
    ) -> None:
        self._means = means
        self._database = database
        self._post = post
        self._spent = Spend()
        """Settled and set aside."""
        self._undoing: set[asyncio.Task[None]] = set()

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
        # A transaction that has begun goes on without whoever waited for it: what it sets aside is given back then.
        asking = asyncio.create_task(self._database.run(lambda tx: spending.reserve(tx, most, self._means.per_day)))
        try:
            day = await asyncio.shield(asking)
        except BaseException:
            self._spent -= most
            self._undo(asking, most)
            raise
        if day is None:
            self._spent -= most
            return None
        return Reserved(most, day, models)

    def _undo(self, asking: asyncio.Task[str | None], most: Spend) -> None:
        task = asyncio.create_task(self._give_back(asking, most), name="give-back")
        self._undoing.add(task)
        task.add_done_callback(self._undoing.discard)

    async def _give_back(self, asking: asyncio.Task[str | None], most: Spend) -> None:
        try:
            if (day := await asking) is not None:
                await self._database.run(lambda tx: spending.settle(tx, day, Spend() - most))
        except Exception as error:  # noqa: BLE001  the root of a task: what stays set aside is too much, never too little
            log(_logger, logging.WARNING, "reservation_kept", error=type(error).__name__)

    async def close(self) -> None:
        """Returns once nothing is set aside for requests that were never made."""
        await asyncio.gather(*self._undoing)

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
