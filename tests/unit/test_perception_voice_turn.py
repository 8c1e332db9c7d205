"""Every cue of a turn moves as it should on sound made for it, stays on its mirror, and is unknown where nothing is known."""

import math

import numpy as np
import pytest

from perception.reading import Cue
from perception.voice.turn import VoiceTurn
from tests.fakes.patients_voice import RATE, Line, Sound
from tests.fakes.voice_turns import measured, readings
from tests.fakes.vowels import SCHWA, babble, vowel

KIND = "unit"


def spoken(*pieces: Sound | float, noise: float = 1e-4, text: str = "", latency: float | None = None) -> VoiceTurn:
    """Pieces of speech, with silences where a number stands."""
    line = Line().silence(0.5)
    for piece in pieces:
        line = line.silence(piece) if isinstance(piece, float) else line.speech(piece)
    return measured(line.silence(0.4).planted(noise), text, latency)


def value(cue: Cue, turn: VoiceTurn) -> float:
    reading = readings(turn)[cue]
    assert reading.quality > 0.5
    return reading.value


def test_every_cue_of_the_voice_is_there_and_no_other() -> None:
    turn = spoken(babble(4.0))
    assert list(readings(turn)) == [cue for cue in Cue if cue.measured and cue.modality == "voice"]
    assert {reading.at for reading in readings(turn).values()} == {turn.ended}


def test_pauses_are_measured_to_a_frame_or_two() -> None:
    turn = spoken(babble(1.6), 0.6, babble(1.6, seed=9), 1.0, babble(1.6, seed=5))
    assert value(Cue.PAUSE_LONGEST, turn) == pytest.approx(1.0, abs=0.07)
    assert value(Cue.PAUSE_RATIO, turn) == pytest.approx(1.6 / 6.4, abs=0.03)
    assert value(Cue.PAUSE_SPREAD, turn) == pytest.approx(0.2, abs=0.05)
    assert value(Cue.RUN_LENGTH, turn) == pytest.approx(1.6, abs=0.07)


def test_a_pause_of_a_third_of_a_second_is_one_and_the_gap_between_two_words_is_none() -> None:
    assert value(Cue.PAUSE_LONGEST, spoken(babble(2.0), 0.33, babble(2.0, seed=3))) > 0.25
    assert value(Cue.PAUSE_LONGEST, spoken(babble(2.0), 0.15, babble(2.0, seed=3))) == 0.0


def test_silence_before_and_after_the_speech_is_no_pause() -> None:
    assert value(Cue.PAUSE_RATIO, spoken(0.6, babble(4.0), 1.0)) == 0.0


@pytest.mark.parametrize("rate", [3.0, 4.0, 5.0, 6.0])
def test_syllables_are_counted(rate: float) -> None:
    assert value(Cue.ARTICULATION_RATE, spoken(babble(5.0, rate=rate))) == pytest.approx(rate, rel=0.2)


def test_pauses_do_not_slow_articulation() -> None:
    flowing = value(Cue.ARTICULATION_RATE, spoken(babble(4.0)))
    halting = value(Cue.ARTICULATION_RATE, spoken(babble(2.0), 1.2, babble(2.0, seed=20)))
    assert halting == pytest.approx(flowing, rel=0.15)


def test_a_voice_that_fades_trails_off_and_one_that_rises_does_not() -> None:
    speech = babble(4.0)
    fading = np.interp(np.arange(len(speech)), [2.5 * RATE, 4 * RATE], [1, 0.15]).astype(np.float32)
    steady = value(Cue.TRAIL_OFF, spoken(speech))
    assert value(Cue.TRAIL_OFF, spoken(speech * fading)) > steady + 5
    assert value(Cue.TRAIL_OFF, spoken(speech * fading[::-1])) < steady
    assert value(Cue.TRAIL_OFF, spoken(speech * np.float32(0.3))) == pytest.approx(steady, abs=1)


def test_levels_say_nothing_where_the_device_sets_them() -> None:
    speech = Line().silence(0.5).speech(babble(4.0)).silence(0.4).planted()
    untrusted = readings(measured(speech, levels_trusted=False))
    trusted = readings(measured(speech))
    assert (untrusted[Cue.TRAIL_OFF].quality, untrusted[Cue.TRAIL_OFF].value) == (0.0, 0.0)
    assert [untrusted[cue] for cue in untrusted if cue is not Cue.TRAIL_OFF] == [
        trusted[cue] for cue in trusted if cue is not Cue.TRAIL_OFF
    ]


def test_pitch_is_in_semitones_and_its_range_is_the_melody() -> None:
    flat, lively = vowel(200.0, 3.0), vowel(np.array([150.0, 300.0, 150.0, 300.0]), 3.0)
    assert value(Cue.PITCH, spoken(flat)) == pytest.approx(12.0, abs=0.1)
    assert value(Cue.PITCH_RANGE, spoken(flat)) < 0.5
    assert value(Cue.PITCH_RANGE, spoken(lively)) == pytest.approx(0.9 * 12, abs=1.0)


