"""Cuts a model's stream into whole sentences on their way to the gate, which must never judge half of one.

Where one ends is livekit-agents' tokenizer to say, which knows that "Dr." is no end. It judges nothing.
"""

from livekit.agents.tokenize import blingfire

LONGEST = 240
"""Letters after which a stream without the end of a sentence is taken for garbage; approved sentences have 90 at most."""

_TOKENIZER = blingfire.SentenceTokenizer(min_sentence_len=1, retain_format=True)
_ENDS = (".", "!", "?", '"', "”", ")")


class Sentences:
    """One stream."""

    def __init__(self) -> None:
        self._pending = ""

    @property
    def runs_on(self) -> bool:
        """Whether what came so far can be no sentence."""
        return len(self._pending) > LONGEST

    def feed(self, piece: str) -> list[str]:
        """The sentences that this piece completes, each on one line. One is complete once the next has begun: only the
        word after "Dr." says that the sentence goes on."""
        *whole, self._pending = _cut(self._pending + piece)
        return _on_one_line(whole)

    def finish(self) -> list[str]:
        """What nothing followed; a beginning without an end is no sentence."""
        *whole, last = _cut(self._pending)
        self._pending = ""
        return _on_one_line([*whole, last] if last.rstrip().endswith(_ENDS) else whole)


def _cut(text: str) -> list[str]:
    """The text in pieces, with everything of it in one of them; the last one is still open."""
    words = text.rstrip()
    *whole, last = _TOKENIZER.tokenize(words) or [""]
    return [*whole, last + text[len(words) :]]


def _on_one_line(sentences: list[str]) -> list[str]:
    return [found for one in sentences if (found := " ".join(one.split()))]
