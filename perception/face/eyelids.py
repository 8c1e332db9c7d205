"""Eyelids over time: blinks in the last half minute, and how long the eyes have been closed. Pure.

At 10 frames a second and fewer a blink of 0.15 s may fall between two frames. The rate is corrected for the share that can
be seen at the rate the frames came, and that share is the reading's quality.
"""

from collections import deque
from dataclasses import dataclass

from perception.face.limits import limits
from perception.face.middle import Middle


@dataclass(frozen=True)
class Lids:
    """What one frame shows of the eyes."""

    blink: float
    """Blendshape, 0 to 1."""
    opening: float
    """Distance of the lids in units of the eyes' distance."""


class Eyelids:
    """Follows the lids of one patient against their own usual opening.

    The blendshape alone misses some: over closed eyes it came to 0.40 to 0.53 on eight faces, 0.2 to 0.4 above their own,
    while the opening fell to 0.18 to 0.44 of theirs (docs/perception.md).
    """

    def __init__(self) -> None:
        self._blink = Middle(0.0, 1.0)
        self._opening = Middle(0.0, 0.5)
        self._blinks: deque[float] = deque()
        self._open_at: float | None = None
        """Last frame with open eyes; None after one that did not show them."""
        self._down_from: float | None = None
        self._down_until = 0.0
        self._closed_from: float | None = None
        self._known_at = 0.0

    def see(self, at: float, seconds: float, lids: Lids | None) -> bool:
        """One frame that stands for `seconds`; `lids` is None where unknown. Returns whether they are down in it."""
        while self._blinks and self._blinks[0] <= at - limits().windows.blinks:
            self._blinks.popleft()
        if lids is None:
            self._open_at = self._down_from = None
            return False
        narrow = self._settled and lids.opening < limits().eyes.opening * self._opening.value
        down = narrow or (self._settled and lids.blink > self._blink.value + limits().blinks.rise)
        closed = narrow or lids.blink >= limits().eyes.closed
        self._follow_closed(at, closed)
        self._follow_blink(at, down)
        if not down and not closed:
            # Half an hour of sleep is not how somebody usually holds their eyes.
            self._blink.add(lids.blink, seconds)
            self._opening.add(lids.opening, seconds)
        return down

    def closed(self, at: float) -> float:
        """Seconds for which the eyes have been closed at the frame of `at`; 0 while open or unknown."""
        return at - self._closed_from if self._closed_from is not None and self._known_at == at else 0.0

    def rate(self, covered: float, frames: int) -> tuple[float, float]:
        """Blinks a minute and the quality of that, over `covered` good seconds in `frames` frames of the window."""
        if not covered or not self._settled:
            return 0.0, 0.0
        seen = min(1.0, limits().blinks.shut * frames / covered)
        return len(self._blinks) * 60 / covered / seen, seen * min(1.0, covered / limits().windows.blinks)

    @property
    def _settled(self) -> bool:
        return self._opening.settled

    def _follow_closed(self, at: float, closed: bool) -> None:
        # Eyes lost from sight for a moment are still closed; for longer, nobody knows since when.
        if not closed or at - self._known_at > limits().windows.hold:
            self._closed_from = None
        if closed and self._closed_from is None:
            self._closed_from = at
        self._known_at = at

    def _follow_blink(self, at: float, down: bool) -> None:
        if down:
            self._down_from = at if self._down_from is None else self._down_from
            self._down_until = at
            return
        if self._down_from is not None and self._open_at is not None:
            at_least, at_most = self._down_until - self._down_from, at - self._open_at
            if at_least <= limits().blinks.longest and at_most >= limits().blinks.shortest:
                self._blinks.append(at)
        self._open_at, self._down_from = at, None
