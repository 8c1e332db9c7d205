"""Voices made of pulses and resonances, whose pitch, jitter, shimmer and noise are known exactly."""

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter, resample_poly

RATE = 16_000
_FINER = 8
"""Times the rate at which pulses are placed, so that a period is right to a sixteenth of a thousandth."""
SCHWA = ((500.0, 80.0), (1500.0, 90.0), (2500.0, 120.0))
AH = ((640.0, 80.0), (1190.0, 90.0), (2390.0, 120.0))
"""Formants and their widths, Hz (Peterson & Barney 1952)."""

Sound = npt.NDArray[np.float32]


def vowel(
    hertz: float | npt.NDArray[np.float64],
    seconds: float,
    *,
    jitter: float = 0.0,
    shimmer: float = 0.0,
    noise: float | None = None,
    formants: tuple[tuple[float, float], ...] = AH,
    seed: int = 0,
) -> Sound:
    """A vowel at a fixed pitch, or at one that moves over the given points; loudest at one half.

    `jitter` and `shimmer` are what a cycle-to-cycle measure must find; `noise` is the harmonics-to-noise ratio in dB.
    """
    chance = np.random.default_rng(seed)
    points = np.atleast_1d(np.asarray(hertz, np.float64))
    pulses = np.zeros(int(seconds * RATE * _FINER))
    at, spread = 0.0, np.sqrt(np.pi) / 2  # the mean difference of two normal deviates is 2/√π of their spread
    while at < seconds:
        pulses[min(len(pulses) - 1, round(at * RATE * _FINER))] = 1 + shimmer * spread * chance.standard_normal()
        here = float(np.interp(at / seconds, np.linspace(0, 1, len(points)), points))
        at += (1 + jitter * spread * chance.standard_normal()) / here
    sound = resample_poly(_resonate(lfilter([0.02], [1, -0.98], pulses), formants), 1, _FINER)
    if noise is not None:
        sound = sound + chance.standard_normal(len(sound)) * sound.std() * 10 ** (-noise / 20)
    whole: Sound = (sound / np.abs(sound).max() / 2).astype(np.float32)
    return whole


def _resonate(sound: npt.NDArray[np.float64], formants: tuple[tuple[float, float], ...]) -> npt.NDArray[np.float64]:
    for center, width in formants:
        radius = np.exp(-np.pi * width / (RATE * _FINER))
        turn = 2 * np.cos(2 * np.pi * center / (RATE * _FINER))
        sound = lfilter([1 - turn * radius + radius**2], [1, -turn * radius, radius**2], sound)
    return sound


def babble(seconds: float, hertz: float = 120.0, *, rate: float = 5.0, seed: int = 0) -> Sound:
    """Syllables at a rate: the vowel changes and the loudness dips between them, as in speech."""
    chance = np.random.default_rng(seed)
    pieces = []
    for number in range(int(seconds * rate)):
        one, two = chance.uniform(300, 800), chance.uniform(900, 2200)
        melody = hertz * 2 ** (np.array([0.5, 2.0, -1.0]) * chance.uniform(0.5, 1.5) / 12)
        piece = vowel(melody, 1 / rate, formants=((one, 80), (two, 100), (2600, 150)), seed=seed + number)
        pieces.append(piece * np.hanning(len(piece)).astype(np.float32) ** np.float32(0.5))
    return np.concatenate(pieces)
