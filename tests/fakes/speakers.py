"""Patients' voices for tests: prepared sentences spoken by the embedded engines, as 48 kHz sound."""

from collections.abc import Sequence
from types import TracebackType

import numpy as np
import numpy.typing as npt

from server.speech.voice import VoiceProcess

RATE = 48_000
Pcm = npt.NDArray[np.int16]


class Speaker:
    """One voice; use as an async context manager."""

    def __init__(self, engine: str = "espeak", voice: str = "en-us") -> None:
        self._process = VoiceProcess(engine, voice)

    async def __aenter__(self) -> "Speaker":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._process.close()

    async def say(self, text: str) -> Pcm:
        """`text` as sound, from its first to its last audible sample."""
        sound = np.frombuffer((await self._process.speak(text)).pcm, np.int16)
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > np.abs(sound.astype(np.int32)).max() * 0.01)
        return sound[loud[0] : loud[-1] + 1].copy()

    async def say_with_pause(self, first: str, second: str, seconds: float) -> Pcm:
        """Two halves of a sentence with a silence between them."""
        return np.concatenate([await self.say(first), np.zeros(int(seconds * RATE), np.int16), await self.say(second)])


def spaced(pieces: Sequence[tuple[float, Pcm]], total: float) -> Pcm:
    """Sound with each piece beginning at its second, `total` seconds long."""
    track = np.zeros(int(total * RATE), np.int16)
    for at, piece in pieces:
        start = int(at * RATE)
        track[start : start + len(piece)] += piece[: max(0, len(track) - start)]
    return track
