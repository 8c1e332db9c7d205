"""What is kept of a turn's sound: a row of numbers for each 10 ms, from which every cue is taken afterwards. Pure."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from perception.voice.periods import Periods
from perception.voice.spectrum import HOP_SECONDS, Floats

Mask = npt.NDArray[np.bool_]

_FEW_FRAMES = 10
"""Frames without voice that tell the noise; with fewer, the softest of all frames do."""
_LOUDER_HALF = 75
"""Percentile of the voice's level that stands for its vowels."""


@dataclass(frozen=True)
class Track:
    """One turn, frame by frame; every array has one row a frame."""

    level: Floats
    """dB of full scale."""
    bands: Floats
    """Power, shape (frames, spectrum.BANDS)."""
    hertz: Floats
    """Fundamental, 0 where unvoiced."""
    periodicity: Floats
    """0 to 1."""
    voice: Mask
    """Whether the voice-activity model hears a voice."""
    periods: Periods
    """Over the whole turn."""

    @property
    def seconds(self) -> float:
        """Length of the turn with the silence at both its ends."""
        return len(self.level) * HOP_SECONDS

    @cached_property
    def voiced(self) -> Mask:
        """Frames of a voice that have a pitch."""
        return (self.hertz > 0) & self.voice

    @cached_property
    def speech_level(self) -> float:
        """Level of the vowels, dB; -100 where nobody speaks."""
        heard = self.level[self.voiced] if self.voiced.any() else self.level[self.voice]
        return float(np.percentile(heard, _LOUDER_HALF)) if len(heard) else -100.0

    @cached_property
    def noise_level(self) -> float:
        """Level of what is heard between the voice, dB."""
        quiet = self.level[~self.voice]
        return float(np.percentile(quiet, 25) if len(quiet) >= _FEW_FRAMES else self.level.min(initial=0.0))

    @property
    def noise_ratio(self) -> float:
        """How far the vowels stand above the noise, dB."""
        return self.speech_level - self.noise_level

    @cached_property
    def semitones(self) -> Floats:
        """Fundamental in semitones above 100 Hz; NaN where unvoiced."""
        with np.errstate(divide="ignore"):
            return np.where(self.hertz > 0, 12 * np.log2(self.hertz / 100.0), np.nan).astype(np.float32)


def runs(mask: Mask) -> list[tuple[int, int]]:
    """First and one past the last frame of each unbroken stretch."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
