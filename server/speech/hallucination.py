"""What a small recognizer makes up: pure rules that drop inventions before anything acts on them (research/models.md)."""

import re

_STOCK = frozenset(
    {
        "thank you for watching",
        "thanks for watching",
        "please subscribe",
        "subscribe to my channel",
        "see you in the next video",
        "subtitles by the amara org community",
    }
)
"""Phrases of web-video training data that no patient says to a nurse's helper."""
_SPURIOUS = re.compile(r"^(?:you|mm|hmm)[.,]?\s+(?=\w)", re.IGNORECASE)
"""An invented opening word; only dropped before a pronoun or article that starts the real sentence."""
_OPENERS = frozenset({"i", "i'm", "i've", "it", "it's", "my", "no", "yes", "the", "there", "there's", "we", "well"})
_MOST_WORDS_A_SECOND = 6.0
"""Fast speech is 4 to 5 words a second; more is a loop."""


def without_invention(text: str, seconds: float) -> str:
    """`text` without stock phrases, loops and an invented opening word; empty where nothing is left."""
    plain = re.sub(r"[^a-z' ]", "", text.lower()).strip()
    if not plain or plain in _STOCK:
        return ""
    return _without_opening(_without_loop(text, seconds))


def _without_loop(text: str, seconds: float) -> str:
    """Cut a phrase that repeats three times or more in a row down to one."""
    words = text.split()
    if len(words) <= 3:
        return text
    for size in range(1, min(12, len(words) // 3) + 1):
        for start in range(len(words) - 3 * size + 1):
            phrase = _plain(words[start : start + size])
            again = 1
            while _plain(words[start + again * size : start + (again + 1) * size]) == phrase:
                again += 1
            if again >= 4 or (again == 3 and len(words) > _MOST_WORDS_A_SECOND * max(seconds, 0.5)):
                return " ".join(words[: start + size] + words[start + again * size :])
    return text


def _without_opening(text: str) -> str:
    rest = _SPURIOUS.sub("", text, count=1)
    if rest != text and _plain(rest.split()[:1])[0] in _OPENERS:
        return rest[:1].upper() + rest[1:]
    return text


def _plain(words: list[str]) -> list[str]:
    return [re.sub(r"[^a-z0-9']", "", word.lower()) for word in words]
