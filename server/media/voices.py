"""Sound between the people of one call: short queues that keep their delay, and the sum of what is said at once.

Never stretches, boosts or keeps a voice; what comes too late is dropped, so that a conversation stays one.
"""

from collections import deque
from collections.abc import Iterable
from typing import Protocol

import numpy as np

from server.media.playout import FRAME_SAMPLES

FRAME_BYTES = FRAME_SAMPLES * 2
SILENCE = bytes(FRAME_BYTES)
_BEFORE = 2
"""Frames (40 ms) waited for before a voice is played: two sound cards tick apart by less than one."""
_LOOKS = 50
"""Frames (one second) in which a queue that was never short is too long: a stall is made up for by dropping what is over."""
_MOST = 10
"""Frames (200 ms) kept at most; drop policy: the oldest, so that nobody answers to what was said long ago."""


class Sound(Protocol):
    """Something to be played: 16-bit mono sound at 48 kHz."""

    def pull(self, at: int) -> bytes | None:
        """20 ms for sample `at` of the track that plays it, or None for silence."""
        ...


class Voice:
    """One speaker's sound on its way to a listener with another clock."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._rest = b""
        self._flowing = False
        self._looks = 0
        self._least = _MOST
        """Frames that waited at least, of the last looks."""
        self.heard = 0
        """Frames taken in so far, those dropped included."""
        self.dropped = 0

    def push(self, pcm: bytes) -> None:
        """Add sound of any length, 16-bit mono 48 kHz."""
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES:
            self._frames.append(self._rest[:FRAME_BYTES])
            self._rest = self._rest[FRAME_BYTES:]
            self.heard += 1
        while len(self._frames) > _MOST:
            self._frames.popleft()
            self.dropped += 1

    def pull(self) -> bytes | None:
        """The next 20 ms; None while there is too little to go on without a gap."""
        self._flowing = bool(self._frames) if self._flowing else len(self._frames) > _BEFORE
        self._catch_up()
        return self._frames.popleft() if self._flowing else None

    def _catch_up(self) -> None:
        self._looks += 1
        self._least = min(self._least, len(self._frames))
        if self._looks < _LOOKS:
            return
        for _ in range(self._least - _BEFORE):
            self._frames.popleft()
            self.dropped += 1
        self._looks, self._least = 0, _MOST

    def clear(self) -> None:
        """Forget what was said so far."""
        self._frames.clear()
        self._rest = b""
        self._flowing = False


def mixed(frames: Iterable[bytes | None]) -> bytes | None:
    """All of them at once, clipped; None where nobody says anything."""
    spoken = [frame for frame in frames if frame is not None]
    if len(spoken) < 2:
        return spoken[0] if spoken else None
    total = np.zeros(FRAME_SAMPLES, np.int32)
    for frame in spoken:
        samples = np.frombuffer(frame, np.int16)
        total[: len(samples)] += samples
    return bytes(np.clip(total, -32768, 32767).astype(np.int16).tobytes())
