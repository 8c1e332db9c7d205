"""Sound cut into frames, and what one look at each frame gives: level, spectrum, autocorrelation. Pure.

16 kHz mono; a frame is 40 ms under a Hann window, one every 10 ms, so that frame i covers samples 160·i to 160·i + 640.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float32]

RATE = 16_000
HOP = 160
FRAME = 640
HOP_SECONDS = HOP / RATE
_FFT = 1024
"""Enough for lags up to 384 samples without wrapping round; pitch needs 230."""

BANDS = 24
"""Of 156 Hz each, from 109 Hz to 3.9 kHz: what a narrow telephone band still carries."""
_FIRST_BIN = 7
_BAND_BINS = 10
NUCLEUS_BANDS = slice(1, 19)
"""About 300 Hz to 3 kHz, where vowels are louder than consonants (de Jong & Wempe 2009)."""

_IN_FRAME = np.arange(FRAME)
_HANN = np.hanning(FRAME).astype(np.float32)
_HANN_SPECTRUM = np.abs(np.fft.rfft(_HANN, _FFT)) ** 2
_HANN_CORRELATION = np.fft.irfft(_HANN_SPECTRUM)[: _FFT // 2]
_HANN_CORRELATION = (_HANN_CORRELATION / _HANN_CORRELATION[0]).astype(np.float32)
_QUIET = 1e-10
"""Power of -100 dB: below any microphone's own noise, above the logarithm's hole."""


@dataclass(frozen=True)
class Frames:
    """What was measured of some frames in a row."""

    level: Floats
    """dB of full scale, shape (frames,)."""
    bands: Floats
    """Power in each band, shape (frames, BANDS)."""
    correlation: Floats
    """Autocorrelation by lag in samples, 1 at lag 0, with the window's own shape taken out; shape (frames, lags)."""


def frame_count(samples: int) -> int:
    """Whole frames in so many samples."""
    return max(0, (samples - FRAME) // HOP + 1)


def look(samples: Samples, lags: int) -> Frames:
    """Every whole frame of `samples`; `lags` is the longest lag wanted, at most 383.

    The autocorrelation is divided by the window's (Boersma 1993, eq. 9), so that a steady voice reaches 1 at its period.
    """
    framed = samples[np.arange(frame_count(len(samples)))[:, None] * HOP + _IN_FRAME]
    centered = framed - framed.mean(axis=1, keepdims=True)
    power = np.einsum("ij,ij->i", centered, centered) / FRAME
    spectrum = np.fft.rfft(centered * _HANN, _FFT)
    energy = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    correlation = np.fft.irfft(energy, _FFT)[:, : lags + 1]
    correlation /= correlation[:, :1] + _QUIET
    correlation /= _HANN_CORRELATION[: lags + 1]
    bands = energy[:, _FIRST_BIN : _FIRST_BIN + BANDS * _BAND_BINS].reshape(-1, BANDS, _BAND_BINS).sum(axis=2)
    level = 10 * np.log10(power + _QUIET)
    return Frames(level.astype(np.float32), bands, correlation.astype(np.float32, copy=False))
