"""One patient's own usual, learned within the call. Pure.

Medians and spreads of the first half minute of usable frames and of the first turns, leaning on the population while little
is known; then learned slowly, not far, and only while nothing is noticed: else a suffering patient becomes "usual".
The voice's timing may come from earlier check-ins and go to later ones. What was learned of a face never leaves its call.
"""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from perception.fusion.table import Baselines, Floats, Table
from perception.reading import Cue, Modality

Flags = npt.NDArray[np.bool_]

_MAD = 1.4826
"""A median absolute deviation times this is the standard deviation of what is normally distributed."""
_SAMPLES = 400
"""Kept of each cue until its baseline is full: half a minute at more than 10 frames a second."""
_OFTEN = 1.0
"""Seconds or turns after which medians are taken anew."""


@dataclass(frozen=True)
class VoiceUsual:
    """How a patient usually times their speech: plain numbers, to keep from one check-in to the next."""

    turns: int
    centers: dict[Cue, float]
    """In the cue's unit."""
    spreads: dict[Cue, float]


class Baseline:
    """A patient's usual for every cue; arrays [F] in the table's order."""

    def __init__(self, table: Table, before: VoiceUsual | None = None) -> None:
        count = len(table.cues)
        self._table = table
        self._voice = table.voice
        self._mean = _column(table, "mean")
        self._between = _column(table, "between")
        self._within = _column(table, "within")
        self._prior = self._mean.copy()
        self._prior_spread = self._within.copy()
        self._before = np.zeros(count)
        self._start(before)
        self._values = np.zeros((count, _SAMPLES))
        self._kept = np.zeros(count, np.int64)
        self._amount = np.zeros(count)
        self._measured_at = np.zeros(count)
        self._center = self._prior.copy()
        self._first = self._prior.copy()
        self._spread = self._prior_spread.copy()
        self.suspect = False
        """Whether the patient was far from the population from the start, so that their usual may hide what it should show."""
        self._derive()

    def __reduce__(self) -> NoReturn:
        """Neither pickled nor copied."""
        raise TypeError("a face baseline never leaves its call; take voice_usual()")

    def learn(self, values: Floats, quality: Floats, amount: Floats, *, quiet: bool) -> None:
        """`amount` [F]: seconds that frames stand for, or 1 for a turn; 0 for what is not new. `quiet`: every score is low."""
        numbers = self._table.baseline
        usable = (amount > 0) & (quality >= self._of("usable"))
        least, full = self._of("least"), self._of("full")
        collects = usable & (self._amount < full) & (self._kept < _SAMPLES) & (quiet | (self._amount < least))
        for cue in np.flatnonzero(collects):
            self._values[cue, self._kept[cue]] = values[cue]
        self._kept += collects
        settled = usable & ~collects & (self._amount >= least) & quiet
        self._drift(values, np.where(settled, amount, 0.0), numbers)
        self._amount += np.where(collects, amount, 0.0)
        due = collects & ((self._amount - self._measured_at >= _OFTEN) | (self._amount >= full))
        if due.any():
            self._measure(due)
        if due.any() or settled.any():
            self._derive()

    def forget(self, modality: Modality) -> None:
        """The patient no longer wants this sense used: what was learned by it is gone."""
        rows = self._voice if modality == "voice" else ~self._voice
        for array in (self._kept, self._amount, self._measured_at, self._values, self._before):
            array[rows] = 0
        self._center[rows] = self._first[rows] = self._prior[rows] = self._mean[rows]
        self._spread[rows] = self._prior_spread[rows] = self._within[rows]
        self._derive()

    def voice_usual(self) -> VoiceUsual:
        """The timing of this patient's speech, today's and before; nothing else."""
        rows = [(index, row) for index, row in enumerate(self._table.cues) if row.carries and self._weight[index] > 0]
        centers = {row.cue: float(self._own[index]) for index, row in rows}
        spreads = {row.cue: float(self._own_spread[index]) for index, row in rows}
        turns = max((int(self._weight[index]) for index, _ in rows), default=0)
        return VoiceUsual(turns, centers, spreads)

    def _start(self, before: VoiceUsual | None) -> None:
        if before is None:
            return
        if before.turns < 0 or set(before.centers) != set(before.spreads):
            raise ValueError("a voice's usual needs turns, and a center and a spread for each cue")
        for cue, center in before.centers.items():
            index = self._table.index(cue)
            if not self._table.cues[index].carries:
                raise ValueError(f"{cue} is not carried from one check-in to the next")
            self._before[index] = min(before.turns, self._table.baseline.voice.from_before)
            self._prior[index] = center
            self._prior_spread[index] = max(before.spreads[cue], self._within[index])

    def _of(self, name: str) -> Floats:
        baseline = self._table.baseline
        return np.asarray(
            np.where(self._voice, getattr(baseline.voice, name), getattr(baseline.face, name)), np.float64
        )

    def _measure(self, due: Flags) -> None:
        for cue in np.flatnonzero(due):
            kept = self._values[cue, : self._kept[cue]]
            center = np.median(kept)
            self._center[cue] = self._first[cue] = center
            self._spread[cue] = _MAD * np.median(np.abs(kept - center))
        self._measured_at[due] = self._amount[due]
        self._judge()

    def _drift(self, values: Floats, seconds: Floats, numbers: Baselines) -> None:
        if not seconds.any():
            return
        step = 1 - 0.5 ** (seconds / numbers.half_life)
        room = numbers.drift * np.maximum(self._spread, self._within)
        moved = self._center + step * (values - self._center)
        self._center = np.clip(moved, self._first - room, self._first + room)

    def _derive(self) -> None:
        """(n · own + k · population) / (n + k), and a spread that owns up to what is not known yet."""
        shrink, known = self._of("shrink"), self._before + self._amount
        self._weight = known
        self._own = _mixed(self._center, self._amount, self._prior, self._before, self._mean)
        spread_squared = _mixed(self._spread**2, self._amount, self._prior_spread**2, self._before, self._within**2)
        self._own_spread = np.maximum(np.sqrt(spread_squared), self._within)
        lean = shrink / (known + shrink)
        self.mu = (1 - lean) * self._own + lean * self._mean
        looks = np.maximum(known / self._of("independent"), 1.0)
        unsure = (lean * self._between) ** 2 + ((1 - lean) * self._own_spread) ** 2 / looks
        self.sd = np.sqrt(self._own_spread**2 + unsure)
        least = self._of("least")
        # A face that was hardly seen says nothing; a voice is first held, with care, against other people's.
        self.known = np.minimum(1.0, np.where(self._voice, (known + 1) / (least + 1), self._amount / least))

    def _judge(self) -> None:
        """The population's view of what was learned: all cues of an observable taken together as one z."""
        rows = self._table.cues
        away = (self._center - self._mean) / np.hypot(self._between, self._within)
        sign = np.array([{"more": 1.0, "less": -1.0, "either": 0.0}[row.counts] for row in rows])
        known = (self._amount >= self._of("least")) & (sign != 0)
        worths = self._table.worths * known[:, None]
        alike = self._table.evidence.alike
        correlated = self._table.together * alike + np.eye(len(rows)) * (1 - alike)
        noise = np.sqrt(np.einsum("fs,fg,gs->s", worths, correlated, worths))
        z = (worths * (sign * away)[:, None]).sum(axis=0) / np.maximum(noise, 1e-9)
        self.suspect = bool((z > self._table.baseline.suspect).any())


def _mixed(own: Floats, amount: Floats, prior: Floats, before: Floats, otherwise: Floats) -> Floats:
    total = amount + before
    return np.where(total > 0, (own * amount + prior * before) / np.maximum(total, 1e-9), otherwise)


def _column(table: Table, name: str) -> Floats:
    return np.array([getattr(row.usual, name) for row in table.cues], np.float64)
