"""The patient's sound on its way in. Bounded: when the listener falls behind, the oldest sound is dropped and counted."""

import asyncio
from collections import deque

SAMPLE_RATE = 16_000
"""Hertz; what the voice-activity model and the recognizer both take."""

_MOST_FRAMES = 250
"""Five seconds of 20 ms frames: longer than any stall seen, short enough to catch up from."""


class Intake:
    """A bounded queue of 16 kHz mono frames with one reader."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._ready = asyncio.Event()
        self._closed = False
        self.dropped = 0
        """Frames dropped because the reader was more than five seconds behind."""
        self.muted = False
        """True while the patient has muted: sound is replaced by silence, so that turn timing goes on."""

    def push(self, pcm: bytes) -> None:
        """Add one frame of 16-bit little-endian samples."""
        if self._closed:
            return
        if len(self._frames) >= _MOST_FRAMES:
            self._frames.popleft()
            self.dropped += 1
        self._frames.append(bytes(len(pcm)) if self.muted else pcm)
        self._ready.set()

    async def pull(self) -> bytes | None:
        """The next frame, or None once closed and empty."""
        while not self._frames:
            if self._closed:
                return None
            self._ready.clear()
            await self._ready.wait()
        return self._frames.popleft()

    def close(self) -> None:
        """Let the reader finish what is queued, then end."""
        self._closed = True
        self._ready.set()
