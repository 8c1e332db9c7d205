"""A voice for whole check-ins: silence, ten times as fast as anyone speaks, so that every word of it can be heard out."""

from collections.abc import Iterable

from server.speech.voice import OUTPUT_RATE, Sentence, VoiceProcess
from server.vocabulary.speech import WordTiming

_WORD_SECONDS = 0.03


class BriskVoice(VoiceProcess):
    """Needs no process."""

    def __init__(self) -> None:
        super().__init__("brisk", "silence")

    async def prepare(self, sentences: Iterable[str]) -> None:
        """Nothing has to be made beforehand."""

    async def speak(self, sentence: str) -> Sentence:
        words = sentence.split()
        timings = (
            WordTiming(f"{word} ", at * _WORD_SECONDS, (at + 1) * _WORD_SECONDS, opens=not at)
            for at, word in enumerate(words)
        )
        return Sentence(bytes(2 * int(len(words) * _WORD_SECONDS * OUTPUT_RATE)), tuple(timings), ())
