"""Planted fillers are found in voices that the score was not fitted to, and words are not taken for them."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from perception.voice.fillers import FEATURES
from perception.voice.limits import limits
from perception.voice.turn import heard_fillers
from tests.bench.perception_fillers import FITTED, HELD_OUT
from tests.fakes.opus_channel import through_opus
from tests.fakes.patients_voice import Line, PatientsVoice, Planted, fluent, hesitant
from tests.fakes.voice_turns import measured
from tests.fakes.vowels import AH, SCHWA, babble, vowel

KIND = "unit"

VOICES = tuple(voice for voice in HELD_OUT if not voice.startswith("flite"))
OVERLAP = 0.1


@pytest.fixture(scope="module")
def voices() -> Iterator[PatientsVoice]:
    with PatientsVoice() as speaking:
        yield speaking


def matches(turn: Planted) -> tuple[int, int, int]:
    """How many fillers were found, how many things were taken for one, how many were planted."""
    spans = heard_fillers(measured(turn))
    found = [any(min(end, b) - max(start, a) > OVERLAP for a, b in spans) for start, end in turn.fillers]
    right = [any(min(end, b) - max(start, a) > OVERLAP for a, b in turn.fillers) for start, end in spans]
    return sum(found), len(spans) - sum(right), len(found)


def totals(turns: list[Planted]) -> tuple[float, float]:
    """Recall and precision."""
    found, wrong, planted = np.array([matches(turn) for turn in turns]).sum(axis=0)
    return found / planted, found / (found + wrong)


def carried(turn: Planted) -> Planted:
    """The same turn over Opus."""
    sound = through_opus(turn.sound)
    return Planted(
        np.pad(sound, (0, max(0, len(turn.sound) - len(sound))))[: len(turn.sound)], turn.probabilities, turn.fillers
    )


def same(turn: Planted) -> Planted:
    return turn


def test_no_tested_voice_was_fitted_to() -> None:
    assert set(VOICES) & set(FITTED) == set()
    assert set(limits().filler.weights) == set(FEATURES)


@pytest.mark.parametrize("noise", [1e-4, 0.01, 0.03], ids=["quiet", "20 dB", "10 dB"])
@pytest.mark.parametrize("apart", [True, False], ids=["apart", "run in"])
def test_planted_fillers_are_found(voices: PatientsVoice, noise: float, apart: bool) -> None:
    turns = [hesitant(voices, voice, 7000 + seed, noise=noise, apart=apart) for seed, voice in enumerate(VOICES * 2)]
    recall, precision = totals(turns)
    assert recall >= 0.6
    assert precision >= 0.85


@pytest.mark.parametrize("channel", [same, carried], ids=["clean", "opus"])
def test_opus_hides_no_filler(voices: PatientsVoice, channel: Callable[[Planted], Planted]) -> None:
    turns = [channel(hesitant(voices, voice, 8000 + seed)) for seed, voice in enumerate(VOICES * 2)]
    recall, precision = totals(turns)
    assert recall >= 0.6
    assert precision >= 0.85


def test_fluent_speech_has_next_to_none(voices: PatientsVoice) -> None:
    turns = [fluent(voices, voice, 9000 + seed, noise=0.003) for seed, voice in enumerate(VOICES * 3)]
    false = sum(matches(turn)[1] for turn in turns)
    assert 60 * false / sum(turn.seconds for turn in turns) < 0.7


def test_most_stretched_words_are_words(voices: PatientsVoice) -> None:
    turns = [fluent(voices, voice, 9500 + seed, stretched=True) for seed, voice in enumerate(VOICES * 3)]
    assert sum(matches(turn)[1] for turn in turns) <= 0.2 * len(turns)


def test_where_a_filler_is_said_to_be_is_where_it_is() -> None:
    held = vowel(np.array([112.0, 108.0]), 0.5, formants=SCHWA) * np.float32(0.7)
    turn = (
        Line()
        .silence(0.5)
        .speech(babble(2.0))
        .silence(0.4)
        .filler(held)
        .silence(0.5)
        .speech(babble(1.0))
        .silence(0.3)
        .planted()
    )
    (planted,) = turn.fillers
    (heard,) = heard_fillers(measured(turn))
    assert heard == pytest.approx(planted, abs=0.06)


def test_a_sung_vowel_between_words_is_none() -> None:
    sung = vowel(220 * 2 ** (np.array([0, 4, 7, 12, 7, 4]) / 12), 1.2, formants=AH)
    turn = Line().silence(0.5).speech(babble(2.0)).speech(sung).speech(babble(1.0, seed=7)).silence(0.4).planted()
    assert heard_fillers(measured(turn)) == ()
