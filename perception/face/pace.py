"""How often to look: a pure decision from what looking costs now. Slower under load, never faster than asked for.

Vision comes last: it may take its share of one processor and no more, all sessions together, so that sound is never late.
"""

from dataclasses import dataclass, replace

SLOWEST = 2.0
"""Frames a second below which a face cannot be followed (the issue)."""
USUAL = 5.0
FASTEST = 10.0
_SHARE = 0.6
"""Of one processor for all sessions; design choice: the child has a processor to itself only on a quiet machine."""
_NEWEST = 0.1
"""Weight of the newest cost in the running mean: half is forgotten after seven frames."""
_BACK_OFF = 0.8
"""Factor on the rate for each frame that had to be dropped: newest frame wins, and the next ones come slower."""
_RECOVER = 1.03
"""Factor on the rate for each frame without trouble: from slowest to usual in half a minute of one session."""


@dataclass(frozen=True)
class Pace:
    """The rate of every session of the process."""

    rate: float
    """Frames a second."""
    wanted: float = USUAL
    cost: float = 0.0
    """Seconds that a frame has taken of late."""

    @property
    def interval(self) -> float:
        """Seconds from one frame to the next."""
        return 1.0 / self.rate

    def after(self, took: float, sessions: int, dropped: int) -> "Pace":
        """The pace after a frame that took `took` seconds, with `dropped` frames replaced unseen since the one before."""
        cost = took if not self.cost else self.cost + _NEWEST * (took - self.cost)
        affordable = _SHARE / (cost * max(1, sessions)) if cost else FASTEST
        rate = self.rate * (_BACK_OFF**dropped if dropped else _RECOVER)
        return replace(self, rate=max(SLOWEST, min(rate, affordable, self.wanted)), cost=cost)


def pace(wanted: float = USUAL) -> Pace:
    """Starts at the rate wanted, which is held between the slowest and the fastest."""
    wanted = max(SLOWEST, min(wanted, FASTEST))
    return Pace(wanted, wanted)
