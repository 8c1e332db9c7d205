"""The heard-word ledger: follows every sentence from the gate to the patient's ear. Pure.

Each sentence that passed the gate ends in exactly one `SentenceHeard`: played to its end, cut off at a word, or given up
before a sound of it was made.
"""

from collections import deque

from server.media.playout import SAMPLE_RATE, Utterance
from server.vocabulary.events import SentenceHeard
from server.vocabulary.speech import WordTiming


class Ledger:
    """One check-in's sentences on their way."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, str]] = deque()

    def gated(self, number: int, text: str) -> None:
        """A sentence has passed the gate."""
        self._waiting.append((number, text))

    def ended(self, utterance: Utterance) -> list[SentenceHeard]:
        """What became of the sentences of an utterance that was played or cut off, and of those given up before it."""
        entries: list[SentenceHeard] = []
        pieces = _pieces(utterance)
        for at, words in enumerate(pieces):
            text = _text(words)
            if text not in (waiting for _, waiting in self._waiting):
                continue
            ends = pieces[at + 1][0].start if at + 1 < len(pieces) else len(utterance.pcm) / 2 / SAMPLE_RATE
            entries += self._until(text, words, ends, utterance.played)
        return entries

    def close(self) -> list[SentenceHeard]:
        """Sentences that nothing more will come of."""
        entries = [_unheard(number, text) for number, text in self._waiting]
        self._waiting.clear()
        return entries

    def _until(self, text: str, words: list[WordTiming], ends: float, played: float) -> list[SentenceHeard]:
        entries: list[SentenceHeard] = []
        while self._waiting:
            number, waiting = self._waiting.popleft()
            if waiting == text:
                return [*entries, _heard(number, text, words, ends, played)]
            entries.append(_unheard(number, waiting))
        return entries


def _heard(number: int, text: str, words: list[WordTiming], ends: float, played: float) -> SentenceHeard:
    begins = words[0].start
    return SentenceHeard(
        sentence=number,
        text=text,
        synthesized_seconds=round(ends - begins, 2),
        played_seconds=round(min(max(played - begins, 0.0), ends - begins), 2),
        heard_words=sum(word.start < played for word in words),
        of_words=len(words),
    )


def _unheard(number: int, text: str) -> SentenceHeard:
    return SentenceHeard(number, text, 0.0, 0.0, 0, len(text.split()))


def _pieces(utterance: Utterance) -> list[list[WordTiming]]:
    """The utterance's words, a list for each sentence."""
    found: list[list[WordTiming]] = []
    for word in utterance.words:
        if word.opens or not found:
            found.append([])
        found[-1].append(word)
    return found


def _text(words: list[WordTiming]) -> str:
    return "".join(word.text for word in words).strip()
