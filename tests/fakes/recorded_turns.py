"""Turns of a made recording: cut where the silence is long, as a recording that is played cuts them."""

import numpy as np

from perception.voice.limits import Limits, limits
from perception.voice.measuring import WINDOW
from perception.voice.spectrum import RATE, Floats, Samples
from perception.voice.stream import VoiceStream
from perception.voice.turn import VoiceTurn


def recorded_turns(
    samples: Samples, probabilities: Floats, using: Limits | None = None, *, levels_trusted: bool = True
) -> tuple[VoiceTurn, ...]:
    """The turns of one voice in `samples` (16 kHz mono, -1 to 1), with one probability of voice for each 512 samples.

    A silence of `pause.ends_turn` ends a turn. Times are seconds from the recording's start; words and latency are unknown.
    """
    numbers = using or limits()
    stream = VoiceStream(numbers)
    padded = np.concatenate([samples, np.zeros(-len(samples) % WINDOW, np.float32)]).astype(np.float32)
    turns = []
    for index, (window, probability) in enumerate(zip(padded.reshape(-1, WINDOW), probabilities, strict=True)):
        stream.push(window, float(probability))
        if stream.active and stream.silence >= numbers.pause.ends_turn:
            turns.append(stream.finish((index + 1) * WINDOW / RATE, levels_trusted=levels_trusted))
    turns.append(stream.finish(len(padded) / RATE, levels_trusted=levels_trusted))
    return tuple(turn for turn in turns if turn is not None)
