"""A patient as perception measures them: numbers around their own usual, with noise that remembers, and what is played on top.

The noise of frames is AR(1) with .92 from one fifth of a second to the next (research/perception.md §4), that of turns is new
each turn. What is played is given in the cues' own units, as measured on warped faces and synthetic speech.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from perception.finding import Finding
from perception.fusion.table import CueRow, load_table
from perception.reading import Cue, Modality, Reading
from perception.session import PerceptionSession

FRAME = 0.2
"""Seconds from one frame, and one step, to the next."""
REMEMBERS = 0.92
TURN = 3.0
"""Seconds that a turn lasts."""

Played = Mapping[Cue, float]

PAIN: Played = {
    Cue.BROW_DOWN: 0.36,
    Cue.BROW_HEIGHT: -0.06,
    Cue.EYE_BLINK: 0.17,
    Cue.EYE_OPENING: -0.04,
    Cue.NOSE_LIP: -0.04,
}
_SAME = {Cue.BROW_RAISE: Cue.BROW_HEIGHT}
"""Cues that are one length, counted in the other direction."""
SAD: Played = {Cue.CORNER_DROP: 0.05, Cue.LIP_SHRUG: 0.11, Cue.BROW_INNER_UP: 0.27, Cue.BROW_HEIGHT: 0.03}
BROW: Played = {Cue.BROW_DOWN: 0.36, Cue.BROW_HEIGHT: -0.06, Cue.EYE_SQUINT: 0.05}
EYES: Played = {Cue.EYE_BLINK: 0.17, Cue.EYE_OPENING: -0.04, Cue.EYE_SQUINT: 0.10}
GAZE: Played = {Cue.GAZE: 0.23, Cue.GAZE_AWAY: 0.75}
HEAD: Played = {
    Cue.PITCH_ANGLE: 12.5,
    Cue.HEAD_DOWN: 0.9,
    Cue.CORNER_DROP: -0.04,
    Cue.EYE_SQUINT: 0.10,
    Cue.EYE_OPENING: -0.02,
}
"""Medians of 14 faces, still to moved (research/perception.md §6)."""
HESITANT: Played = {
    Cue.RESPONSE_LATENCY: 1.2,
    Cue.PAUSE_RATIO: 0.25,
    Cue.PAUSE_SPREAD: 0.35,
    Cue.PAUSE_LONGEST: 0.8,
    Cue.FILLER_RATE: 10.0,
}
"""Fluent to hesitant (§6: 1.27 against .22 s to answer, pauses .34 of the time, the longest 1.0 s, 1.6 fillers a turn)."""


@dataclass
class Signals:
    """One simulated patient."""

    seed: int
    usual: dict[Cue, float] = field(default_factory=dict)
    """Spreads between people by which this one is off the population's mean; at random where not given."""
    calm: float = 1.0
    """Factor on the noise."""
    without: Cue | None = None
    """A cue that is never measured."""

    def __post_init__(self) -> None:
        self._chance = np.random.default_rng(self.seed)
        self._rows = load_table().cues
        off = self._chance.normal(0, 1, len(self._rows))
        self._middle = {
            row.cue: row.usual.mean + row.usual.between * self.usual.get(row.cue, float(own))
            for row, own in zip(self._rows, off, strict=True)
        }
        self._noise = {row.cue: float(self._chance.normal()) for row in self._rows}

    def frame(self, at: float, played: Played | None = None, quality: float = 1.0) -> list[Reading]:
        """One frame's readings of the face."""
        rows = self._of("face", REMEMBERS)
        return [self._reading(row, at, played or {}, quality, 2.0) for row in rows if row.cue is not self.without]

    def turn(self, at: float, played: Played | None = None, quality: float = 1.0) -> list[Reading]:
        """One turn's readings of the voice, that ended at `at`."""
        return [self._reading(row, at, played or {}, quality, TURN) for row in self._of("voice", 0.0)]

    def _of(self, modality: Modality, remembers: float) -> Iterator[CueRow]:
        for row in self._rows:
            if row.cue.modality == modality:
                new = np.sqrt(1 - remembers**2) * self._chance.normal()
                self._noise[row.cue] = remembers * self._noise[row.cue] + float(new)
                yield row

    def _reading(self, row: CueRow, at: float, played: Played, quality: float, seconds: float) -> Reading:
        measured = _SAME.get(row.cue, row.cue)
        noise = self.calm * row.usual.within * self._noise[measured]
        return Reading(row.cue, at, self._middle[measured] + noise + played.get(measured, 0.0), quality, seconds)


def watch(
    session: PerceptionSession, signals: Signals, begin: float, end: float, played: Played | None = None
) -> list[Finding]:
    """Frames from `begin` to `end`, a step after each; everything that was raised."""
    raised: list[Finding] = []
    for at in _times(begin, end):
        session.feed(signals.frame(at, played))
        raised += session.step(at)
    return raised


def listen(
    session: PerceptionSession, signals: Signals, turns: Iterable[float], played: Played | None = None
) -> list[Finding]:
    """A turn that ends at each of these times, and a step just after it."""
    raised: list[Finding] = []
    for at in turns:
        session.feed(signals.turn(at, played))
        raised += session.step(at + FRAME / 2)
        session.turn()
    return raised


def _times(begin: float, end: float) -> list[float]:
    count = round((end - begin) / FRAME)
    return [begin + FRAME * number for number in range(1, count + 1)]
