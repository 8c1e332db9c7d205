"""One request to a language model: paid for beforehand, recorded afterwards, however it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal

from server.checkin.purse import Models, Purse, Reserved
from server.vocabulary import events as e
from server.vocabulary.prompts import LONGEST, Call, Count, Intent, ModelRefused, Prompt, Text
from server.vocabulary.spending import tokens_of

Outcome = Literal["used", "nothing", "refused", "late", "garbage", "failed", "over_budget", "dropped"]


class Request:
    """Whoever asks sets `outcome` and calls `done` once; both may come from outside while the answer still streams."""

    def __init__(self, purse: Purse, models: Models, intent: Intent, prompt: Prompt, turn: int) -> None:
        self.outcome: Outcome = "nothing"
        self._purse = purse
        self._models = models
        self._intent: Intent = intent
        self._prompt = prompt
        self._turn = turn
        self._began = asyncio.get_running_loop().time()
        self._reserved: Reserved | None = None
        self._sent = False
        self._count: Count | None = None

    async def pieces(self) -> AsyncGenerator[Text | Call]:
        """The answer; nothing where there is no money left. Raises a ServiceError."""
        self._reserved = await self._purse.reserve(self._intent, self._prompt)
        if self._reserved is None:
            self.outcome = "over_budget"
            return
        self._sent = True
        try:
            async with aclosing(self._models.ask(self._intent, self._prompt)) as stream:
                async for piece in stream:
                    if isinstance(piece, Count):
                        self._count = piece
                    else:
                        yield piece
        except ModelRefused:
            self._sent = False
            raise

    def done(self) -> None:
        """Record it."""
        took = round((asyncio.get_running_loop().time() - self._began) * 1000, 1)
        taken = self._taken()
        tokens, estimated = (taken.tokens_in, taken.tokens_out), self._count is None
        micros = self._micros(taken)
        used = e.ModelUsed(self._turn, self._intent, taken.model, *tokens, estimated, micros, took, self.outcome)
        self._purse.settle(self._reserved, used)

    def _taken(self) -> Count:
        """As counted; of what was cut off before it was counted, the most it can have been: every model was asked."""
        if self._count is not None:
            return self._count
        models = self._reserved.models if self._reserved else ()
        asked = len(models) if self._sent else 0
        tokens = asked * tokens_of(self._prompt.letters), asked * LONGEST[self._intent]
        return Count(*tokens, ", ".join(dict.fromkeys(models)))

    def _micros(self, taken: Count) -> int:
        if self._count is None:
            return self._reserved.most.micros if self._reserved and self._sent else 0
        return self._purse.price(taken.model, taken.tokens_in, taken.tokens_out)
