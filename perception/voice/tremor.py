"""Tremor: how much of the pitch's movement is trembling. Pure. A weak cue (0.6 AUC at best)."""

import numpy as np

from perception.voice.limits import TremorLimits
from perception.voice.spectrum import HOP_SECONDS
from perception.voice.track import Track, runs

_FFT = 256


def tremor(track: Track, limits: TremorLimits) -> tuple[float, float]:
    """The share, 0 to 1, of the pitch's variance at the tremor's frequencies, and the seconds it was taken from.

    In each voiced stretch the sentence's melody (a parabola) is taken out first.
    """
    trembling = total = 0.0
    frames = 0
    frequencies = np.fft.rfftfreq(_FFT, HOP_SECONDS)
    band = (frequencies >= limits.slowest) & (frequencies <= limits.fastest)
    for start, end in runs(track.voiced):
        if (end - start) * HOP_SECONDS < limits.shortest_run:
            continue
        cents = 100 * track.semitones[start : min(end, start + _FFT)].astype(np.float64)
        steps = np.arange(len(cents))
        cents -= np.polyval(np.polyfit(steps, cents, 2), steps)
        power = np.abs(np.fft.rfft(cents * np.hanning(len(cents)), _FFT)) ** 2
        variance = float(cents.var()) * len(cents)
        trembling += variance * float(power[band].sum() / (power.sum() + 1e-9))
        total += variance
        frames += len(cents)
    still = frames * limits.still**2
    return trembling / (total + still) if frames else 0.0, frames * HOP_SECONDS
