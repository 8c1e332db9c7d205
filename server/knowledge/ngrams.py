"""The words themselves, beside the embedder's sense of them: hashed word 1- and 2-grams and 4-letter pieces of words.

An embedder blurs what one rare word settles ("froth", "stool", "narcan"), and a misspelling is another word to it.
"""

import math
import re
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

BUCKETS = 4096
"""Dimensions; two n-grams may share one. Not tuned."""
_LETTERS = 4
_NORM = 2.0
"""Length of a vector. Scaled by the head as its other inputs are, it is about half of theirs; tuned in cross-validation."""
_WORD = re.compile(r"[a-z]+|\d+")
_APOSTROPHES = re.compile(r"['’`]")
_DIGIT = re.compile(r"(?<=\d)\d")

Floats = npt.NDArray[np.float32]


def vector(text: str) -> Floats:
    """float32 [4096], of length 2, or 0 where there is no word: the square root of how often each n-gram stands there."""
    words = [_rounded(word) for word in _WORD.findall(_APOSTROPHES.sub("", text.lower()))]
    counts = np.zeros(BUCKETS, np.float32)
    for word in words:
        np.add.at(counts, list(_pieces(word)), 1)
    for pair in zip(["<", *words], [*words, ">"], strict=True):
        counts[_bucket("2" + " ".join(pair))] += 1
    roots: Floats = np.sqrt(counts)
    return roots * np.float32(_NORM / math.sqrt(max(float(counts.sum()), 1))) if words else counts


def _rounded(word: str) -> str:
    """A number is its first digit and how long it is: 481 and 460 are alike, 48 is not."""
    return _DIGIT.sub("#", word)


@lru_cache(20_000)
def _pieces(word: str) -> tuple[int, ...]:
    """Buckets of a word and of its letters."""
    edged = f"<{word}>"
    letters = {edged[at : at + _LETTERS] for at in range(len(edged) - _LETTERS + 1)}
    return tuple(_bucket(name) for name in ["1" + word, *sorted("4" + each for each in letters)])


def _bucket(name: str) -> int:
    return crc32(name.encode()) % BUCKETS
