"""One patient's face through a call: a sighting in, readings and presence out. Pure: time is the media's own.

It holds the patient's own middles and half a minute of numbers. What cannot be judged gets quality 0: no face, two faces, too
dark, too small, turned away. That is unknown, never calm.
"""

from dataclasses import dataclass

import numpy as np

from perception.face.eyelids import Eyelids, Lids
from perception.face.geometry import FRAME_CUES, eye_distance, measure
from perception.face.limits import limits
from perception.face.middle import Middle
from perception.face.sighting import Face, Sighting
from perception.face.trace import Frame, Trace
from perception.reading import Cue, Presence, Reading

_GAZE, _YAW, _PITCH, _BLINK, _OPENING = (
    FRAME_CUES.index(cue) for cue in (Cue.GAZE, Cue.YAW, Cue.PITCH_ANGLE, Cue.EYE_BLINK, Cue.EYE_OPENING)
)
_NOTHING = np.zeros(len(FRAME_CUES))
FACE_CUES = (*FRAME_CUES, Cue.GAZE_AWAY, Cue.HEAD_DOWN, Cue.BLINK_RATE, Cue.ACTION_VARIABILITY)


@dataclass(frozen=True)
class Seen:
    """What one frame came to."""

    readings: tuple[Reading, ...]
    """One for each of `FACE_CUES`."""
    presence: Presence


class Watch:
    """Watches one patient; frames must come in order."""

    def __init__(self) -> None:
        self._trace = Trace()
        self._eyelids = Eyelids()
        self._gaze = Middle(-1.0, 1.0)
        self._yaw = Middle(-90.0, 90.0)
        self._pitch = Middle(-90.0, 90.0)
        self._last: float | None = None

    def step(self, sighting: Sighting, at: float, spoke: float | None) -> Seen:
        """`at` and `spoke`, when the patient was last heard (`at` itself while they speak), are seconds on one clock."""
        frame = self._frame(sighting, at)
        self._trace.add(frame)
        if spoke is not None:
            self._trace.spoken(spoke)
        lids = Lids(float(frame.values[_BLINK]), float(frame.values[_OPENING])) if frame.face else None
        frame.shut = self._eyelids.see(at, frame.seconds, lids)
        self._learn(frame)
        dark = sighting.light < limits().quality.light_none
        return Seen(self._readings(at, frame), Presence(at, sighting.faces, dark, self._eyelids.closed(at)))

    def _frame(self, sighting: Sighting, at: float) -> Frame:
        seconds = min(at - self._last, limits().windows.hold) if self._last is not None else 0.0
        self._last = at
        if sighting.face is None or sighting.faces > 1:
            return Frame(at, seconds, _NOTHING, 0.0, 0.0)
        values = measure(sighting.face)
        pose = _pose_quality(sighting.face, sighting.light)
        return Frame(at, seconds, values, pose, pose * _turned_quality(float(values[_YAW])))

    def _learn(self, frame: Frame) -> None:
        """Judge the frame against the own middles, then let it count towards them."""
        if not frame.pose:
            return
        gaze, yaw, pitch = (float(frame.values[index]) for index in (_GAZE, _YAW, _PITCH))
        frame.away = abs(yaw - self._yaw.value) > limits().away.yaw
        if frame.face and not frame.shut:
            frame.away |= abs(gaze - self._gaze.value) > limits().away.gaze
            self._gaze.add(gaze, frame.seconds)
        if frame.face:
            frame.down = pitch - self._pitch.value > limits().down.pitch
            self._pitch.add(pitch, frame.seconds)
        self._yaw.add(yaw, frame.seconds)

    def _readings(self, at: float, frame: Frame) -> tuple[Reading, ...]:
        windows = limits().windows
        medians, qualities = self._trace.middles(windows.face)
        single = zip(FRAME_CUES, medians, qualities, strict=True)
        return (
            *(Reading(cue, at, float(value), float(quality), windows.face) for cue, value, quality in single),
            Reading(Cue.GAZE_AWAY, at, *self._gaze_away(), windows.away),
            Reading(Cue.HEAD_DOWN, at, *self._head_down(), windows.away),
            Reading(Cue.BLINK_RATE, at, *self._blink_rate(frame), windows.blinks),
            Reading(Cue.ACTION_VARIABILITY, at, *self._trace.variability(), windows.variability),
        )

    def _gaze_away(self) -> tuple[float, float]:
        frames = self._trace.recent(limits().windows.away)
        known = [(frame.seconds, frame.pose, frame.away) for frame in frames]
        return _share(known, self._gaze.settled and self._yaw.settled)

    def _head_down(self) -> tuple[float, float]:
        frames = self._trace.recent(limits().windows.away)
        return _share([(frame.seconds, frame.face, frame.down) for frame in frames], self._pitch.settled)

    def _blink_rate(self, frame: Frame) -> tuple[float, float]:
        good = [other.seconds for other in self._trace.recent(limits().windows.blinks) if other.face]
        return self._eyelids.rate(sum(good), len(good)) if frame.face else (0.0, 0.0)


def _share(frames: list[tuple[float, float, bool | None]], settled: bool) -> tuple[float, float]:
    """Share of the time in which it was so, and the quality; both 0 while the middle or the newest frame is unknown."""
    known = sum(seconds for seconds, _, so in frames if so is not None)
    if not settled or frames[-1][2] is None or not known:
        return 0.0, 0.0
    share = sum(seconds for seconds, _, so in frames if so) / known
    covered = sum(seconds * quality for seconds, quality, so in frames if so is not None)
    return share, min(1.0, covered / limits().windows.away)


def _pose_quality(face: Face, light: float) -> float:
    wanted = limits().quality
    size = _rise(eye_distance(face), wanted.eyes_none, wanted.eyes_full)
    return size * _rise(light, wanted.light_none, wanted.light_full)


def _turned_quality(yaw: float) -> float:
    wanted = limits().quality
    return 1.0 - _rise(abs(yaw), wanted.yaw_full, wanted.yaw_none)


def _rise(value: float, none: float, full: float) -> float:
    return float(np.clip((value - none) / (full - none), 0.0, 1.0))
