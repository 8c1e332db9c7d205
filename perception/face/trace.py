"""The last half minute of frames as numbers, and what windows of it come to. Pure; it holds no picture and no landmark."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perception.face.geometry import FRAME_CUES
from perception.face.limits import limits
from perception.reading import Cue

MOUTH = frozenset({Cue.CORNER_DROP, Cue.LIP_SHRUG, Cue.LIP_PRESS, Cue.NOSE_LIP})
"""Cues that speech moves."""
POSE = frozenset({Cue.YAW})
"""Cues that a turned head does not spoil: they are what is known of it."""
_VARIABLE = tuple(limits().spread)
_SPREADS = np.array(list(limits().spread.values()))
_IS_MOUTH = np.array([cue in MOUTH for cue in FRAME_CUES])
_IS_POSE = np.array([cue in POSE for cue in FRAME_CUES])
_OF_VARIABLE = np.array([FRAME_CUES.index(cue) for cue in _VARIABLE])
_FEWEST = 5
"""Frames that a spread is taken from."""

Numbers = NDArray[np.float64]


@dataclass
class Frame:
    """One frame."""

    at: float
    seconds: float
    """Media time that it stands for."""
    values: Numbers
    """(14,), in the order of `FRAME_CUES`; zeros where there is no face."""
    pose: float
    """Quality of what can be said of the head, 0 to 1."""
    face: float
    """Quality of what can be said of the face, 0 to 1."""
    shut: bool = False
    """Whether the lids are down, in a blink or longer."""
    away: bool | None = None
    """Whether gaze or head is off the own middle; None where unknown."""
    down: bool | None = None
    qualities: Numbers = field(init=False)
    """(14,) for each cue of `FRAME_CUES`."""

    def __post_init__(self) -> None:
        self.qualities = np.where(_IS_POSE, self.pose, self.face)


class Trace:
    """The frames of the longest window, oldest first."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque()

    def add(self, frame: Frame) -> None:
        """Append the newest frame and forget those that no window reaches."""
        self._frames.append(frame)
        while self._frames[0].at <= frame.at - limits().windows.blinks:
            self._frames.popleft()

    def spoken(self, at: float) -> None:
        """The patient spoke at `at`: mouths within the margin of it do not count, those just before it included."""
        margin = limits().windows.speech_margin
        for frame in reversed(self._frames):
            if frame.at <= at - margin:
                break
            if frame.at < at + margin:
                frame.qualities[_IS_MOUTH] = 0.0

    def recent(self, seconds: float) -> list[Frame]:
        """The frames of the last `seconds`."""
        newest = self._frames[-1].at
        return [frame for frame in self._frames if frame.at > newest - seconds]

    def middles(self, seconds: float) -> tuple[Numbers, Numbers]:
        """Median and quality of each cue of `FRAME_CUES`; both 0 where the newest frame does not show it."""
        frames = self.recent(seconds)
        qualities = np.array([frame.qualities for frame in frames])
        values = np.array([frame.values for frame in frames])
        known = qualities > 0
        now = known[-1]
        covered = np.array([frame.seconds for frame in frames]) @ qualities
        return np.where(now, _medians(values, known), 0.0), np.where(now, np.minimum(1.0, covered / seconds), 0.0)

    def variability(self) -> tuple[float, float]:
        """Mean spread of the action units, each in units of its own, and its quality. Blinks are left out."""
        seconds = limits().windows.variability
        frames = [frame for frame in self.recent(seconds) if not frame.shut]
        if not frames or not self._frames[-1].face:
            return 0.0, 0.0
        qualities = np.array([frame.qualities for frame in frames])[:, _OF_VARIABLE]
        values = np.array([frame.values for frame in frames])[:, _OF_VARIABLE]
        known = qualities > 0
        enough = known.sum(axis=0) >= _FEWEST
        if not enough.any():
            return 0.0, 0.0
        spread = np.nanstd(np.where(known, values, np.nan)[:, enough], axis=0) / _SPREADS[enough]
        covered = np.array([frame.seconds for frame in frames]) @ qualities * enough
        return float(spread.mean()), float(min(1.0, covered.mean() / seconds))


def _medians(values: Numbers, known: NDArray[np.bool_]) -> Numbers:
    """Of each column's known values; anything where none is known."""
    ordered = np.sort(np.where(known, values, np.inf), axis=0)
    count = np.maximum(known.sum(axis=0), 1)
    columns = np.arange(values.shape[1])
    middles: Numbers = (ordered[(count - 1) // 2, columns] + ordered[count // 2, columns]) / 2
    return middles
