"""What one process of the service holds of the ladder: records, pager, sink. It can die in the middle of a message."""

import asyncio
import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from server.escalation import answer_link, desk
from server.escalation.apprise_sink import AppriseSink
from server.escalation.climbing import Policies
from server.escalation.directory import ContactBook
from server.escalation.pager import Pager
from server.escalation.work import Page
from server.record.database import Database
from server.record.master_key import MasterKey
from server.record.schema import delivery, due_work
from server.record.transaction import Transaction
from server.vocabulary.clock import MovableClock
from server.vocabulary.ids import CheckInId, EscalationId, StaffId

TICK: Final = timedelta(seconds=1)
"""How often a running pager looks by itself (`Pager`)."""


class House:
    """Use `open`; end with `close`, or with `die`."""

    def __init__(self, database: Database, clock: MovableClock, book: ContactBook, policies: Policies) -> None:
        self.database = database
        self.key = database.secret(answer_link.PURPOSE)
        """With which links are signed."""
        self._clock = clock
        self._began = clock.now()
        self._sink = AppriseSink(book, self._link)
        self._pager = Pager(database, self._sink, book, policies)
        self._changed = True
        self._next: datetime | None = None
        desk.on_change(database, self._wake)

    @classmethod
    async def open(
        cls, folder: Path, key: MasterKey, clock: MovableClock, book: ContactBook, policies: Policies
    ) -> "House":
        return cls(await Database.open(f"sqlite:///{folder / 'records.db'}", key, clock), clock, book, policies)

    async def page(self) -> None:
        """What is due climbs and is sent, until nothing is."""
        while self._changed or await self._pager.deliver_due():
            self._changed = False
            await self._pager.deliver_due()
        due = await self.database.run(_next_due)
        ticks = None if due is None else math.ceil(max(due - self._began, timedelta()) / TICK)
        self._next = None if ticks is None else self._began + ticks * TICK

    @property
    def next_look(self) -> datetime | None:
        """When a running pager looks: at once after a commit that changed a page, else at the tick after the next due time."""
        return self._clock.now() if self._changed else self._next

    def _wake(self, _checkin: CheckInId, _escalation: EscalationId) -> None:
        self._changed = True

    async def die(self, message_taken: asyncio.Event) -> None:
        """`kill -9` once a message was taken by the far side and before that is recorded."""
        paging = asyncio.create_task(self.page(), name="paging")
        taken = asyncio.create_task(message_taken.wait(), name="taken")
        await asyncio.wait({paging, taken}, return_when=asyncio.FIRST_COMPLETED)
        for task in (paging, taken):
            task.cancel()
        await asyncio.gather(paging, taken, return_exceptions=True)
        await self.close()

    async def close(self) -> None:
        self._sink.close()
        await self.database.close()

    def _link(self, page: Page) -> str:
        if not page.person.startswith("st_"):
            return "https://night.example/staff/"
        token = answer_link.sign(self.key, page.escalation, StaffId(page.person), self._clock.now())
        return f"https://night.example/page/{token}"


def _next_due(tx: Transaction) -> datetime | None:
    climbs = tx.connection.scalar(
        select(func.min(due_work.c.due_at)).where(due_work.c.kind == "page", due_work.c.done_at.is_(None))
    )
    later = func.coalesce(func.max(delivery.c.lease_until, delivery.c.due_at), delivery.c.due_at)
    sends = tx.connection.scalar(select(func.min(later)).where(delivery.c.done_at.is_(None)))
    found = [moment for moment in (climbs, sends) if moment is not None]
    return min(found, default=None)
