"""Speech without a voice: gated sentences appear as captions, at the pace of speech, over silence.

Takes the place of a voice that has failed for good; who cannot hear us any more can still read and type.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from server.media.playout import SAMPLE_RATE, Playout, PlayoutEvent
from server.vocabulary.speech import Receipt, WordTiming

_WORD_SECONDS = 60 / 150
"""150 words a minute (research/clinical.md section 3)."""
_PAUSE_SECONDS = 0.55
"""Between sentences."""


class Captions:
    """Writes one call's captions; owns the task that does."""

    def __init__(self, playout: Playout, judge: Callable[[str], Receipt], state: Callable[[str], None]) -> None:
        """`judge`: the output gate. `state`: told `speaking` and `listening`."""
        self._playout = playout
        self._judge = judge
        self._state = state
        self._waiting: asyncio.Queue[AsyncIterator[str]] = asyncio.Queue()
        self._generation = 0
        self._played = asyncio.Event()
        playout.listen(self._on_playout)
        self._task = asyncio.create_task(self._run(), name="captions")

    def say(self, sentences: AsyncIterator[str]) -> None:
        """Show sentences after those that are waiting."""
        self._waiting.put_nowait(sentences)

    def hush(self) -> None:
        """Stop at once and drop what waits."""
        self._generation += 1
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._playout.clear()

    async def close(self) -> None:
        """End the task."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            sentences, generation = await self._waiting.get(), self._generation
            self._played.clear()
            self._state("speaking")
            if await self._write(sentences, generation):
                await self._played.wait()
            self._state("listening")

    async def _write(self, sentences: AsyncIterator[str], generation: int) -> bool:
        """False where there was nothing to show."""
        at = 0.0
        async for sentence in sentences:
            if generation != self._generation:
                return False
            if self._judge(sentence).allowed:
                words = _timed(sentence, at)
                seconds = len(words) * _WORD_SECONDS + _PAUSE_SECONDS
                self._playout.write(bytes(2 * int(seconds * SAMPLE_RATE)), words, [])
                at += seconds
        self._playout.finish_writing()
        return at > 0

    def _on_playout(self, event: PlayoutEvent) -> None:
        if event.what in ("finished", "cut"):
            self._played.set()


def _timed(sentence: str, at: float) -> list[WordTiming]:
    words = sentence.split()
    starts = [at + index * _WORD_SECONDS for index in range(len(words))]
    return [
        WordTiming(f"{word} ", start, start + _WORD_SECONDS, opens=index == 0)
        for index, (word, start) in enumerate(zip(words, starts, strict=True))
    ]
