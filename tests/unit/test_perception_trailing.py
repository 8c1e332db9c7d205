"""A voice that fades at the end of a sentence is told from one that does not, in eight voices, before a usual is known."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from perception.reading import Cue
from server.persona.loading import load_pack
from tests.fakes.patients_voice import Line, PatientsVoice, Sound
from tests.fakes.voice_turns import measured, readings

KIND = "unit"

VOICES = ("en-us", "en", "en-us+f3", "en-us+m3", "gmw/en-GB-scotland", "en-us+f2", "en-us+m7", "en+f5")
PROMISE = "Yes, I understand all of that."
TRAILING = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge").cues["trailing_off"]


@pytest.fixture(scope="module")
def voices() -> Iterator[PatientsVoice]:
    with PatientsVoice() as speaking:
        yield speaking


def fading(sound: Sound) -> Sound:
    """The same words, ever softer from the middle on."""
    half = len(sound) // 2
    softer: Sound = sound.copy()
    softer[half:] *= np.geomspace(1.0, 0.08, len(sound) - half).astype(np.float32)
    return softer


def fade(sound: Sound) -> float:
    return readings(measured(Line().silence(0.6).speech(sound).silence(0.5).planted()))[Cue.TRAIL_OFF].value


@pytest.mark.parametrize("voice", VOICES)
def test_only_the_words_that_fade_trail_off(voices: PatientsVoice, voice: str) -> None:
    assert TRAILING.measures is not None
    said = voices.say(PROMISE, voice)
    assert fade(said) < TRAILING.measures.value <= fade(fading(said))
