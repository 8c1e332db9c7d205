"""Turns of synthetic voices, measured as a call would."""

import numpy as np

from perception.reading import Cue, Reading, Word
from perception.voice.measuring import WINDOW
from perception.voice.stream import VoiceStream
from perception.voice.turn import VoiceTurn, turn_readings
from tests.fakes.patients_voice import RATE, Planted


def measured(
    planted: Planted, text: str = "", latency: float | None = None, *, levels_trusted: bool = True
) -> VoiceTurn:
    """The turn as the stream hands it over; its words have no times, as this product's recognizer gives none."""
    stream = VoiceStream()
    whole = np.concatenate([planted.sound, np.zeros(-len(planted.sound) % WINDOW, np.float32)])
    for window, probability in zip(whole.reshape(-1, WINDOW), planted.probabilities, strict=True):
        stream.push(window, float(probability))
    words = tuple(Word(word, 0.0, 0.0) for word in text.split())
    turn = stream.finish(len(whole) / RATE, words, latency, levels_trusted=levels_trusted)
    if turn is None:
        raise ValueError("nobody speaks in this turn")
    return turn


def readings(turn: VoiceTurn) -> dict[Cue, Reading]:
    """Its readings by cue."""
    return {reading.cue: reading for reading in turn_readings(turn)}
