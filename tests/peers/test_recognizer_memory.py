"""What a long utterance takes of the process's memory is given back when the conversation is over."""

import numpy as np
import psutil

from server import heap
from server.speech.recognizer import SAMPLE_RATE, Recognizer

KIND = "peers"

LONG = 20
"""Seconds: somebody who tells a story without a pause."""


def megabytes() -> float:
    heap.give_back()
    return float(psutil.Process().memory_info().rss) / 1e6


def noise(seconds: int) -> bytes:
    sound = np.random.default_rng(1).normal(0, 1500, seconds * SAMPLE_RATE)
    return sound.astype(np.int16).tobytes()


async def test_a_long_utterance_leaves_no_memory_behind(recognizer: Recognizer) -> None:
    await recognizer.recognize(noise(1))
    await recognizer.rest()
    before = megabytes()
    await recognizer.recognize(noise(LONG))
    grown = megabytes()
    await recognizer.rest()
    assert grown > before + 30
    assert megabytes() < before + 6


async def test_words_are_recognized_as_before_after_a_rest(recognizer: Recognizer) -> None:
    before = await recognizer.recognize(noise(2))
    await recognizer.rest()
    assert await recognizer.recognize(noise(2)) == before
