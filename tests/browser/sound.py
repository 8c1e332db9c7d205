"""What a recording says: cut at its silences and recognized piece by piece."""

from collections.abc import Iterator

import numpy as np

from server.speech.recognizer import SAMPLE_RATE, Recognizer
from tests.fakes.speakers import Pcm

_FRAME = SAMPLE_RATE // 50
_LOUD = 300
"""Peak (of 32,768) above which 20 ms count as voice."""
_APART = 15
"""Silent frames (0.3 s) between two pieces."""


async def transcribe(recognizer: Recognizer, sound: Pcm) -> str:
    """The words of 16 kHz mono sound of any length."""
    pieces = [await recognizer.recognize(piece.tobytes()) for piece in spoken_pieces(sound)]
    return " ".join(piece.text for piece in pieces if piece.text)


def spoken_pieces(sound: Pcm) -> Iterator[Pcm]:
    """The stretches of voice, each with a little silence around it."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    loud = np.flatnonzero(np.abs(frames.astype(np.int32)).max(axis=1) > _LOUD)
    if not len(loud):
        return
    for run in np.split(loud, np.flatnonzero(np.diff(loud) > _APART) + 1):
        yield sound[max(0, run[0] - 8) * _FRAME : (run[-1] + 9) * _FRAME]
