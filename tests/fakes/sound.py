"""Tones to send and measures of what arrived."""

import numpy as np
import numpy.typing as npt

from tests.fakes.peer import RATE, Pcm

AUDIBLE = 400
"""Samples (of 32,768) from which a frame counts as sound: above the room's noise, below any voice."""
_STEP = 0.01
"""Seconds of one measured frame."""


def tone(seconds: float, level: float = 8000.0, pitch: float = 440.0, rate: int = RATE) -> Pcm:
    """A sine of this amplitude."""
    at = np.arange(int(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * pitch * at)).astype(np.int16)


def loud(sound: Pcm, rate: int = RATE) -> npt.NDArray[np.bool_]:
    """For every 10 ms, whether there is sound in it."""
    size = int(rate * _STEP)
    whole = sound[: len(sound) // size * size].astype(np.int32).reshape(-1, size)
    return np.asarray(np.abs(whole).max(axis=1) > AUDIBLE)


def seconds_of_sound(sound: Pcm, rate: int = RATE) -> float:
    """How long there is sound in it, pauses left out."""
    return float(loud(sound, rate).sum()) * _STEP


def level_of(sound: Pcm, rate: int = RATE) -> float:
    """The amplitude of the tone in it: root mean square of the loud part times the square root of two."""
    size = int(rate * _STEP)
    kept = sound[: len(sound) // size * size].astype(np.float64).reshape(-1, size)[loud(sound, rate)]
    return float(np.sqrt((kept**2).mean() * 2)) if len(kept) else 0.0


def joined(frames: list[tuple[float, Pcm]]) -> Pcm:
    """Received frames as one sound."""
    return np.concatenate([np.zeros(0, np.int16), *(samples for _, samples in frames)])


def strength_of(sound: Pcm, pitch: float, rate: int = RATE) -> float:
    """The amplitude of one pitch in it, whatever else there is."""
    at = np.arange(len(sound)) / rate
    return float(2 * np.abs(np.mean(sound * np.exp(-2j * np.pi * pitch * at)))) if len(sound) else 0.0
