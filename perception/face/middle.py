"""A patient's own middle of one cue within this call, in constant memory. Pure.

A median and not a mean, and slow to forget: a minute of looking away after a minute of talk does not become the middle.
"""

import numpy as np

from perception.face.limits import limits

_BINS = 200
"""Steps between the ends: half a degree of yaw, a hundredth of gaze."""


class Middle:
    """The weighted median of everything seen, what is older counting less."""

    def __init__(self, low: float, high: float) -> None:
        self._low = low
        self._step = (high - low) / _BINS
        self._seconds = np.zeros(_BINS)
        self.seen = 0.0
        """Seconds of good frames so far."""

    def add(self, value: float, seconds: float) -> None:
        """One frame that stands for `seconds`."""
        self._seconds *= 0.5 ** (seconds / limits().middle.half_life)
        self._seconds[min(_BINS - 1, max(0, int((value - self._low) / self._step)))] += seconds
        self.seen += seconds

    @property
    def settled(self) -> bool:
        """Whether enough was seen to know it."""
        return self.seen >= limits().middle.settled

    @property
    def value(self) -> float:
        """The median; `low` before anything was seen."""
        running = np.cumsum(self._seconds)
        at = int(np.searchsorted(running, running[-1] / 2))
        before = running[at - 1] if at else 0.0
        within = (running[-1] / 2 - before) / self._seconds[at] if self._seconds[at] else 0.0
        return float(self._low + (at + within) * self._step)
