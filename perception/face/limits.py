"""The numbers of `limits.yaml`, checked once: when a face is judged, by which windows, and how often."""

from functools import cache

from perception.numbers import Numbers, shipped
from perception.reading import Cue


class QualityLimits(Numbers):
    """Between `none` and `full` a frame's quality rises from 0 to 1, or falls for yaw."""

    yaw_full: float
    yaw_none: float
    eyes_full: float
    eyes_none: float
    light_full: float
    light_none: float
    second_face: float


class WindowLimits(Numbers):
    """Seconds."""

    face: float
    away: float
    blinks: float
    variability: float
    speech_margin: float
    hold: float


class MiddleLimits(Numbers):
    """Seconds."""

    half_life: float
    settled: float


class AwayLimits(Numbers):
    """How far off the own middle is away: blendshape units, and degrees."""

    gaze: float
    yaw: float


class DownLimits(Numbers):
    """Degrees below the own middle that are head down."""

    pitch: float


class BlinkLimits(Numbers):
    """What is a blink: seconds, and blendshape units for `rise`."""

    rise: float
    shortest: float
    longest: float
    shut: float


class EyeLimits(Numbers):
    """When eyes are closed: blendshape at least `closed`, or open no wider than this share of the own middle."""

    closed: float
    opening: float


class PitchLimits(Numbers):
    """What a nodded head does to a length."""

    brow_depth: float


class PaceLimits(Numbers):
    """How often a face is looked at, and what slows that down."""

    slowest: float
    usual: float
    fastest: float
    share: float
    newest: float
    back_off: float
    recover: float
    early: float
    look: float
    check: float


class Limits(Numbers):
    """All of them."""

    quality: QualityLimits
    windows: WindowLimits
    middle: MiddleLimits
    away: AwayLimits
    down: DownLimits
    blinks: BlinkLimits
    eyes: EyeLimits
    pitch: PitchLimits
    pace: PaceLimits
    spread: dict[Cue, float]


@cache
def limits() -> Limits:
    """The shipped numbers."""
    return shipped(Limits, __package__)
