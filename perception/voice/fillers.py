"""Fillers heard in the sound: "um", "uh", "mm", held with a steady mouth and a flat voice, mostly next to a pause. Pure.

The recognizer drops most of them (research: unstable tokens), so they are counted acoustically too. A stretch in which neither
the spectrum nor the pitch moves much is a candidate; a logistic score over what is named in `FEATURES` decides. Its weights
are fitted to synthetic speech by `tests/bench/perception_fillers.py` and lie in `limits.yaml`.
"""

from dataclasses import dataclass

import numpy as np

from perception.voice.limits import FillerLimits
from perception.voice.spectrum import BANDS, HOP_SECONDS, Floats
from perception.voice.track import Mask, Track, runs

_CENTERS = 109 + 156.25 * (np.arange(BANDS) + 0.5)
_TILT = ((_CENTERS / 500) ** 2).astype(np.float32)
"""6 dB an octave: undoes the voice's own fall, so that the mouth's shape counts and not the loudest harmonic alone."""
_FLOOR = 0.03
"""Share of the loudest band under which a band's changes are not heard."""
_NOISE = 2.0
"""Times the band's noise under which its changes are noise."""
_APART = 3
"""Frames between two spectra that are compared: 30 ms, within which a steady mouth stays where it is."""
_REGIONS = ((0, 2), (2, 4), (4, 6), (6, 8), (8, 12), (12, 18), (18, 24))
"""Bands taken together, from below the first formant up: there a schwa and a nasal differ from other vowels."""
_SMOOTH = 5
_NEAR = 0.06
"""Seconds of other sound between a filler and a pause after which the pause counts a third."""
_LONG_PAUSE = 0.3
"""Seconds from which a neighboring pause counts wholly."""
_LIVE = 60
"""Frames (0.6 s) around voice in which a voiced sound is taken for the patient's, where the model hears none: it is unsure of
long steady vowels."""

FEATURES = (
    "length", "flux", "flux_most", "flux_least", "range", "wander", "lower", "pause_before", "pause_after", "pause_both",
    "softer", *(f"region_{index}" for index in range(len(_REGIONS))),
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """One steady stretch."""

    start: int
    end: int
    """Frames."""
    features: Floats
    """One for each of FEATURES."""

    @property
    def seconds(self) -> float:
        return (self.end - self.start) * HOP_SECONDS


def fillers(track: Track, limits: FillerLimits) -> tuple[Candidate, ...]:
    """The candidates that score above `limits.threshold`, in order."""
    weights = np.array([limits.weights[name] for name in FEATURES], np.float32)
    return tuple(
        one for one in candidates(track, limits) if float(one.features @ weights) + limits.bias > limits.threshold
    )


def candidates(track: Track, limits: FillerLimits) -> tuple[Candidate, ...]:
    """Every steady voiced stretch of at least `limits.shortest`, with what is known about it."""
    if len(track.level) <= 2 * _APART or not track.voiced.any():
        return ()
    bands, flux = _mouth(track)
    steady_flux, glide = _mean(flux), _mean(_glide(track))
    alive = np.convolve(track.voice, np.ones(2 * _LIVE + 1), "full")[_LIVE:-_LIVE] > 0
    loud = (track.level > track.speech_level - limits.under_loudest) & alive & ((track.hertz > 0) | track.voice)
    sounding = (track.hertz > 0) & loud
    stretches = _bridged(sounding & (steady_flux < limits.flux) & (glide < limits.glide), sounding, limits)
    usual = float(np.median(track.semitones[track.voiced]))
    return tuple(
        Candidate(start, end, _describe(track, bands, steady_flux, loud, usual, start, end))
        for start, end in stretches
        if (end - start) * HOP_SECONDS >= limits.shortest
    )


def _mouth(track: Track) -> tuple[Floats, Floats]:
    """The tilted spectrum without its noise, and how much it changes around each frame."""
    tilted = track.bands * _TILT
    noise = np.percentile(tilted, 10, axis=0)
    bands = np.maximum(tilted - noise, 0.0) + _NOISE * noise
    loudest = np.maximum(bands.max(axis=1, keepdims=True), 1e-9)
    shape = 0.5 * np.log(bands + _FLOOR * loudest)
    flux = np.zeros(len(bands), np.float32)
    change = shape[_APART:] - shape[:-_APART]
    middle = _APART // 2 + 1
    flux[middle : middle + len(change)] = np.sqrt((change**2).mean(axis=1))
    return bands.astype(np.float32), flux


def _glide(track: Track) -> Floats:
    """Semitones from each frame to the next, 0 where either has no pitch."""
    glide = np.zeros(len(track.semitones), np.float32)
    glide[1:] = np.abs(np.nan_to_num(np.diff(track.semitones)))
    return glide


def _mean(values: Floats) -> Floats:
    return np.convolve(values, np.full(_SMOOTH, 1 / _SMOOTH, np.float32), "same")


def _bridged(steady: Mask, sounding: Mask, limits: FillerLimits) -> list[tuple[int, int]]:
    """Steady stretches; where one follows upon another without a break in the voice, as in "um", they are one."""
    most, least = round(limits.bridge / HOP_SECONDS), _SMOOTH - 1
    joined: list[tuple[int, int]] = []
    for start, end in runs(steady):
        if joined and start - joined[-1][1] <= most and sounding[joined[-1][1] : start].all() and end - start >= least:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _describe(track: Track, bands: Floats, flux: Floats, loud: Mask, usual: float, start: int, end: int) -> Floats:
    inside = flux[start + 2 : end - 2]
    melody = track.semitones[start:end]
    line = np.polyval(np.polyfit(np.arange(end - start), melody, 1), np.arange(end - start))
    before, after = _pause(loud[:start][::-1]), _pause(loud[end:])
    power = bands[start:end].mean(axis=0)
    regions = [power[low:high].sum() / power.sum() for low, high in _REGIONS]
    return np.array(
        [
            np.log((end - start) * HOP_SECONDS),
            inside.mean(),
            inside.max(),
            np.percentile(inside, 30),
            min(float(np.ptp(melody)), 12.0),
            np.abs(melody - line).mean(),
            usual - np.median(melody),
            before,
            after,
            before * after,
            track.speech_level - track.level[start:end].mean(),
            *np.log10(np.array(regions) + 0.003),
        ],
        np.float32,
    )


def _pause(loud: Mask) -> float:
    """How near and how long the pause is that lies in this direction, 0 to 1; the turn's edge counts as one."""
    quiet = np.flatnonzero(~loud)
    sound = int(quiet[0]) if len(quiet) else len(loud)
    louder = np.flatnonzero(loud[sound:])
    silence = int(louder[0]) * HOP_SECONDS if len(louder) else _LONG_PAUSE
    return float(np.exp(-sound * HOP_SECONDS / _NEAR) * min(silence, _LONG_PAUSE) / _LONG_PAUSE)
