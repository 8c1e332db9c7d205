"""How often to look: a pure decision from what looking costs now. Slower under load, never faster than asked for.

Vision comes last: it may take its share of one processor and no more, all sessions together, so that sound is never late.
"""

from dataclasses import dataclass, replace

from perception.face.limits import limits

_NUMBERS = limits().pace
SLOWEST, USUAL, FASTEST = _NUMBERS.slowest, _NUMBERS.usual, _NUMBERS.fastest
"""Frames a second."""


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
        cost = took if not self.cost else self.cost + _NUMBERS.newest * (took - self.cost)
        affordable = _NUMBERS.share / (cost * max(1, sessions)) if cost else FASTEST
        rate = self.rate * (_NUMBERS.back_off**dropped if dropped else _NUMBERS.recover)
        return replace(self, rate=max(SLOWEST, min(rate, affordable, self.wanted)), cost=cost)


def pace(wanted: float = USUAL) -> Pace:
    """Starts at the rate wanted, which is held between the slowest and the fastest."""
    wanted = max(SLOWEST, min(wanted, FASTEST))
    return Pace(wanted, wanted)
