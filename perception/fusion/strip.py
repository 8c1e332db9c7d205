"""The last ten seconds, for the nurse: scores over time, and each cue's share of them. Numbers only, bounded. Pure."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from perception.finding import Observable
from perception.fusion.table import SCORED, Floats, Table
from perception.reading import Cue

_SEEN = 0.1
"""Log-odds that a cue must have contributed at some moment to be drawn."""


@dataclass(frozen=True)
class CueTrace:
    """One cue's contribution to one observable over the strip's times."""

    cue: Cue
    words: str
    """In plain words, when it speaks for the observable."""
    observable: Observable
    contributions: tuple[float, ...]
    """Log-odds."""


@dataclass(frozen=True)
class Timeline:
    """What `dataclasses.asdict` turns into JSON."""

    times: tuple[float, ...]
    """Seconds on the session's clock, oldest first."""
    scores: dict[Observable, tuple[float, ...]]
    cues: tuple[CueTrace, ...]
    """Strongest first."""


@dataclass(frozen=True)
class _Tick:
    at: float
    contributions: Floats
    scores: Floats


class Strip:
    """Keeps a tick now and then, however often it is stepped."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._every = table.strip.seconds / table.strip.ticks
        self._ticks: deque[_Tick] = deque(maxlen=table.strip.ticks + 1)

    def add(self, now: float, contributions: Floats, scores: Floats) -> None:
        """`contributions` [F, S] and `scores` [S], which nobody changes afterwards."""
        if not self._ticks or now - self._ticks[-1].at >= self._every:
            self._ticks.append(_Tick(now, contributions, scores))

    def before(self, at: float) -> Floats:
        """[F, S] as it was at `at` or just before; zeros from before anything was kept."""
        earlier = [tick.contributions for tick in self._ticks if tick.at <= at]
        return earlier[-1] if earlier else np.zeros((len(self._table.cues), len(SCORED)))

    def forget(self) -> None:
        """As if nothing had been seen or heard."""
        self._ticks.clear()

    def timeline(self, now: float) -> Timeline:
        """The strip's seconds up to `now`."""
        ticks = [tick for tick in self._ticks if tick.at > now - self._table.strip.seconds]
        scores = np.array([tick.scores for tick in ticks]).reshape(len(ticks), len(SCORED))
        shares = np.array([tick.contributions for tick in ticks]).reshape(
            len(ticks), len(self._table.cues), len(SCORED)
        )
        peaks = np.abs(shares).max(axis=0, initial=0.0)
        drawn = sorted(np.argwhere(peaks >= _SEEN).tolist(), key=lambda place: -float(peaks[tuple(place)]))
        return Timeline(
            times=tuple(tick.at for tick in ticks),
            scores={observable: _numbers(scores[:, column]) for column, observable in enumerate(SCORED)},
            cues=tuple(self._trace(cue, column, shares) for cue, column in drawn),
        )

    def _trace(self, cue: int, column: int, shares: Floats) -> CueTrace:
        row = self._table.cues[cue]
        return CueTrace(row.cue, row.words, SCORED[column], _numbers(shares[:, cue, column]))


def _numbers(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
