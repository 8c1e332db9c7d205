"""Step 2 of a visit: how often one page may do something before its socket is closed.

Pure: the time is fed in, in seconds of any steady clock.
"""

from dataclasses import dataclass, field


@dataclass
class Pace:
    """A bucket of permissions that refills evenly (a token bucket)."""

    most: float
    """Permissions in a full bucket: how many may come at once."""
    per_second: float
    """Refill."""
    _left: float = field(init=False)
    _at: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._left = self.most

    def allows(self, now: float) -> bool:
        """Take one permission if there is one."""
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        self._left = min(self.most, self._left + passed * self.per_second)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
