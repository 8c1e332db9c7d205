"""The newest reading of every cue, and how much each may say in this step. Pure.

A frame's reading stands until the next, but not for long; a turn's reading counts once, and a newer reading of the same stretch
takes its place instead of adding to it.
"""

from dataclasses import dataclass

import numpy as np

from perception.fusion.baseline import Flags
from perception.fusion.table import Floats, Table
from perception.reading import Reading


@dataclass(frozen=True)
class Taken:
    """One step's readings; arrays [F]."""

    value: Floats
    quality: Floats
    """0 where nothing is known now."""
    seconds: Floats
    """For how long each counts in this step."""
    amount: Floats
    """Seconds of frames, or turns, that are new to the baseline."""
    begins: Flags
    """Voice: a stretch that nothing was said about before."""
    again: Flags
    """Voice: takes the place of what was said about the same stretch."""


class Latest:
    """What was measured last."""

    def __init__(self, table: Table) -> None:
        count = len(table.cues)
        self._index = {row.cue: index for index, row in enumerate(table.cues)}
        self._numbers = table.evidence
        self._voice = table.voice
        self.value = np.zeros(count)
        self.quality = np.zeros(count)
        self.start = np.full(count, -np.inf)
        """When the measured stretch began."""
        self.at = np.full(count, -np.inf)
        """When it ended."""
        self._amount = np.zeros(count)
        self._begins = np.zeros(count, np.bool_)
        self._again = np.zeros(count, np.bool_)
        self._unlearned = np.zeros(count, np.bool_)

    def add(self, reading: Reading) -> None:
        """Readings of one cue come in order; an older one than the newest changes nothing."""
        index = self._index.get(reading.cue)
        if index is None or reading.at < self.at[index] or not np.isfinite(reading.value):
            return
        if self._voice[index]:
            self._add_stretch(index, reading)
        elif reading.quality > 0 and np.isfinite(self.at[index]):
            self._amount[index] += min(reading.at - self.at[index], self._numbers.stale)
        self.value[index], self.quality[index] = reading.value, min(1.0, max(0.0, reading.quality))
        self.start[index], self.at[index] = reading.at - reading.seconds, reading.at

    def _add_stretch(self, index: int, reading: Reading) -> None:
        self._begins[index] |= reading.at - reading.seconds >= self.at[index]
        self._again[index] = not self._begins[index]
        self._unlearned[index] = reading.quality > 0

    def take(self, now: float, dt: float, unknown: Flags) -> Taken:
        """What counts in the step of `dt` seconds up to `now`; `unknown` [F] says nothing whatever it shows."""
        standing = now - self.at <= self._numbers.stale
        fresh = self._begins | self._again
        heard = np.where(self._voice, fresh, standing) & ~unknown
        quality = np.where(heard, self.quality, 0.0)
        seconds = np.where(self._voice, self._numbers.turn_seconds, min(dt, self._numbers.stale))
        taken = Taken(
            self.value.copy(), quality, seconds, np.where(unknown, 0.0, self._amount), self._begins, self._again
        )
        self._amount = np.zeros_like(self._amount)
        self._begins, self._again = np.zeros_like(self._begins), np.zeros_like(self._again)
        return taken

    def end_turn(self) -> Floats:
        """[F] 1 for what this turn taught about the voice; taken once."""
        taught = self._unlearned.astype(np.float64)
        self._unlearned = np.zeros_like(self._unlearned)
        return taught

    def forget(self, which: Flags) -> None:
        """As if it had never been measured."""
        self.quality[which] = self.value[which] = self._amount[which] = 0.0
        self.start[which] = self.at[which] = -np.inf
        for flags in (self._begins, self._again, self._unlearned):
            flags[which] = False
