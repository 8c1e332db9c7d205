"""The voice-activity model of recordings, and that pauses come out right with what it really says."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from perception.reading import Cue
from perception.voice.activity import Activity
from perception.voice.turn import heard_fillers
from tests.fakes.patients_voice import RATE, Line, PatientsVoice
from tests.fakes.recorded_turns import recorded_turns
from tests.fakes.voice_turns import readings

KIND = "unit"

MODEL = Path(os.environ.get("NIGHTLIGHT_MODEL_MIRROR", ""), "silero-vad", "silero_vad.onnx")
pytestmark = pytest.mark.skipif(not MODEL.is_file(), reason="needs the voice-activity model of a mirror")


@pytest.fixture(scope="module")
def voices() -> Iterator[PatientsVoice]:
    with PatientsVoice() as speaking:
        yield speaking


def test_voice_is_told_from_silence_and_noise(voices: PatientsVoice) -> None:
    line = Line().silence(1.0).speech(voices.say("I took the first pill yesterday and I feel fine")).silence(1.0)
    planted = line.planted(noise=0.003)
    probabilities = Activity(MODEL).probabilities(planted.sound)
    assert len(probabilities) == len(planted.probabilities)
    assert probabilities[:28].max() < 0.5
    assert np.mean((probabilities > 0.5) == (planted.probabilities > 0.5)) > 0.93


def test_a_recording_is_measured_the_same_each_time(voices: PatientsVoice) -> None:
    activity, sound = Activity(MODEL), voices.say("Yes, I understand")
    assert activity.probabilities(sound).tolist() == activity.probabilities(sound).tolist()


@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.2])
def test_pauses_are_right_to_a_tenth_of_a_second(voices: PatientsVoice, seconds: float) -> None:
    first, second = voices.say("I took the first pill yesterday"), voices.say("and then I went to bed", "en-us+f3")
    planted = Line().silence(0.6).speech(first).silence(seconds).speech(second).silence(0.6).planted(noise=0.001)
    (turn,) = recorded_turns(planted.sound, Activity(MODEL).probabilities(planted.sound))
    assert readings(turn)[Cue.PAUSE_LONGEST].value == pytest.approx(seconds, abs=0.1)


def test_a_filler_the_model_is_unsure_of_is_heard(voices: PatientsVoice) -> None:
    line = Line().silence(0.5).speech(voices.say("I took the first pill", "en-us+Annie")).silence(0.4)
    line = line.filler(voices.say("[[V:m:]]", "en-us+Annie", 80, 45)).silence(0.5)
    planted = line.speech(voices.say("yesterday evening", "en-us+Annie")).silence(0.5).planted()
    (turn,) = recorded_turns(planted.sound, Activity(MODEL).probabilities(planted.sound))
    ((start, end),) = heard_fillers(turn)
    ((planted_start, planted_end),) = planted.fillers
    assert min(end, planted_end) - max(start, planted_start) > 0.3
    assert len(planted.sound) / RATE == pytest.approx(turn.ended, abs=0.04)
