"""Pitch, cycles and harmonicity are what they were made to be, also through noise and Opus."""

import numpy as np
import pytest

from perception.voice.limits import limits
from perception.voice.measuring import WINDOW, Measuring
from perception.voice.track import Track
from tests.fakes.opus_channel import through_opus
from tests.fakes.vowels import RATE, SCHWA, Sound, vowel

KIND = "unit"


def track(sound: Sound) -> Track:
    """The track of a sound that is voice from end to end."""
    measuring = Measuring(limits(), 0.0)
    for window in sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW):
        measuring.push(window, sounding=True)
    return measuring.finish()


def harmonicity(measured: Track) -> float:
    periodic = np.median(measured.periodicity[measured.voiced])
    return float(10 * np.log10(periodic / (1 - periodic)))


def noisy(sound: Sound, decibels: float) -> Sound:
    noise = np.random.default_rng(1).standard_normal(len(sound)) * sound.std() * 10 ** (-decibels / 20)
    mixed: Sound = (sound + noise).astype(np.float32)
    return mixed


@pytest.mark.parametrize("hertz", [75, 100, 142, 210, 300, 430])
def test_a_tone_has_its_pitch(hertz: int) -> None:
    tone = (0.3 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)
    measured = track(tone)
    assert measured.voiced.mean() > 0.97
    assert np.abs(12 * np.log2(measured.hertz[measured.voiced] / hertz)).max() < 0.1


@pytest.mark.parametrize("hertz", [80, 110, 160, 230, 330, 420])
@pytest.mark.parametrize("decibels", [40, 10])
def test_a_vowel_has_its_pitch_and_no_octave_of_it(hertz: int, decibels: int) -> None:
    measured = track(noisy(vowel(hertz, 1.0), decibels))
    errors = np.abs(12 * np.log2(measured.hertz[measured.voiced] / hertz))
    assert measured.voiced.mean() > 0.95
    assert np.quantile(errors, 0.99) < 0.5


def test_a_glide_is_followed() -> None:
    measured = track(vowel(np.array([110.0, 220.0, 130.0]), 2.0))
    middles = (np.arange(len(measured.hertz)) * 160 + 320) / RATE / 2.0
    true = np.interp(middles, [0, 0.5, 1], [110, 220, 130])
    errors = np.abs(12 * np.log2(measured.hertz[measured.voiced] / true[measured.voiced]))
    assert measured.voiced.mean() > 0.95
    assert np.quantile(errors, 0.95) < 0.3


def test_noise_has_no_pitch() -> None:
    hiss = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    assert track(hiss.astype(np.float32)).voiced.mean() < 0.1


@pytest.mark.parametrize("jitter", [0.005, 0.01, 0.02, 0.03])
def test_jitter_is_what_was_put_in(jitter: float) -> None:
    measured = track(vowel(120, 3.0, jitter=jitter, formants=SCHWA))
    assert measured.periods.jitter == pytest.approx(jitter, rel=0.2)


def test_a_steady_voice_has_next_to_no_jitter_and_no_shimmer() -> None:
    measured = track(vowel(120, 3.0))
    assert measured.periods.jitter < 0.001
    assert measured.periods.shimmer < 0.01


@pytest.mark.parametrize("shimmer", [0.03, 0.06, 0.12])
def test_shimmer_is_what_was_put_in(shimmer: float) -> None:
    measured = track(vowel(120, 3.0, shimmer=shimmer))
    assert measured.periods.shimmer == pytest.approx(shimmer, rel=0.2)


@pytest.mark.parametrize("decibels", [5, 10, 15, 20])
def test_harmonicity_is_what_was_put_in(decibels: int) -> None:
    assert harmonicity(track(vowel(150, 2.0, noise=decibels))) == pytest.approx(decibels, abs=1.0)


@pytest.mark.parametrize("hertz", [100, 180, 260])
def test_opus_at_24_kbit_changes_neither_pitch_nor_order(hertz: int) -> None:
    rough, smooth = (
        track(through_opus(vowel(hertz, 2.0, jitter=jitter, noise=noise))) for jitter, noise in ((0.02, 8), (0.003, 20))
    )
    assert np.median(smooth.hertz[smooth.voiced]) == pytest.approx(hertz, rel=0.01)
    assert np.median(rough.hertz[rough.voiced]) == pytest.approx(hertz, rel=0.02)
    assert harmonicity(rough) < harmonicity(smooth) - 3
    assert rough.periods.jitter > 2 * smooth.periods.jitter
