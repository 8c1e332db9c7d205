"""What comes when, on a clock that only this moves."""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from server.vocabulary.clock import MovableClock

Work = Callable[[], Awaitable[None]]


class Timeline:
    """Things to be done at moments; of those at the same one, the first to be put down comes first."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Work]] = []
        self._numbers = itertools.count()

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def next(self) -> datetime | None:
        """When the next thing is due."""
        return self._waiting[0][0] if self._waiting else None

    def at(self, moment: datetime, work: Work) -> None:
        heapq.heappush(self._waiting, (moment.astimezone(UTC), next(self._numbers), work))

    def after(self, seconds: float, work: Work) -> None:
        self.at(self.now + timedelta(seconds=seconds), work)

    def move_to(self, moment: datetime) -> None:
        """Never back."""
        self._clock.move(max(moment - self.now, timedelta()))

    def due(self) -> Work | None:
        """Takes the next thing whose moment has come."""
        if self._waiting and self._waiting[0][0] <= self.now:
            return heapq.heappop(self._waiting)[2]
        return None
