"""A patient's voice as it comes in: measured window by window, so that little is left to do when the turn ends.

Fed with the windows and probabilities that the call's own voice-activity model works with; starts no thread and reads no clock.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from perception.reading import Word
from perception.voice.fillers import Candidate, fillers
from perception.voice.limits import Limits, limits
from perception.voice.periods import Periods, compare
from perception.voice.pitch import Path, PitchPath, candidates
from perception.voice.series import Series
from perception.voice.spectrum import BANDS, FRAME, HOP, RATE, Samples, look
from perception.voice.track import Track
from perception.voice.turn import VoiceTurn, trail_off

WINDOW = 512
"""Samples a push takes: 32 ms, one step of the voice-activity model."""
_KEPT_BEFORE = 14
"""Windows (0.45 s) from before the first voiced one: the onset, and what the room sounds like. As the listener's."""
_BATCH = 3
"""Windows measured at once: a third of the calls of one at a time, and 64 ms later at most."""
_LONGEST = 180
"""Seconds of a turn that are held; of a longer one, the last three minutes count."""
_PIECE = 50
"""Frames (0.5 s) of a voiced stretch after which its cycles are compared without waiting for its end."""
_SHORTEST_PIECE = 5
_RECENT = 300
"""Frames (3 s) looked at for what is going on now."""
_LOOK_EVERY = 16
_LOOK_AT = (3, 9)
"""Windows of silence at which the last sound is judged again: it has just ended, and the silence has become a pause."""
_HANGOVER = 15
"""Frames for which the voice-activity model may hear a voice after its end."""
_HEARD = RATE * 2
"""Samples held for comparing cycles."""


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
    """Length of the filler that is heard now or was the last sound before the present silence, s; else 0."""
    fillers: int
    """Fillers in the last 3 s."""
    trail_off: float
    """dB by which the last quarter of the speech is softer than the rest, so far; not to be used where a device sets levels."""


