"""Free talk on its way from a model's stream to the voice: cut into sentences, each judged by the gate before it counts.

The first refused sentence ends it. Nothing after that is read, and what was let pass before stays.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable

from server.checkin.request import Outcome, Request
from server.conversation.talk import Talk
from server.record.privacy import log
from server.speech.sentences import Sentences
from server.vocabulary.prompts import Text

_logger = logging.getLogger(__name__)


class Talking:
    """Owns the task that reads one model's stream; made for one reply."""

    def __init__(
        self, place: Talk, request: Request, passes: Callable[[str], Awaitable[bool]], most: int, until: float
    ) -> None:
        self.place = place
        self.until = until
        """Loop time by which the first sentence must have passed."""
        self._request = request
        self._passes = passes
        self._most = most
        self._told = 0
        self._dropped: Outcome | None = None
        self._sentences: asyncio.Queue[str | None] = asyncio.Queue()
        self.task = asyncio.create_task(self._run(), name="talking")

    async def next(self, until: float) -> str | None:
        """The next sentence that may be spoken, or None when there is none by loop time `until`."""
        try:
            async with asyncio.timeout_at(until):
                return await self._sentences.get()
        except TimeoutError:
            self.drop("late")
            return None

    def drop(self, why: Outcome) -> None:
        """Nobody wants any more of it."""
        if not self.task.done():
            self._dropped = why
            self.task.cancel()

    async def close(self) -> None:
        """End it."""
        self.drop("dropped")
        await asyncio.gather(self.task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await self._read()
        except Exception as error:  # noqa: BLE001  the root of a task: without a model's words the script goes on
            log(_logger, logging.WARNING, "model_failed", error=type(error).__name__)
            self._ended("failed")
        finally:
            if self._dropped is not None:
                self._ended(self._dropped)
            self._request.done()
            self._sentences.put_nowait(None)

    async def _read(self) -> None:
        sentences = Sentences()
        async with contextlib.aclosing(self._request.pieces()) as pieces:
            async for piece in pieces:
                if not isinstance(piece, Text):
                    continue
                if not await self._tell_all(sentences.feed(piece.text)):
                    return
                if sentences.runs_on:
                    self._ended("garbage")
                    return
        await self._tell_all(sentences.finish())

    async def _tell_all(self, sentences: Iterable[str]) -> bool:
        """False when no more is wanted."""
        for sentence in sentences:
            if not await self._tell(sentence):
                return False
        return True

    async def _tell(self, sentence: str) -> bool:
        """Hand a sentence on if the gate lets it pass; False when no more is wanted."""
        if not await self._passes(sentence):
            self._ended("refused")
            return False
        self._told += 1
        self._request.outcome = "used"
        self._sentences.put_nowait(sentence)
        return self._told < self._most

    def _ended(self, why: Outcome) -> None:
        """What was said stays said: only a reply without a word of it is called by what went wrong."""
        if not self._told:
            self._request.outcome = why
