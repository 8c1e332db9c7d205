"""The patient's picture on its way in: one frame, the newest, and only while somebody is allowed to look.

What nobody asked for is let go of as it came, unconverted; nothing of a frame is ever kept.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

LONGEST_EDGE = 480
"""Pixels: the face model sees no more in a larger picture (research/perception.md section 2: its time does not depend on
240 to 480, and a face at conversation distance stays above 40 pixels between the eyes)."""

_EARLY = 0.02
"""Seconds by which a frame may come before it is due: cameras do not keep the beat."""

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """One frame."""

    at: float
    """Seconds on the event loop's clock: when it was taken, by the media's own time stamps, as far as arrival allows."""
    rgb: Rgb
    """Height by width by 3, the longer edge at most `LONGEST_EDGE`."""


class Sight:
    """A place for one frame: a newer one takes the place of one that nobody has fetched."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._every: float | None = None
        self._waiting: tuple[float, av.VideoFrame] | None = None
        self._ready = asyncio.Event()
        self._offset: float | None = None
        self._due = 0.0
        self.received = 0
        """Frames that came in, looked at or not."""
        self.taken = 0
        """Frames that were handed out."""

    def look(self, every: float | None) -> None:
        """Take a frame each so many seconds of media; None: look away at once, and forget what is waiting."""
        self._every = every
        if every is None:
            self._waiting = None
            self._ready.clear()

    def begin(self) -> None:
        """A new track, with time stamps of its own, takes the place of the one before."""
        self._offset = None
        self._due = 0.0

    def offer(self, frame: av.VideoFrame) -> None:
        """A frame has come in. Cheap: nothing is copied or converted here."""
        self.received += 1
        if self._every is None:
            return
        stamp = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else self._clock()
        at = self._taken_at(stamp)
        if stamp < self._due - _EARLY:
            return
        self._due = stamp + self._every
        self._waiting = (at, frame)
        self._ready.set()

    async def next(self) -> Picture:
        """The newest frame that nobody has fetched yet; converted on a worker thread."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            waiting, self._waiting = self._waiting, None
            if waiting is None:
                continue
            at, frame = waiting
            rgb = await asyncio.to_thread(small, frame)
            if self._every is not None:  # somebody may have said no meanwhile
                self.taken += 1
                return Picture(at, rgb)

    def _taken_at(self, stamp: float) -> float:
        """The track's time on the loop's clock; the frame with the least delay so far tells how they differ."""
        now = self._clock()
        self._offset = now - stamp if self._offset is None else min(self._offset, now - stamp)
        return stamp + self._offset


def small(frame: av.VideoFrame) -> Rgb:
    """The frame as RGB, scaled down to `LONGEST_EDGE` where it is larger."""
    scale = min(1.0, LONGEST_EDGE / max(frame.width, frame.height))
    width, height = round(frame.width * scale), round(frame.height * scale)
    picture = frame.to_ndarray(format="rgb24", width=width, height=height)
    return picture.astype(np.uint8, copy=False)
