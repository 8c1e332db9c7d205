"""A mind that says what a test tells it to, and remembers what it was told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from server.speech.listener import TurnEnd
from server.vocabulary.speech import Receipt


async def one_by_one(sentences: Sequence[str]) -> AsyncIterator[str]:
    """Sentences as a session takes them."""
    for sentence in sentences:
        yield sentence


@dataclass
class RecordingEar:
    """Implements `speech.ear.Ear`: keeps what it is told."""

    windows: list[tuple[int, float]] = field(default_factory=list)
    """Bytes and probability of voice of each."""
    told: list[str] = field(default_factory=list)
    text: str = ""
    silence: float = 0.0

    def window(self, sound: bytes, probability: float) -> None:
        self.windows.append((len(sound), probability))

    def turn_began(self, ago: float) -> None:
        self.told.append("began")

    def turn_ended(self, text: str, silence: float) -> None:
        self.told.append("ended")
        self.text, self.silence = text, silence


@dataclass
class ScriptedMind:
    """Implements `speech.session.Mind`: answers every turn with the next reply of its script."""

    replies: list[tuple[str, ...]] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    """Sentences its judge does not let pass."""
    turns: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    judged: list[str] = field(default_factory=list)
    overhears: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    ends: list[TurnEnd] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def turn_completed(self, text: str) -> None:
        self.turns.put_nowait(text)

    def reply(self) -> AsyncIterator[str]:
        return one_by_one(self.replies.pop(0) if self.replies else ())

    def judge(self, sentence: str) -> Receipt:
        self.judged.append(sentence)
        allowed = sentence not in self.refused
        return Receipt(allowed, "test" if allowed else "", "script" if allowed else "not_in_pack")

    def overheard(self, text: str) -> None:
        self.overhears.append(text)

    def state_changed(self, state: str) -> None:
        self.states.append(state)

    def timed(self, end: TurnEnd, first_frame: float) -> None:
        self.ends.append(end)

    def failed(self, code: str) -> None:
        self.failures.append(code)
