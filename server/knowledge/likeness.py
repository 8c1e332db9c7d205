"""Paraphrases of red flags: how much an utterance is like what people say who mean one.

It only says how likely each meaning is. What follows from it is triage's business, and it never takes anything back.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from server.knowledge import ngrams
from server.knowledge.embedder import DEPTH, Embedder, Reading
from server.knowledge.examples import NONE
from server.knowledge.head import Floats, Head
from server.knowledge.windows import Span, windows
from server.vocabulary.findings import Likeness

FEATURES = DEPTH + ngrams.BUCKETS
"""Numbers that the head reads of a stretch."""
_LEAST = 0.01
"""Probability under which a trigger is not worth knowing; small enough that what is left out adds up to little."""


def features(reading: Reading, text: str, spans: Sequence[Span]) -> Floats:
    """What the head reads of each span, float32 [n, 5632]: its sense and its n-grams; the first span is all of the text."""
    senses = [reading.whole, *(reading.pool(*span) for span in spans[1:])]
    return np.hstack([np.stack(senses), np.stack([ngrams.vector(text[start:end]) for start, end in spans])])


class Classifier:
    """The embedder and the head trained on it; thread-safe."""

    def __init__(self, embedder: Embedder, trained: Head, version: str = "") -> None:
        self.embedder = embedder
        """For others in this process that need one."""
        self._head = trained
        self.version = version
        """Names what it learned from (`training.fingerprint`), so that a page can be traced to it."""
        # A thread of its own: a vote of the end-of-turn model or a password check must not stand before a red flag.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="likeness")

    async def judge(self, utterance: str) -> tuple[Likeness, ...]:
        """As `likenesses`, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self.likenesses, utterance)

    def likenesses(self, utterance: str) -> tuple[Likeness, ...]:
        """Every trigger of at least 1 % in every window (`windows`), the most probable first.

        Within one window (same `start` and `end`) probabilities may be added, for example those of a tier; between windows
        they may only be compared. Blocks for some milliseconds.
        """
        spans = windows(utterance)
        if not spans:
            return ()
        found = self._head.probabilities(features(self.embedder.read(utterance), utterance, spans))
        likely = [
            Likeness(label, float(probability), *span)
            for span, row in zip(spans, found, strict=True)
            for label, probability in zip(self._head.labels, row, strict=True)
            if probability >= _LEAST and label != NONE
        ]
        return tuple(sorted(likely, key=lambda one: -one.probability))

    def strongest(self, utterance: str) -> float:
        """The probability of the likeliest meaning in its likeliest stretch, 0 under 1 %; blocks as `likenesses`."""
        return next((one.probability for one in self.likenesses(utterance)), 0.0)

    def close(self) -> None:
        """Let the thread go."""
        self._worker.shutdown(wait=False, cancel_futures=True)
