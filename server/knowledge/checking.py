"""Checks of the next release that a page waits for: made apart from any request, and they say how far they are.

Reading a large library takes minutes; whoever opens the page sees the count move, and finds the result when it is there.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import date

from server.knowledge.publishing import Proposal, Publisher
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Staff


@dataclass
class Pace:
    """How far a check is; written by the thread that makes it."""

    what: str = "documents"
    """What is counted at present."""
    done: int = 0
    of: int = 0

    def __call__(self, what: str, done: int, of: int) -> None:
        self.what, self.done, self.of = what, done, of


@dataclass(frozen=True)
class _Check:
    task: asyncio.Task[Proposal]
    pace: Pace = field(default_factory=Pace)


class Checks:
    """At most one for each person; ends with the service."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._running: dict[StaffId, _Check] = {}

    async def proposal(self, staff: Staff, today: date, patience: float, *, again: bool = False) -> Proposal | Pace:
        """What would be published, or how far the check is where it takes longer than `patience` seconds. `again`: this
        person was told how far it is, and takes a result that has come since. Raises what `Publisher.propose` raises."""
        check = self._running.get(staff.id)
        if check is None or (check.task.done() and not again):
            check = self._running[staff.id] = self._begin(staff, today)
        await asyncio.wait({check.task}, timeout=patience)
        if not check.task.done():
            return check.pace
        self._running.pop(staff.id, None)
        return check.task.result()

    async def close(self) -> None:
        """A thread cannot be stopped: its result is waited for and let go."""
        await asyncio.gather(*(check.task for check in self._running.values()), return_exceptions=True)
        self._running.clear()

    def _begin(self, staff: Staff, today: date) -> _Check:
        pace = Pace()
        task = asyncio.create_task(self._publisher.propose(staff, today, pace), name="library-check")
        return _Check(task, pace)
