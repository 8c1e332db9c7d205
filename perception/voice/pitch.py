"""The fundamental of each frame: candidates from the autocorrelation, then the cheapest path through them.

The method is Boersma's (1993, IFA Proceedings 17, 97-110) with the path found as the frames come in: a frame is settled once
`_LAG` later ones are known, so an unfinished turn holds only that many open.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perception.voice.limits import PitchLimits
from perception.voice.spectrum import RATE, Floats

_CANDIDATES = 4
_LAG = 20
"""Frames (0.2 s) after which a longer look no longer changes the path: as long as a syllable."""
_REFERENCE_DECAY = 0.9993
"""A frame; the loudest frame so far counts half as much after 10 s."""


@dataclass(frozen=True)
class Candidates:
    """The possible fundamentals of some frames; shape (frames, 4) each."""

    hertz: Floats
    strength: Floats
    """With the octave cost taken off; -1 where there is no such peak."""
    periodicity: Floats
    """Height of the peak, 0 to 1."""


def candidates(correlation: Floats, limits: PitchLimits) -> Candidates:
    """The four highest peaks of each frame's autocorrelation (`spectrum.look`), refined by a parabola."""
    shortest, longest = int(RATE / limits.highest), int(RATE / limits.lowest)
    region = correlation[:, shortest - 1 : longest + 2]
    before, here, after = region[:, :-2], region[:, 1:-1], region[:, 2:]
    lags = np.arange(shortest, longest + 1)
    cost = (limits.octave_cost * np.log2(lags / shortest)).astype(np.float32)
    score = np.where((here > before) & (here >= after), here - cost, np.float32(-1.0))
    best = np.argpartition(score, -_CANDIDATES, axis=1)[:, -_CANDIDATES:]
    rows = np.arange(len(region))[:, None]
    left, middle, right = region[rows, best], region[rows, best + 1], region[rows, best + 2]
    bend = left - 2 * middle + right
    shift = np.clip(0.5 * (left - right) / np.where(bend < 0, bend, np.float32(-1.0)), -0.5, 0.5)
    height: Floats = np.clip(middle - 0.25 * (left - right) * shift, 0.0, 0.9999)
    hertz: Floats = (RATE / (best + shortest + shift)).astype(np.float32)
    return Candidates(hertz, np.maximum(score[rows, best], np.float32(-1.0)), height)


@dataclass(frozen=True)
class Path:
    """Fundamentals of some frames in a row."""

    hertz: Floats
    """0 where unvoiced."""
    periodicity: Floats
    """0 to 1; the harmonics-to-noise ratio is p / (1 - p)."""


class PitchPath:
    """Finds the path frame by frame; give it every frame of one turn in order."""

    def __init__(self, limits: PitchLimits, loudest: float = 0.0) -> None:
        self._limits = limits
        self.loudest = loudest
        """Amplitude of the loudest recent frame; may be carried over from the turn before."""
        self._score: npt.NDArray[np.float32] | None = None
        self._octaves = np.zeros(_CANDIDATES, np.float32)
        self._back: list[npt.NDArray[np.intp]] = []
        self._hertz: list[Floats] = []
        self._periodicity: list[Floats] = []

    def push(self, level: Floats, found: Candidates) -> None:
        """Take the next frames: their level in dB and their candidates."""
        octaves = np.log2(found.hertz)
        stretch = np.concatenate([self._octaves[None], octaves])
        steps = np.full((len(octaves), _CANDIDATES + 1, _CANDIDATES + 1), -self._limits.voicing_change, np.float32)
        steps[:, :-1, :-1] = -self._limits.octave_jump * np.abs(stretch[:-1, :, None] - stretch[1:, None, :])
        steps[:, -1, -1] = 0.0
        local = np.concatenate([found.strength, self._unvoiced(level)[:, None]], axis=1)
        for step, gain in zip(steps, local, strict=True):
            self._advance(step, gain)
        if self._score is not None:
            self._score -= self._score.max()  # only differences count, and the sum must not grow for minutes
        self._octaves = octaves[-1]
        self._hertz.extend(found.hertz)
        self._periodicity.extend(found.periodicity)

    def _unvoiced(self, level: Floats) -> Floats:
        amplitude = 10 ** (level / 20)
        strength = np.empty_like(amplitude)
        for index, one in enumerate(amplitude):
            self.loudest = max(self.loudest * _REFERENCE_DECAY, float(one))
            strength[index] = one / max(self.loudest, 1e-9)
        quiet = np.maximum(0.0, 2.0 - strength / self._limits.silent)
        return (self._limits.voiced_strength + 0.5 * quiet).astype(np.float32)

    def _advance(self, step: npt.NDArray[np.float32], gain: npt.NDArray[np.float32]) -> None:
        if self._score is None:
            self._score = gain.copy()
            self._back.append(np.zeros(_CANDIDATES + 1, np.intp))
            return
        ways = self._score[:, None] + step
        self._back.append(ways.argmax(axis=0))
        self._score = ways.max(axis=0) + gain

    @property
    def open(self) -> int:
        """Frames that are not settled yet."""
        return len(self._back)

    def settle(self, *, whole: bool = False) -> Path:
        """The frames whose path is certain by now, or with `whole` all; they are forgotten here."""
        path = self.guess()
        count = len(path.hertz) if whole else max(0, len(path.hertz) - _LAG)
        del self._back[:count], self._hertz[:count], self._periodicity[:count]
        return Path(path.hertz[:count], path.periodicity[:count])

    def guess(self) -> Path:
        """The best path through the frames that are still open."""
        if self._score is None or not self._back:
            return Path(np.zeros(0, np.float32), np.zeros(0, np.float32))
        count = len(self._back)
        hertz, periodicity = np.zeros(count, np.float32), np.zeros(count, np.float32)
        state = int(self._score.argmax())
        for index in range(count - 1, -1, -1):
            if state < _CANDIDATES:
                hertz[index], periodicity[index] = self._hertz[index][state], self._periodicity[index][state]
            state = int(self._back[index][state])
        return Path(hertz, periodicity)
