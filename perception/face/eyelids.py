"""Eyelids over time: blinks in the last half minute, and how long the eyes have been closed. Pure.

At 10 frames a second and fewer a blink of 0.15 s may fall between two frames. The rate is corrected for the share that can
be seen at the rate the frames came, and that share is the reading's quality.
"""

from collections import deque

from perception.face.limits import limits
from perception.face.middle import Middle


class Blinks:
    """Counts closures of 60 to 400 ms against the patient's own usual opening."""

    def __init__(self) -> None:
        self._own = Middle(0.0, 1.0)
        self._ended: deque[float] = deque()
        self._open_at: float | None = None
        """Last frame with open eyes."""
        self._shut_from: float | None = None
        self._shut_until = 0.0

    def see(self, at: float, seconds: float, blink: float | None) -> bool:
        """One frame that stands for `seconds`; `blink` is None where unknown. Returns whether the lids are down in it."""
        while self._ended and self._ended[0] <= at - limits().windows.blinks:
            self._ended.popleft()
        if blink is None:
            self._open_at = self._shut_from = None
            return False
        shut = self._own.settled and blink > self._own.value + limits().blinks.rise
        self._own.add(blink, seconds)
        if shut:
            self._shut_from = at if self._shut_from is None else self._shut_from
            self._shut_until = at
        else:
            self._opened(at)
        return shut

    def _opened(self, at: float) -> None:
        if self._shut_from is not None and self._open_at is not None:
            at_least, at_most = self._shut_until - self._shut_from, at - self._open_at
            if at_least <= limits().blinks.longest and at_most >= limits().blinks.shortest:
                self._ended.append(at)
        self._open_at, self._shut_from = at, None

    def rate(self, covered: float, frames: int) -> tuple[float, float]:
        """Blinks a minute and the quality of that, over `covered` good seconds in `frames` frames of the window."""
        if not covered or not self._own.settled:
            return 0.0, 0.0
        seen = min(1.0, limits().blinks.shut * frames / covered)
        return len(self._ended) * 60 / covered / seen, seen * covered / limits().windows.blinks


class Closed:
    """For how long both eyes have been closed."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._sure_at = 0.0

    def see(self, at: float, blink: float | None) -> float:
        """Seconds at this frame; 0 while open or unknown. A face lost for a moment does not start it anew."""
        if blink is None:
            if self._since is not None and at - self._sure_at > limits().windows.hold:
                self._since = None
            return 0.0
        self._sure_at = at
        if blink < limits().eyes_closed:
            self._since = None
            return 0.0
        self._since = at if self._since is None else self._since
        return at - self._since
