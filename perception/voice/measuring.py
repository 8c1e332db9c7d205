"""A turn's track while it grows: frames, pitch and cycles, measured as soon as their sound is there."""

from dataclasses import replace

import numpy as np

from perception.voice.limits import Limits
from perception.voice.periods import Periods, compare
from perception.voice.pitch import Path, PitchPath, candidates
from perception.voice.series import Series
from perception.voice.spectrum import BANDS, FRAME, HOP, RATE, Samples, look
from perception.voice.track import Track

WINDOW = 512
"""Samples a probability of voice stands for: 32 ms, one step of the voice-activity model."""
_BATCH = 4
"""Windows measured at once: a quarter of the calls of one at a time, and 96 ms later at most."""
_LONGEST = 180
"""Seconds of a turn that are held; of a longer one, the last three minutes count."""
_PIECE = 50
"""Frames (0.5 s) of a voiced stretch after which its cycles are compared without waiting for its end."""
_SHORTEST_PIECE = 5
_HEARD = RATE * 2
"""Samples held, for the newest frames and the cycles that are not compared yet."""


class Measuring:
    """The track of one turn; `loudest` comes from the turn before, so that a soft beginning is known to be soft."""

    def __init__(self, limits: Limits, loudest: float) -> None:
        frames = _LONGEST * RATE // HOP
        self._limits = limits
        self._path = PitchPath(limits.pitch, loudest)
        self._lags = int(RATE / limits.pitch.lowest) + 2
        self._waiting: list[Samples] = []
        self._heard: Series[np.float32] = Series(_HEARD, np.float32)
        self._sounding: Series[np.bool_] = Series(_LONGEST * RATE // WINDOW, np.bool_)
        self.level: Series[np.float32] = Series(frames, np.float32)
        self.voice: Series[np.bool_] = Series(frames, np.bool_)
        self._bands: Series[np.float32] = Series(frames, np.float32, BANDS)
        self._hertz: Series[np.float32] = Series(frames, np.float32)
        self._periodicity: Series[np.float32] = Series(frames, np.float32)
        self._compared = 0
        self._periods = Periods()

    @property
    def loudest(self) -> float:
        """Amplitude of the loudest recent frame."""
        return self._path.loudest

    def push(self, window: Samples, *, sounding: bool) -> None:
        """Take the next 512 samples, and whether a voice is heard in them."""
        self._sounding.append(np.array([sounding]))
        self._waiting.append(window)
        if len(self._waiting) >= _BATCH:
            self._measure()

    def track(self, last: int = 0) -> Track:
        """The last frames so far, or with 0 all of them; the newest pitch may still change. Valid until the next push."""
        guess = self._path.guess()
        hertz = np.concatenate([self._hertz.view, guess.hertz])
        periodicity = np.concatenate([self._periodicity.view, guess.periodicity])
        held = min(len(hertz), len(self.level.view), last or len(hertz))
        start = len(self.level.view) - held
        rows = (self.level.view[start:], self._bands.view[start:], hertz[len(hertz) - held :])
        return Track(*rows, periodicity[len(hertz) - held :], self.voice.view[start:], self._periods)

    def finish(self) -> Track:
        """The whole track, everything in it settled; no more may be pushed."""
        self._measure()
        self._settle(self._path.settle(whole=True))
        self._compare(whole=True)
        track = self.track()
        return replace(track, level=track.level.copy(), bands=track.bands.copy(), voice=track.voice.copy())

    def _measure(self) -> None:
        """Level, spectrum and pitch of the frames that are whole by now."""
        if self._waiting:
            self._heard.append(np.concatenate(self._waiting))
            self._waiting.clear()
        first = self.level.added
        count = (self._heard.added - FRAME) // HOP + 1 - first
        if count <= 0:
            return
        start = first * HOP - self._heard.dropped
        frames = look(self._heard.view[start : start + (count - 1) * HOP + FRAME], self._lags)
        windows = (np.arange(first, first + count) * HOP + FRAME // 2) // WINDOW - self._sounding.dropped
        self.level.append(frames.level)
        self._bands.append(frames.bands)
        self.voice.append(self._sounding.view[windows])
        self._path.push(frames.level, candidates(frames.correlation, self._limits.pitch))
        self._settle(self._path.settle())

    def _settle(self, path: Path) -> None:
        self._hertz.append(path.hertz)
        self._periodicity.append(path.periodicity)
        self._compare(whole=False)

    def _compare(self, *, whole: bool) -> None:
        """Compare the cycles of the settled voiced stretches that have ended or are long enough."""
        while (piece := self._next_piece(whole=whole)) is not None:
            start, end = piece
            self._compared = end
            sound = start * HOP - self._heard.dropped
            if end - start < _SHORTEST_PIECE or sound < 0:
                continue
            hertz = self._hertz.view[start - self._hertz.dropped : end - self._hertz.dropped]
            self._periods += compare(self._heard.view[sound : sound + (end - 1 - start) * HOP + FRAME], hertz)

    def _next_piece(self, *, whole: bool) -> tuple[int, int] | None:
        """The next voiced stretch among the settled frames, as frames counted from the turn's first."""
        self._compared = max(self._compared, self._hertz.dropped)
        hertz = self._hertz.view[self._compared - self._hertz.dropped :]
        since = self._compared - self.voice.dropped
        voiced = (hertz > 0) & self.voice.view[since : since + len(hertz)]
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
