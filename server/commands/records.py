"""The records as commands use them: opened for the work, and closed whatever comes of it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from server.config import Settings
from server.installation import open_records
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock, SystemClock

T = TypeVar("T")


@contextlib.asynccontextmanager
async def opened(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Database]:
    """Raises what `open_records` raises."""
    database = await open_records(settings, clock or SystemClock())
    try:
        yield database
    finally:
        await database.close()


async def in_records(settings: Settings, work: Callable[[Transaction], T]) -> T:
    """One transaction. Raises what `open_records` and `work` raise."""
    async with opened(settings) as database:
        return await database.run(work)
