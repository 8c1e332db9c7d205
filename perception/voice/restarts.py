"""Restarts: words said again or broken off, from the recognizer's text alone. Pure; needs no word times."""

import re
from collections.abc import Iterable, Sequence

from perception.voice.limits import FillerLimits, RestartLimits

_BROKEN_OFF = re.compile(r"[\w'’]+[-–—]+(?=\s|$|[.,?!])")
_GAP = " 0gap0 "
"""Stands for a word that was broken off, so that the words around it are no repetition besides."""
_STAMMER = re.compile(r"\b(\w{1,3})-(?:\1-)*(?=\1\w*)", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")


def restarts(texts: Sequence[str], limits: RestartLimits, fillers: FillerLimits) -> int:
    """How often something was taken up again: "I I took", "it was it was", "the wou- the wound", "no wait"."""
    text = " ".join(texts).lower()
    broken = len(_BROKEN_OFF.findall(text)) + len(_STAMMER.findall(text))
    words = spoken_words([text], fillers)
    repaired = sum(f" {phrase} " in f" {' '.join(words)} " for phrase in limits.repairs)
    return broken + repaired + _repeats(_without_broken(text, fillers), limits)


def spoken_words(texts: Iterable[str], fillers: FillerLimits) -> list[str]:
    """The words, fillers left out."""
    return [word for word in _WORD.findall(" ".join(texts).lower()) if word not in fillers.words]


def filler_words(texts: Iterable[str], fillers: FillerLimits) -> int:
    """How many of the recognized words are fillers."""
    return sum(word in fillers.words for word in _WORD.findall(" ".join(texts).lower()))


def _without_broken(text: str, fillers: FillerLimits) -> list[str]:
    return spoken_words([_STAMMER.sub("", _BROKEN_OFF.sub(_GAP, text))], fillers)


def _repeats(words: list[str], limits: RestartLimits) -> int:
    """Stretches of up to `longest_repeat` words that are said twice in a row, each counted once for every repetition."""
    found = place = 0
    while place < len(words):
        size = next((n for n in range(limits.longest_repeat, 0, -1) if _again(words, place, n, limits)), 0)
        found += size > 0
        place += size or 1
    return found


def _again(words: list[str], place: int, size: int, limits: RestartLimits) -> bool:
    first, second = words[place : place + size], words[place + size : place + 2 * size]
    meant = any(word in limits.doubled or word.isdigit() for word in first)
    return len(second) == size and first == second and not meant
