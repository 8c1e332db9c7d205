"""Cycle to cycle: how much the period and the height of successive glottal cycles differ in one voiced stretch. Pure.

Each cycle's length is where the sound resembles itself best one period later (normalized cross-correlation of two
neighboring cycles, as Praat's `cc`), because picking peaks measures the vowel as much as the voice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perception.voice.spectrum import FRAME, HOP, RATE, Floats, Samples

Positions = npt.NDArray[np.intp]

_FFT = 512
"""Holds a cycle at 70 Hz and the lags around it: 229 + 104 samples."""
_SHORTER, _LONGER = 0.8, 1.25
"""A cycle differs from the tracked pitch by less than this, or the pitch is wrong there."""
_ALIKE = 0.3
"""Least resemblance of two cycles (Boersma 1993 takes 0.3 too)."""
_PERIOD_RATIO, _HEIGHT_RATIO = 1.3, 1.6
"""Neighbors that differ by more are not two cycles of one voice (Praat's own limits for jitter and shimmer)."""


@dataclass(frozen=True)
class Periods:
    """Sums over the cycles of one or more stretches, so that stretches add up."""

    cycles: int = 0
    """Pairs of neighbors compared."""
    period_change: float = 0.0
    """Sum of the differences of neighbors, samples."""
    period: float = 0.0
    """Sum of their mean lengths, samples."""
    height_change: float = 0.0
    height: float = 0.0

    def __add__(self, other: "Periods") -> "Periods":
        return Periods(
            self.cycles + other.cycles,
            self.period_change + other.period_change,
            self.period + other.period,
            self.height_change + other.height_change,
            self.height + other.height,
        )

    @property
    def jitter(self) -> float:
        """Mean difference of neighboring periods over the mean period."""
        return self.period_change / self.period if self.period else 0.0

    @property
    def shimmer(self) -> float:
        """Mean difference of neighboring peak-to-peak heights over the mean height."""
        return self.height_change / self.height if self.height else 0.0


def compare(samples: Samples, hertz: Floats) -> Periods:
    """The cycles of a voiced stretch: its `samples` from its first frame's to its last frame's end, and each frame's
    fundamental (none 0)."""
    marks, periods = _marks(hertz)
    typical = float(np.median(periods)) if len(periods) else 0.0
    width = round(typical)
    lags = np.arange(int(_SHORTER * typical), int(_LONGER * typical) + 2)
    fits = (marks >= width // 2) & (marks + width // 2 + width + lags[-1:].max(initial=0) < len(samples))
    starts = marks[fits] - width // 2
    if len(starts) < 3:
        return Periods()
    lengths, likeness = _lengths(samples, starts, width, lags)
    around = samples[starts[:, None] + np.arange(width)]
    return _sum(lengths, around.max(axis=1) - around.min(axis=1), likeness)


def _marks(hertz: Floats) -> tuple[Positions, Floats]:
    """Positions one tracked period apart, from the middle of the first frame to the middle of the last."""
    middles = np.arange(len(hertz)) * HOP + FRAME // 2
    turns = np.concatenate([[0.0], np.cumsum((hertz[1:] + hertz[:-1]) / 2 * HOP / RATE)])
    whole = np.arange(int(turns[-1]) + 1)
    marks = np.interp(whole, turns, middles).astype(np.intp)
    return marks, (RATE / np.interp(whole, turns, hertz)).astype(np.float32)


def _lengths(samples: Samples, starts: Positions, width: int, lags: Positions) -> tuple[Floats, Floats]:
    """The length in samples of the cycle around each start, and how alike it and the next are, -1 to 1."""
    first, count = int(lags[0]), len(lags)
    here = samples[starts[:, None] + np.arange(width)]
    there = samples[starts[:, None] + np.arange(first, first + width + count - 1)]
    spectrum = np.conj(np.fft.rfft(here, _FFT)) * np.fft.rfft(there, _FFT)
    power = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    energy = power[width:] - power[:-width]
    scale = np.sqrt(energy[starts, None] * energy[starts[:, None] + lags]) + 1e-9
    likeness = np.fft.irfft(spectrum, _FFT)[:, :count] / scale
    best = np.clip(likeness.argmax(axis=1), 1, len(lags) - 2)
    rows = np.arange(len(starts))
    left, middle, right = likeness[rows, best - 1], likeness[rows, best], likeness[rows, best + 1]
    bend = left - 2 * middle + right
    shift = np.clip(0.5 * (left - right) / np.where(bend < 0, bend, -1.0), -0.5, 0.5)
    return (lags[best] + shift).astype(np.float32), middle.astype(np.float32)


def _sum(lengths: Floats, heights: Floats, likeness: Floats) -> Periods:
    alike = (likeness[1:] > _ALIKE) & (likeness[:-1] > _ALIKE)
    steady = np.maximum(lengths[1:], lengths[:-1]) < _PERIOD_RATIO * np.minimum(lengths[1:], lengths[:-1])
    level = np.maximum(heights[1:], heights[:-1]) < _HEIGHT_RATIO * np.minimum(heights[1:], heights[:-1])
    use = alike & steady & level
    return Periods(
        int(use.sum()),
        float(np.abs(np.diff(lengths))[use].sum()),
        float(((lengths[1:] + lengths[:-1]) / 2)[use].sum()),
        float(np.abs(np.diff(heights))[use].sum()),
        float(((heights[1:] + heights[:-1]) / 2)[use].sum()),
    )
