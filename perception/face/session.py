"""One patient's place at the eyes: holds the newest frame until it is looked at, and gives the answer to its owner."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from perception.face.limits import limits
from perception.face.look import Look
from perception.face.pace import Pace
from perception.face.picture import Picture, check
from perception.face.watch import Seen
from perception.face.wire import unknown


@dataclass
class Desk:
    """What all sessions share with the eyes."""

    pace: Pace
    work: asyncio.Event
    """Set when there is something to do."""
    seeing: bool = False


@dataclass(frozen=True)
class Waiting:
    """A frame on its way to the child."""

    rgb: Picture
    at: float
    spoke: float | None
    handed_in: float
    """Event loop's time."""


class FaceSession:
    """Made by `FaceEyes.session`."""

    def __init__(self, key: str, on_look: Callable[[Look], None], desk: Desk) -> None:
        self.key = key
        """Names the session to the child."""
        self.closed = False
        self.looked = 0
        """Frames that were answered."""
        self.dropped = 0
        """Frames that a newer one replaced, or that nobody could look at."""
        self._on_look = on_look
        self._desk = desk
        self._waiting: Waiting | None = None
        self._asked: Waiting | None = None
        self._last: float | None = None
        self._reported = 0

    def due(self, at: float) -> bool:
        """Whether a frame of media time `at` would be looked at; ask before making it small."""
        return not self.closed and (
            self._last is None or at - self._last >= self._desk.pace.interval - limits().pace.early
        )

    def look(self, rgb: Picture, at: float, spoke: float | None = None) -> None:
        """Hand in a frame; never blocks. One that is not due is left alone.

        `rgb` is (height, width, 3) uint8, at most 480 pixels long, and must not be changed afterwards (ValueError). `spoke` is
        when the patient was last heard on the clock of `at`: `at` itself while they speak, None if never.
        """
        check(rgb)
        if not self.due(at):
            return
        self._last = at
        if not self._desk.seeing:
            self.dropped += 1
            asyncio.get_running_loop().call_soon(self._unknown, at)
            return
        self.dropped += self._waiting is not None
        self._waiting = Waiting(rgb, at, spoke, asyncio.get_running_loop().time())
        self._desk.work.set()

    def close(self) -> None:
        """Nothing is looked at any more, and nothing more is answered."""
        self.closed = True
        self._waiting = None
        self._desk.work.set()

    def take(self) -> Waiting | None:
        """The frame that waits, which from now on is being looked at."""
        self._asked, self._waiting = self._waiting, None
        return self._asked

    def answer(self, seen: Seen | None) -> None:
        """What was seen in the frame that was taken; None if it was refused."""
        asked, self._asked = self._asked, None
        if asked is None or self.closed:
            return
        if seen is None:
            self.dropped += 1
            self._unknown(asked.at)
            return
        self.looked += 1
        took = asyncio.get_running_loop().time() - asked.handed_in
        self._on_look(Look(asked.at, seen.readings, seen.presence, took * 1000))

    def lost(self) -> None:
        """The child is gone, and with it what it knew of this face."""
        self.dropped += (self._waiting is not None) + (self._asked is not None)
        self._waiting = self._asked = None
        if self._last is not None:
            self._unknown(self._last)

    def dropped_lately(self) -> int:
        """Frames dropped since the last time this was asked."""
        lately, self._reported = self.dropped - self._reported, self.dropped
        return lately

    def _unknown(self, at: float) -> None:
        if not self.closed:
            self._on_look(Look(at, unknown(at), None, 0.0))
