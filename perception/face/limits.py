"""The numbers with a perceptual meaning, read from `limits.toml`, where each has its source."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from perception.reading import Cue


@dataclass(frozen=True)
class Quality:
    """Between `none` and `full` a frame's quality rises from 0 to 1, or falls for yaw."""

    yaw_full: float
    yaw_none: float
    eyes_full: float
    eyes_none: float
    light_full: float
    light_none: float
    second_face: float


@dataclass(frozen=True)
class Windows:
    """Seconds."""

    face: float
    away: float
    blinks: float
    variability: float
    speech_margin: float
    hold: float


@dataclass(frozen=True)
class MiddleLimits:
    """Seconds."""

    half_life: float
    settled: float


@dataclass(frozen=True)
class Blinks:
    """What is a blink: seconds, and blendshape units for `rise`."""

    rise: float
    shortest: float
    longest: float
    shut: float


@dataclass(frozen=True)
class Eyes:
    """When eyes are closed: blendshape at least `closed`, or open no wider than this share of the own middle."""

    closed: float
    opening: float


@dataclass(frozen=True)
class Limits:
    """Everything in `limits.toml`."""

    quality: Quality
    windows: Windows
    middle: MiddleLimits
    blinks: Blinks
    eyes: Eyes
    away_gaze: float
    away_yaw: float
    """Degrees."""
    down_pitch: float
    """Degrees."""
    brow_depth: float
    spread: dict[Cue, float]


@cache
def limits() -> Limits:
    """The limits that the library ships."""
    table: dict[str, Any] = tomllib.loads(Path(__file__).with_name("limits.toml").read_text("utf-8"))
    return Limits(
        quality=Quality(**table["quality"]),
        windows=Windows(**table["windows"]),
        middle=MiddleLimits(**table["middle"]),
        blinks=Blinks(**table["blinks"]),
        eyes=Eyes(**table["eyes"]),
        away_gaze=table["away"]["gaze"],
        away_yaw=table["away"]["yaw"],
        down_pitch=table["down"]["pitch"],
        brow_depth=table["pitch"]["brow_depth"],
        spread={Cue(name): value for name, value in table["spread"].items()},
    )