class VoiceStream:
    """One patient's microphone in one call. `active` from the first voice to `finish` or `forget`."""

    def __init__(self, using: Limits | None = None) -> None:
        self._limits = using or limits()
        self._before: deque[tuple[Samples, float]] = deque(maxlen=_KEPT_BEFORE)
        self._loudest = 0.0
        self._reset()

    def _reset(self) -> None:
        self.active = False
        self._onset = 0
        self._sounding = False
        self._silent = 0
        self._windows = 0
        self._waiting: list[Samples] = []
        self._heard: Series[np.float32] = Series(_HEARD, np.float32)
        self._voices: Series[np.bool_] = Series(_LONGEST * RATE // WINDOW, np.bool_)
        frames = _LONGEST * RATE // HOP
        self._level: Series[np.float32] = Series(frames, np.float32)
        self._voice: Series[np.bool_] = Series(frames, np.bool_)
        self._bands: Series[np.float32] = Series(frames, np.float32, BANDS)
        self._hertz: Series[np.float32] = Series(frames, np.float32)
        self._periodicity: Series[np.float32] = Series(frames, np.float32)
        self._path = PitchPath(self._limits.pitch, self._loudest)
        self._lags = int(RATE / self._limits.pitch.lowest) + 2
        self._compared = 0
        self._lead = self._paused = 0.0
        self._looked = -_LOOK_EVERY
        self._recent: tuple[Candidate, ...] = ()
        self._periods = Periods()

    @property
    def silence(self) -> float:
        """Seconds since the last window with voice."""
        return self._silent * WINDOW / RATE

    def push(self, samples: Samples, probability: float) -> None:
        """Take the next 512 samples and the probability that they hold a voice."""
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
        kept = list(self._before)
        self._before.clear()
        for before in kept:
            self._take(*before)

    def _take(self, samples: Samples, probability: float) -> None:
        least = self._limits.pause.still_voiced if self._sounding else self._limits.pause.voiced
        self._sounding = probability >= least
        self._voices.append(np.array([self._sounding]))
        self._windows += 1
        self._count(self._sounding)
        self._waiting.append(samples)
        if len(self._waiting) >= _BATCH:
            self._measure()

    def _count(self, sounding: bool) -> None:
        """Add up the pauses."""
        if not sounding:
            self._silent += 1
            return
        silence = self._silent * WINDOW / RATE
        if self._windows - 1 == self._silent:
            self._lead = silence
        elif silence >= self._limits.pause.least:
            self._paused += silence
        self._silent = 0

    def _measure(self) -> None:
        """Frames that are whole by now: level, spectrum and pitch; and the cycles of what is settled."""
        if not self._waiting:
            return
        self._heard.append(np.concatenate(self._waiting))
        self._waiting.clear()
        first = self._level.added
        count = max(0, (self._heard.added - FRAME) // HOP + 1 - first)
        if not count:
            return
        start = first * HOP - self._heard.dropped
        frames = look(self._heard.view[start : start + (count - 1) * HOP + FRAME], self._lags)
        self._level.append(frames.level)
        self._bands.append(frames.bands)
        middles = (np.arange(first, first + count) * HOP + FRAME // 2) // WINDOW - self._voices.dropped
        self._voice.append(self._voices.view[np.minimum(middles, len(self._voices.view) - 1)])
        self._path.push(frames.level, candidates(frames.correlation, self._limits.pitch))
        self._settle(self._path.settle())

    def _settle(self, path: Path) -> None:
        self._hertz.append(path.hertz)
        self._periodicity.append(path.periodicity)
        self._compare(whole=False)

    def _compare(self, *, whole: bool) -> None:
        """Compare the cycles of voiced stretches that ended or are long enough."""
        while (piece := self._next_piece(whole=whole)) is not None:
            start, end = piece
            self._compared = end
            if end - start < _SHORTEST_PIECE or start * HOP < self._heard.dropped:
                continue
            sound = self._heard.view[start * HOP - self._heard.dropped : (end - 1) * HOP + FRAME - self._heard.dropped]
            hertz = self._hertz.view[start - self._hertz.dropped : end - self._hertz.dropped]
            self._periods += compare(sound, hertz)

    def _next_piece(self, *, whole: bool) -> tuple[int, int] | None:
        """The next voiced stretch among the settled frames, as frames counted from the turn's first."""
        since = self._compared - self._hertz.dropped
        hertz = self._hertz.view[since:]
        voiced = (hertz > 0) & self._voice.view[since : since + len(hertz)]
        if not voiced.any():
            self._compared += len(hertz)
            return None
        start = int(voiced.argmax())
        quiet = np.flatnonzero(~voiced[start : start + _PIECE])
        length = int(quiet[0]) if len(quiet) else min(_PIECE, len(voiced) - start)
        if not (len(quiet) or length == _PIECE or whole):
            self._compared += start
            return None
        return self._compared + start, self._compared + start + length

    def running(self) -> Running | None:
        """What can be said of the turn that is going on, or None between turns."""
        if not self.active:
            return None
        pause = self.silence
        counted = pause if pause >= self._limits.pause.least else 0.0
        spoken = self._windows * WINDOW / RATE - self._lead
        heard = self._fillers()
        return Running(
            seconds=spoken,
            pause=pause,
            pause_ratio=(self._paused + counted) / max(spoken - pause + counted, WINDOW / RATE),
            filler=heard[-1].seconds if heard and self._is_last(heard[-1]) else 0.0,
            fillers=len(heard),
            trail_off=trail_off(self._level.view[self._voice.view]),
        )

    def _fillers(self) -> tuple[Candidate, ...]:
        """Those of the last seconds, looked for again when a silence has begun, when it has become a pause, and now and then."""
        if self._windows - self._looked >= _LOOK_EVERY or (self._silent in _LOOK_AT and self._looked != self._windows):
            self._looked = self._windows
            self._recent = fillers(self._track(_RECENT), self._limits.filler)
        return self._recent

    def _is_last(self, one: Candidate) -> bool:
        """Whether nothing but silence came after it."""
        recent = self._voice.view[-_RECENT:]
        voices = np.flatnonzero(recent)
        return len(voices) > 0 and int(voices[-1]) - one.end < _HANGOVER

    def _track(self, last: int = 0) -> Track:
        """The last frames of the turn so far, or with 0 all of it; the newest pitch may still change."""
        guess = self._path.guess()
        hertz, periodicity = (
            np.concatenate([settled, open_])[-last:]
            for settled, open_ in (
                (self._hertz.view, guess.hertz),
                (self._periodicity.view, guess.periodicity),
            )
        )
        level, bands, voice = self._level.view[-last:], self._bands.view[-last:], self._voice.view[-last:]
        held = min(len(hertz), len(level))
        return Track(level[-held:], bands[-held:], hertz[-held:], periodicity[-held:], voice[-held:], self._periods)

    def finish(
        self,
        ended: float,
        words: tuple[Word, ...] = (),
        latency: float | None = None,
        *,
        levels_trusted: bool = True,
    ) -> VoiceTurn | None:
        """The turn is over and its last window ended at `ended` on the session's clock; None if there was no voice.

        The stream then waits for the next turn.
        """
        if not self.active:
            return None
        self._measure()
        self._settle(self._path.settle(whole=True))
        self._compare(whole=True)
        track = self._track()
        copied = Track(*(rows.copy() for rows in (track.level, track.bands, track.hertz, track.periodicity, track.voice)), track.periods)
        self.forget()
        return VoiceTurn(copied, ended, words, latency, levels_trusted)

    def forget(self) -> None:
        """Drop the turn that is going on: it was none, or nobody may know it."""
        self._loudest = self._path.loudest
        self._reset()
