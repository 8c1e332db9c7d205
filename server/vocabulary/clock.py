"""Time as an input: one clock per application, movable in tests."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True)
class Anchor:
    """How far the wall clock is ahead of one that nobody can set; it changes only when the wall clock is set."""

    boot: str
    """Names the steady clock: offsets of different boots cannot be compared."""
    offset: float
    """Seconds."""


class Clock(Protocol):
    """Where every part reads the time."""

    def now(self) -> datetime:
        """Wall time, always aware and in UTC."""
        ...

    def anchor(self) -> Anchor:
        """Where the wall clock stands against the steady one."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)

    def anchor(self) -> Anchor:
        # CLOCK_BOOTTIME also counts while the machine sleeps; by CLOCK_MONOTONIC every wake-up would look like a set clock.
        return Anchor(_boot(), time.time() - time.clock_gettime(_STEADY))


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._ahead = 0.0

    def now(self) -> datetime:
        return self._now

    def anchor(self) -> Anchor:
        return Anchor("test", self._ahead)

    def move(self, by: timedelta) -> None:
        """Time passes."""
        self._now += by

    def set_ahead(self, by: timedelta) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._now += by
        self._ahead += by.total_seconds()


def _boot() -> str:
    return _BOOT_ID.read_text("ascii").strip() if _BOOT_ID.exists() else "unknown"
