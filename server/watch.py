"""What is on watch before anything else is loaded: the records, and the pager on them.

A page that a former process left must not wait for packs, speech and models: nothing that this module imports may load them.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from server import paging
from server.agreements import Agreements
from server.config import Settings
from server.escalation.pager import Pager
from server.installation import load_escalations, open_records
from server.record.database import Database
from server.vocabulary.clock import Clock, SystemClock


@dataclass(frozen=True)
class Watch:
    """Records that are open, and the pager that sees to what is due in them."""

    settings: Settings
    clock: Clock
    database: Database
    pager: Pager
    agreements: Agreements


@contextlib.asynccontextmanager
async def on_watch(settings: Settings, tell: Callable[[str], None], clock: Clock | None = None) -> AsyncIterator[Watch]:
    """Pages go out from here on; on leaving, the pager ends after everything that was built on it, and the records last."""
    clock = clock or SystemClock()
    # Before anybody outside is spoken to: whom nothing was agreed with keeps all of it from starting.
    agreements = Agreements.read(settings, clock)
    escalations = load_escalations(settings)
    async with contextlib.AsyncExitStack() as stack:
        # The records come first and go last: every other stage writes to them until its own end.
        tell("Opening the records")
        database = await open_records(settings, clock)
        stack.push_async_callback(database.close)
        pager = await paging.started_pager(stack, settings, database, escalations, clock)
        yield Watch(settings, clock, database, pager, agreements)
