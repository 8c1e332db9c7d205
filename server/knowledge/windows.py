"""The stretches of an utterance that are judged: a red flag may be one clause of a long, unpunctuated story."""

import re

_WORD = re.compile(r"\S+")
_SENTENCE = re.compile(r"\S(?:.*?[.!?](?=\s|\Z)|.*\S)?")
_WORDS = 11
"""Words of a window: about the length of the examples (median 11 words); not tuned."""
_STEP = 5
"""Words from one window's beginning to the next one's: every clause of up to seven words lies within one."""
_LONG = 14
"""Words up to which an utterance is judged only as it is and by its sentences."""

Span = tuple[int, int]


def windows(utterance: str) -> tuple[Span, ...]:
    """Characters `start` to `end` of each stretch: all of it, its sentences, overlapping windows of a long one."""
    words = [match.span() for match in _WORD.finditer(utterance)]
    if not words:
        return ()
    whole = (words[0][0], words[-1][1])
    sentences = [match.span() for match in _SENTENCE.finditer(utterance)]
    return tuple(dict.fromkeys([whole, *sentences, *_stretches(words)]))


def _stretches(words: list[Span]) -> list[Span]:
    if len(words) <= _LONG:
        return []
    begins = [*range(0, len(words) - _WORDS, _STEP), len(words) - _WORDS]
    return [(words[begin][0], words[begin + _WORDS - 1][1]) for begin in begins]
