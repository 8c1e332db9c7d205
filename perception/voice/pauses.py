"""Where the patient speaks and where they pause, from voice activity, sharpened by the level. Pure.

The voice-activity model hears a voice for about 0.1 s longer than there is one; a pause of 0.3 s would be none.
"""

from dataclasses import dataclass

import numpy as np

from perception.voice.limits import PauseLimits
from perception.voice.spectrum import HOP_SECONDS
from perception.voice.track import Mask, Track, runs

_WEAKEST = 30.0
"""dB below the vowels: weaker consonants do not reach a listener over a call."""
_OVER_NOISE = 3.0
_CLEAN = 15.0
"""dB over the noise from which the level can be trusted to show where voice ends."""
_VOWEL = 15.0
"""dB below the vowels down to which a pitched sound is voice where the model, unsure of long vowels, hears none."""


@dataclass(frozen=True)
class Phrasing:
    """The turn cut into stretches of speech."""

    runs: tuple[tuple[int, int], ...]
    """Frames; between two of them lies a pause."""

    @property
    def seconds(self) -> float:
        """From the first sound of speech to the last."""
        return (self.runs[-1][1] - self.runs[0][0]) * HOP_SECONDS if self.runs else 0.0

    @property
    def phonation(self) -> float:
        """Seconds of speech without the pauses."""
        return sum(end - start for start, end in self.runs) * HOP_SECONDS

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds of each pause inside the turn."""
        return tuple(
            (after[0] - before[1]) * HOP_SECONDS for before, after in zip(self.runs, self.runs[1:], strict=False)
        )

    def mask(self, frames: int) -> Mask:
        """Which of so many frames are speech."""
        speech = np.zeros(frames, np.bool_)
        for start, end in self.runs:
            speech[start:end] = True
        return speech


def phrasing(track: Track, limits: PauseLimits) -> Phrasing:
    """Cut `track` at every silence of `limits.least` and more."""
    speech = audible(track)
    least, shortest = round(limits.least / HOP_SECONDS), round(limits.shortest_run / HOP_SECONDS)
    joined: list[tuple[int, int]] = []
    for start, end in runs(speech):
        if joined and start - joined[-1][1] < least:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return Phrasing(tuple((start, end) for start, end in joined if end - start >= shortest))


def audible(track: Track) -> Mask:
    """Frames with voice in them, without what the model hears after its end."""
    least = (
        max(track.speech_level - _WEAKEST, track.noise_level + _OVER_NOISE) if track.noise_ratio > _CLEAN else -np.inf
    )
    vowel = (track.hertz > 0) & (track.level > track.speech_level - _VOWEL) & (track.level > track.noise_level + _CLEAN)
    return (track.voice & (track.level > least)) | vowel
