"""Rows that are added while a turn goes on, held in one array; when full, the oldest make room."""

from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Kind = TypeVar("Kind", bound=np.generic)


class Series(Generic[Kind]):
    """At most `most` rows of one type."""

    def __init__(self, most: int, kind: type[Kind], width: int | None = None) -> None:
        self._most = most
        self._rows: npt.NDArray[Kind] = np.zeros((min(most, 1024), *([width] if width else [])), kind)
        self._length = 0
        self.dropped = 0
        """Rows that made room, so that row `n` of `view` is the (n + dropped)th ever added."""

    @property
    def added(self) -> int:
        """How many rows were ever added."""
        return self.dropped + self._length

    @property
    def view(self) -> npt.NDArray[Kind]:
        """The rows held; valid until the next change."""
        return self._rows[: self._length]

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Add rows at the end."""
        needed = self._length + len(rows)
        if needed > self._most:
            self.drop(needed - self._most + self._most // 8)
        while self._length + len(rows) > len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[self._length : self._length + len(rows)] = rows
        self._length += len(rows)

    def drop(self, count: int) -> None:
        """Forget the oldest rows."""
        count = min(count, self._length)
        self._rows[: self._length - count] = self._rows[count : self._length].copy()
        self._length -= count
        self.dropped += count
