"""One transaction of a command in the records, opened for it and closed again."""

from collections.abc import Callable
from typing import TypeVar

from server.config import Settings
from server.installation import open_records
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock

T = TypeVar("T")


async def in_records(settings: Settings, work: Callable[[Transaction], T]) -> T:
    """Raises what `open_records` and `work` raise."""
    database = await open_records(settings, SystemClock())
    try:
        return await database.run(work)
    finally:
        await database.close()