def test_a_rough_voice_shows_in_the_cycles_and_a_higher_one_does_not() -> None:
    usual, higher = spoken(vowel(120.0, 3.0, jitter=0.005)), spoken(vowel(150.0, 3.0, jitter=0.005))
    rough = spoken(vowel(120.0, 3.0, jitter=0.02, shimmer=0.1, noise=12))
    assert value(Cue.JITTER, rough) > 2 * value(Cue.JITTER, usual)
    assert value(Cue.SHIMMER, rough) > 2 * value(Cue.SHIMMER, usual)
    assert value(Cue.HARMONICITY, rough) < value(Cue.HARMONICITY, usual) - 5
    assert value(Cue.JITTER, higher) == pytest.approx(value(Cue.JITTER, usual), abs=0.003)


def wavering(cycles: float, semitones: float) -> VoiceTurn:
    """Vowels whose pitch goes up and down so many times a second."""
    melody = 140 * 2 ** (semitones / 12 * np.sin(2 * np.pi * cycles * np.arange(0, 0.8, 0.005)))
    return spoken(*[piece for seed in range(4) for piece in (vowel(melody, 0.8, seed=seed), 0.15)])


def test_trembling_is_tremor_and_a_melody_or_a_still_voice_is_none() -> None:
    assert value(Cue.TREMOR, wavering(6.0, 0.5)) > 0.7
    assert value(Cue.TREMOR, wavering(0.8, 2.0)) < 0.3
    assert value(Cue.TREMOR, wavering(6.0, 0.0)) < 0.1


def test_latency_is_logarithmic_and_unknown_without_a_clock() -> None:
    speech = babble(3.0)
    assert value(Cue.RESPONSE_LATENCY, spoken(speech, latency=1.5)) == pytest.approx(math.log(1.5))
    assert value(Cue.RESPONSE_LATENCY, spoken(speech, latency=-0.3)) == pytest.approx(math.log(0.05))
    assert readings(spoken(speech))[Cue.RESPONSE_LATENCY].quality == 0.0


def test_restarts_come_from_the_text_and_are_unknown_without_it() -> None:
    speech = babble(4.0)
    assert value(Cue.RESTARTS, spoken(speech, text="I I took the the pill before I went to bed")) == pytest.approx(
        200 / 11
    )
    assert value(Cue.RESTARTS, spoken(speech, text="I took the pill before I went to bed")) == 0.0
    assert readings(spoken(speech))[Cue.RESTARTS].quality == 0.0


def test_a_recognized_filler_counts_where_none_was_heard() -> None:
    assert value(Cue.FILLER_RATE, spoken(babble(4.0), text="I um took the pill uh yesterday evening")) == pytest.approx(
        25.0
    )
    assert value(Cue.FILLER_RATE, spoken(babble(4.0), text="I took the pill yesterday evening")) == 0.0


def test_a_filler_heard_and_recognized_is_one() -> None:
    filler = vowel(np.array([112.0, 108.0]), 0.45, formants=SCHWA)
    heard = spoken(
        babble(2.0), 0.4, filler * np.float32(0.7), 0.5, babble(2.0, seed=8), text="one two three four five six"
    )
    both = spoken(
        babble(2.0), 0.4, filler * np.float32(0.7), 0.5, babble(2.0, seed=8), text="one two three um four five six"
    )
    assert value(Cue.FILLER_RATE, heard) == value(Cue.FILLER_RATE, both) == pytest.approx(100 / 7)


def test_too_short_a_turn_is_hardly_believed() -> None:
    short = readings(spoken(babble(0.6)))
    assert {
        short[cue].quality for cue in (Cue.PAUSE_RATIO, Cue.RUN_LENGTH, Cue.FILLER_RATE, Cue.ARTICULATION_RATE)
    } == {0.0}
    assert short[Cue.JITTER].quality < 0.5


@pytest.mark.parametrize("cue", [Cue.JITTER, Cue.SHIMMER, Cue.HARMONICITY, Cue.TRAIL_OFF, Cue.TREMOR, Cue.FILLER_RATE])
def test_noise_lowers_what_can_be_believed(cue: Cue) -> None:
    turns = (spoken(babble(3.0), vowel(np.array([110.0, 140.0]), 2.5), noise=noise) for noise in (1e-4, 0.03, 0.15))
    clean, noisy, drowned = (readings(turn)[cue].quality for turn in turns)
    assert clean > noisy > drowned
    assert drowned < 0.1


def test_a_turn_without_any_sound_is_unknown_and_not_calm() -> None:
    silent = Line().silence(0.5).speech(np.zeros(2 * RATE, np.float32)).silence(0.5).planted(noise=0.0)
    assert {reading.quality for reading in readings(measured(silent)).values()} == {0.0}
