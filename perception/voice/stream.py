"""A patient's voice as it comes in: measured window by window, so that little is left to do when the turn ends.

Fed with the windows and probabilities that the call's own voice-activity model works with; starts no thread and reads no clock.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from perception.reading import Word
from perception.voice.fillers import fillers
from perception.voice.limits import Limits, limits
from perception.voice.measuring import WINDOW, Measuring
from perception.voice.spectrum import RATE, Samples
from perception.voice.turn import VoiceTurn, trail_off

_KEPT_BEFORE = 14
"""Windows (0.45 s) from before the first voiced one: the onset, and what the room sounds like. As the service's listener."""
_RECENT = 300
"""Frames (3 s) looked at for fillers."""
_LOOK_EVERY = 24
_LOOK_AT = (3, 8)
"""Windows of silence at which the last sound is judged again: it has ended, and the silence grows into a pause."""
_HANGOVER = 15
"""Frames for which the voice-activity model may hear a voice after its end."""


@dataclass(frozen=True)
class Running:
    """What an unfinished turn sounds like so far."""

    seconds: float
    """Since the first voice."""
    pause: float
    """How long the present silence has lasted, s; 0 while there is voice."""
    pause_ratio: float
    """Share of pauses so far, the present one included once it is long enough to be one."""
    filler: float
    """Length of the filler that was the last sound when last looked, at most 0.8 s ago, s; else 0."""
    fillers: int
    """In the last 3 s."""
    trail_off: float
    """dB by which the last quarter of the speech is softer than the rest; says nothing where a device sets the levels."""


class VoiceStream:
    """One patient's microphone in one call. `active` from the first voice to `finish` or `forget`."""

    def __init__(self, using: Limits | None = None) -> None:
        self._limits = using or limits()
        self._before: deque[tuple[Samples, float]] = deque(maxlen=_KEPT_BEFORE)
        self._measuring = Measuring(self._limits, 0.0)
        self._reset()

    def _reset(self) -> None:
        self.active = False
        self._onset = 0
        self._sounding = False
        self._windows = self._silent = 0
        self._lead = self._paused = 0.0
        self._looked = -_LOOK_EVERY
        self._fillers = 0
        self._filler = self._trail_off = 0.0

    @property
    def silence(self) -> float:
        """Seconds since the last window with voice."""
        return self._silent * WINDOW / RATE

    def push(self, samples: Samples, probability: float) -> None:
        """Take the next 512 samples (float32, -1 to 1) and the probability that they hold a voice."""
        if not self.active:
            self._wait(samples, probability)
            return
        self._take(samples, probability)
        if self.silence > self._limits.pause.forgotten:
            self.forget()

    def _wait(self, samples: Samples, probability: float) -> None:
        self._before.append((samples, probability))
        self._onset = self._onset + 1 if probability >= self._limits.pause.voiced else 0
        if self._onset < self._limits.pause.onset:
            return
        self.active = True
        for before in self._before:
            self._take(*before)
        self._before.clear()

    def _take(self, samples: Samples, probability: float) -> None:
        least = self._limits.pause.still_voiced if self._sounding else self._limits.pause.voiced
        self._sounding = probability >= least
        self._count()
        self._measuring.push(samples, sounding=self._sounding)

    def _count(self) -> None:
        """Add up the pauses; silence before the first voice is none."""
        self._windows += 1
        if not self._sounding:
            self._silent += 1
        elif self._silent == self._windows - 1:
            self._lead, self._silent = self.silence, 0
        else:
            self._paused += self.silence if self.silence >= self._limits.pause.least else 0.0
            self._filler = 0.0 if self._silent >= _LOOK_AT[0] else self._filler
            self._silent = 0

    @property
    def pausing(self) -> bool:
        """Whether a silence has just begun, or grown into a pause: `running` says something new, and costs milliseconds."""
        return self.active and self._silent in _LOOK_AT

    def running(self) -> Running | None:
        """What can be said of the turn that is going on, or None between turns."""
        if not self.active:
            return None
        seconds, pause = self._windows * WINDOW / RATE - self._lead, self.silence
        counted = pause if pause >= self._limits.pause.least else 0.0
        self._look()
        return Running(
            seconds=seconds,
            pause=pause,
            pause_ratio=(self._paused + counted) / max(seconds - pause + counted, WINDOW / RATE),
            filler=self._filler,
            fillers=self._fillers,
            trail_off=self._trail_off,
        )

    def _look(self) -> None:
        """Look for fillers and at the level when a silence has begun and while it grows, and now and then."""
        at_silence = self._silent in _LOOK_AT and self._looked != self._windows
        if self._windows - self._looked < _LOOK_EVERY and not at_silence:
            return
        self._looked = self._windows
        track = self._measuring.track(_RECENT)
        found = fillers(track, self._limits.filler)
        voices = np.flatnonzero(track.voice)
        last = bool(found) and len(voices) > 0 and int(voices[-1]) - found[-1].end < _HANGOVER
        self._fillers, self._filler = len(found), found[-1].seconds if last else 0.0
        self._trail_off = trail_off(self._measuring.level.view[self._measuring.voice.view])

    def finish(
        self,
        ended: float,
        words: tuple[Word, ...] = (),
        latency: float | None = None,
        *,
        levels_trusted: bool = True,
    ) -> VoiceTurn | None:
        """The turn is over; its last window ended at `ended` on the session's clock. None if there was no voice.

        The stream then waits for the next turn. For `words`, `latency` and `levels_trusted` see `VoiceTurn`.
        """
        if not self.active:
            return None
        track = self._measuring.finish()
        self.forget()
        return VoiceTurn(track, ended, words, latency, levels_trusted)

    def forget(self) -> None:
        """Drop the turn that is going on: it was none, or nobody may know it."""
        self._measuring = Measuring(self._limits, self._measuring.loudest)
        self._reset()
