"""Syllables, counted as the vowels' humps of loudness (de Jong & Wempe 2009, Behavior Research Methods 41:385). Pure."""

import numpy as np
import numpy.typing as npt
from scipy.signal import find_peaks

from perception.voice.limits import SyllableLimits
from perception.voice.spectrum import NUCLEUS_BANDS
from perception.voice.track import Mask, Track

_SMOOTH = np.hanning(9) / np.hanning(9).sum()
"""90 ms: shorter than a syllable, longer than a glottal cycle."""
_NEAR = np.ones(5)
"""A nucleus is voiced within two frames: the pitch path starts late on short vowels."""


def nuclei(track: Track, speech: Mask, limits: SyllableLimits) -> npt.NDArray[np.intp]:
    """The frames at which a syllable is loudest."""
    if len(track.level) < len(_SMOOTH) or not speech.any():
        return np.zeros(0, np.intp)
    energy = 10 * np.log10(track.bands[:, NUCLEUS_BANDS].sum(axis=1) + 1e-10)
    contour = np.convolve(energy, _SMOOTH, "same")
    least = np.median(contour[speech]) - limits.under_median
    peaks: npt.NDArray[np.intp] = find_peaks(contour, height=least, prominence=limits.dip)[0]
    voiced = np.convolve(track.hertz > 0, _NEAR, "same") > 0
    return peaks[voiced[peaks] & speech[peaks]]
