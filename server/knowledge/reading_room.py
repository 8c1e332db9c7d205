"""The library as a running service reads it: the release that is told, what was retired since, and one way to ask.

Looks at the records every few seconds, so that what any process publishes or retires is noticed by all. When it cannot look
for a while it tells nothing: what it knows might have been retired.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from server.knowledge import releases
from server.knowledge.answer import Asked
from server.knowledge.consulting import OpenRelease, Outcome, consult
from server.knowledge.stacks import Stacks
from server.knowledge.telling import Limits
from server.record.database import Database
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock
from server.vocabulary.principals import Principal

EVERY: Final = 2.0
"""Seconds between looks; what is retired must be silent within 60 (research/clinical.md section 6 (2))."""
STALE: Final = timedelta(seconds=30)
"""Without a look for so long, nothing is told."""
_MOST_OPEN: Final = 3
"""Indexes in memory: the current release, and older ones that check-ins began with."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Seen:
    """What a look found."""

    current: str | None
    retired: dict[str, frozenset[tuple[str, str]]]
    """By release, of those in memory."""
    at: datetime


class ReadingRoom:
    """Asks releases on behalf of check-ins and of the test panel."""

    def __init__(self, database: Database, stacks: Stacks, limits: Limits, clock: Clock, principal: Principal) -> None:
        self._database = database
        self._stacks = stacks
        self._limits = limits
        self._clock = clock
        self._principal = principal
        self._seen: _Seen | None = None
        self._open: dict[str, OpenRelease] = {}
        self._opening = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    @property
    def current(self) -> str | None:
        """Id of the release that is told, as last seen; None before the first one."""
        return self._seen.current if self._seen else None

    def retired(self, release: str) -> frozenset[tuple[str, str]]:
        """Document and revision of what this release holds and may not be told any more, as last seen."""
        return self._seen.retired.get(release, frozenset()) if self._seen else frozenset()

    @property
    def today(self) -> date:
        """What expires today is not told any more."""
        return self._clock.now().date()

    async def start(self) -> None:
        """Opens the current release; from then on follows the records until `close`."""
        await self.look()
        changed = asyncio.Event()
        self._stop_listening = self._database.listen("library", lambda *_ids: changed.set())
        self._task = asyncio.create_task(self._follow(changed), name="reading-room")

    async def close(self) -> None:
        self._stop_listening()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Sees what was published and retired, in this process or another."""
        kept = tuple(self._open)
        seen = await self._database.run(lambda tx: self._read(tx, kept))
        self._seen = seen
        if seen.current is not None:
            await self._opened(seen.current)

    async def consult(self, release: str, question: str, asked: Asked) -> Outcome | None:
        """Ask this release; None where nothing may be told from it now, or there is none."""
        found = await self._opened(release) if release else None
        seen = self._seen
        if found is None or seen is None or self._clock.now() - seen.at > STALE:
            return None
        retired = seen.retired.get(release)
        if retired is None:  # opened since the last look
            retired = await self._database.run(lambda tx: releases.retired_in(tx, self._principal, release))
        return await asyncio.to_thread(consult, found, question, asked, self._limits, retired)

    async def _opened(self, release: str) -> OpenRelease | None:
        if release in self._open:
            return self._open[release]
        async with self._opening:
            if release not in self._open:
                told = await self._database.run(lambda tx: releases.told_in(tx, self._principal, release))
                self._open[release] = await asyncio.to_thread(self._stacks.open, release, told)
                self._let_go()
        return self._open[release]

    def _let_go(self) -> None:
        for old in list(self._open)[:-_MOST_OPEN]:
            if old != self.current:
                del self._open[old]

    def _read(self, tx: Transaction, kept: tuple[str, ...]) -> _Seen:
        current = releases.current(tx)
        wanted = {*kept, *([current] if current else [])}
        return _Seen(current, {one: releases.retired_in(tx, self._principal, one) for one in wanted}, tx.now)

    async def _follow(self, changed: asyncio.Event) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), EVERY)
            changed.clear()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  the root of the watch: what fails now may work in 2 s
                log(_logger, logging.ERROR, "library_not_seen", error=type(error).__name__)
