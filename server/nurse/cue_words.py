"""What can be seen and heard, in a nurse's words: each names the sound or the movement, none a mood or a disease.

The names are those of `perception.reading.Cue` and `perception.finding.Observable`; a test holds the two lists together.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NOTICED: Mapping[str, str] = {
    "hesitation": "long pauses or a slow start",
    "trailing_off": "the voice trailed off",
    "visible_tension": "mouth or brow held tight",
    "pain_expression": "brow, eyes or upper lip drawn together",
    "confusion": "long pauses, restarts or looking away",
    "mismatch": "the words say fine, voice or face differ",
    "absence": "no answer and nobody to be heard",
}
"""Observable, or cue of the pack, to words."""
ABSENCES: Mapping[str, str] = {
    "thinking": "quiet, still looking at the screen",
    "muted": "the microphone is muted",
    "walked_away": "nobody in the picture",
    "asleep": "eyes closed for long",
    "network": "the connection is poor",
}


@dataclass(frozen=True)
class Measured:
    """How one measurement is named and shown."""

    name: str
    unit: str = ""
    digits: int = 1
    shown: Callable[[float], float] = float
    """From the value as it is kept to the number shown."""

    def of(self, value: float) -> str:
        """The value with its unit; empty where its number would say nothing to a reader."""
        return f"{self.shown(value):.{self.digits}f} {self.unit}" if self.unit else ""


def _hertz(semitones: float) -> float:
    return 100.0 * math.exp2(semitones / 12.0)


def _percent(share: float) -> float:
    return 100.0 * share


MEASURED: Mapping[str, Measured] = {
    "response_latency": Measured("Time before answering", "s", shown=math.exp),
    "pause_ratio": Measured("Share of pauses", "%", 0, _percent),
    "pause_spread": Measured("Uneven pauses", "s"),
    "pause_longest": Measured("Longest pause", "s"),
    "filler_rate": Measured("“Um” and “uh”", "in 100 words", 0),
    "articulation_rate": Measured("Speed of speech", "syllables/s"),
    "restarts": Measured("Words begun again", "in 100 words", 0),
    "trail_off": Measured("Softer at the end", "dB"),
    "run_length": Measured("Stretch without a pause", "s"),
    "pitch": Measured("Pitch of the voice", "Hz", 0, _hertz),
    "pitch_range": Measured("Range of pitch", "semitones"),
    "harmonicity": Measured("Clearness of the voice", "dB"),
    "jitter": Measured("Unevenness of pitch", "%", 1, _percent),
    "shimmer": Measured("Unevenness of loudness", "%", 1, _percent),
    "tremor": Measured("Shake in the voice", "%", 0, _percent),
    "brow_height": Measured("Height of the brow"),
    "brow_down": Measured("Brow drawn down"),
    "brow_inner_up": Measured("Inner brow raised"),
    "brow_raise": Measured("Inner brow higher"),
    "corner_drop": Measured("Mouth corners lower"),
    "lip_shrug": Measured("Lower lip pushed up"),
    "lip_press": Measured("Lips pressed together"),
    "eye_opening": Measured("Opening of the eyes"),
    "eye_squint": Measured("Eyes narrowed"),
    "eye_blink": Measured("Eyes closed"),
    "nose_lip": Measured("Upper lip raised"),
    "gaze": Measured("Direction of the eyes"),
    "yaw": Measured("Head turned", "°", 0),
    "pitch_angle": Measured("Head tilted down", "°", 0),
    "gaze_away": Measured("Looking away", "% of the time", 0, _percent),
    "head_down": Measured("Head down", "% of the time", 0, _percent),
    "blink_rate": Measured("Blinks", "a minute", 0),
    "action_variability": Measured("Movement of the face"),
    "silence": Measured("Nobody spoke", "s", 0),
    "muted": Measured("Microphone off"),
    "media_gap": Measured("Nothing arrived", "s", 0),
    "nobody": Measured("Nobody in the picture", "s", 0),
    "eyes_closed": Measured("Eyes closed", "s", 0),
}
"""Measurement to words."""
_FIRST_OF_FACE = "brow_height"
_HEARD = frozenset({*list(MEASURED)[: list(MEASURED).index(_FIRST_OF_FACE)], "silence", "muted", "media_gap"})


def noticed_words(observable: str, absence: str) -> str:
    """What was noticed, as part of a sentence."""
    return ABSENCES.get(absence) or NOTICED.get(observable) or observable.replace("_", " ")


def is_face(cue: str) -> bool:
    """Whether it was seen and not heard."""
    return cue not in _HEARD


def measured(cue: str) -> Measured:
    """The words of a measurement; a new one is at least shown by its name."""
    return MEASURED.get(cue) or Measured(cue.replace("_", " ").capitalize())
