"""What the check-in's senses say in the middle of a turn, window by window: in time for the shortest end of one."""

import numpy as np
import pytest

from perception.fusion.baseline import VoiceUsual
from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from perception.reading import Cue
from perception.voice.measuring import WINDOW
from server.checkin.perceiver import Perceiver
from server.speech.turn import WINDOW_SECONDS, TurnTimings
from tests.fakes.patients_voice import RATE, Line, Planted, Sound
from tests.fakes.vowels import SCHWA, babble, vowel

KIND = "unit"

FILLER: Sound = vowel(np.array([112.0, 108.0]), 0.5, formants=SCHWA) * np.float32(0.7)
STEADY = Line().silence(0.5).speech(babble(2.0)).silence(0.4)


async def stops(planted: Planted) -> list[tuple[float, float]]:
    """Seconds of silence at which the senses said that the voice stopped on a filler, and the filler's length."""
    said: list[tuple[float, float]] = []
    silence = 0.0
    senses = Perceiver(EvidenceModel(load_table()), None).watch(
        lambda finding: None, lambda filler: said.append((silence, filler))
    )
    whole = np.concatenate([planted.sound, np.zeros(-len(planted.sound) % WINDOW, np.float32)])
    windows = (whole * 32767).astype(np.int16).reshape(-1, WINDOW)
    for count, (window, probability) in enumerate(zip(windows, planted.probabilities, strict=True), 1):
        silence = 0.0 if probability >= TurnTimings.voiced else silence + WINDOW_SECONDS
        senses.sound(count * WINDOW / RATE, window, float(probability))
    await senses.close()
    return said


async def test_a_voice_starts_from_how_it_was_timed_before_and_is_known_no_more_once_that_is_withdrawn() -> None:
    before = VoiceUsual(9, {Cue.PAUSE_RATIO: 0.5, Cue.PITCH: 3.0}, {Cue.PAUSE_RATIO: 0.1, Cue.PITCH: 1.0})
    senses = Perceiver(EvidenceModel(load_table()), None).watch(lambda finding: None, lambda filler: None, before)
    senses.allow("voice", on=True)
    start = senses.voice_usual()
    senses.allow("voice", on=False)
    gone = senses.voice_usual()
    await senses.close()
    assert start == VoiceUsual(6, {Cue.PAUSE_RATIO: 0.5}, {Cue.PAUSE_RATIO: 0.1})
    assert gone == VoiceUsual(0, {}, {})


async def test_a_filler_is_told_before_the_shortest_end_of_a_turn() -> None:
    line = Line().silence(0.5).speech(babble(2.0)).silence(0.3).filler(FILLER).silence(0.4)
    first, *_ = await stops(line.planted())
    assert first[0] < TurnTimings.floor
    assert first[1] == pytest.approx(0.5, abs=0.12)


async def test_a_steady_voice_and_one_that_went_on_stop_on_none() -> None:
    gone_on = Line().speech(babble(2.0)).silence(0.3).filler(FILLER).silence(0.06).speech(babble(1.5)).silence(0.4)
    assert await stops(STEADY.planted()) == []
    assert await stops(gone_on.planted()) == []
