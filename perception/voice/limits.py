"""The numbers of `limits.yaml`, checked once: what counts as a pause, a filler, a syllable, and when a cue may be believed."""

from functools import cache

from perception.numbers import Numbers, shipped
from perception.reading import Cue


class PauseLimits(Numbers):
    """Which windows of voice activity are voice, and which silences are pauses."""

    voiced: float
    still_voiced: float
    least: float
    shortest_run: float
    ends_turn: float
    forgotten: float
    onset: int


class PitchLimits(Numbers):
    """The range of voices and the costs of the pitch path."""

    lowest: float
    highest: float
    voiced_strength: float
    silent: float
    octave_jump: float
    voicing_change: float
    octave_cost: float


class SyllableLimits(Numbers):
    """What is a syllable's nucleus."""

    dip: float
    under_median: float
    of_a_word: float


class FillerLimits(Numbers):
    """What is a filler in the sound, and which words are one."""

    shortest: float
    flux: float
    glide: float
    bridge: float
    under_loudest: float
    threshold: float
    bias: float
    weights: dict[str, float]
    words: frozenset[str]


class TremorLimits(Numbers):
    """Which movement of the pitch is tremor."""

    slowest: float
    fastest: float
    shortest_run: float
    still: float


class LatencyLimits(Numbers):
    """How soon an answer can be."""

    least: float


class RestartLimits(Numbers):
    """Which doubled words are no restart, and which words announce one."""

    longest_repeat: int
    doubled: frozenset[str]
    repairs: frozenset[str]


class Trust(Numbers):
    """From what a cue is believed: its quality grows from 0 at the first number to 1 at the second."""

    seconds: tuple[float, float]
    noise: tuple[float, float]
    needs_levels: bool = False


class Limits(Numbers):
    """All of them."""

    pause: PauseLimits
    pitch: PitchLimits
    syllable: SyllableLimits
    filler: FillerLimits
    tremor: TremorLimits
    latency: LatencyLimits
    restart: RestartLimits
    trust: dict[Cue, Trust]


@cache
def limits() -> Limits:
    """The shipped numbers."""
    return shipped(Limits, __package__)
