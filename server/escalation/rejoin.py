"""The text to a patient who was lost after a danger sign: a link back to the same check-in, and nothing of why.

The link is made when the text goes out and is handed to the sink alone: it stands in no row, no log and no line of output.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from sqlalchemy import ColumnElement, and_, or_, select, update

from server.escalation import desk, timekeeping
from server.escalation.callbacks import NO_PAGE, REJOIN
from server.escalation.work import LEASE
from server.record.access import Permission, require
from server.record.database import Database
from server.record.privacy import log
from server.record.schema import due_work
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Service

_LOGGER = logging.getLogger(__name__)
PART: Final = Service("rejoin")
_SEND_SECONDS: Final = 4.0
"""As long as a page's message may take (`pager`), and for the same reason."""
_RETRY_SECONDS: Final = (1, 2, 4, 8, 15)
"""As a page's; then the text counts as failed, and the calls back are what is left."""
_MOST: Final = 8


@dataclass(frozen=True)
class Text:
    """One short message (PHI: to whom)."""

    phone: str = field(repr=False)
    words: str = field(repr=False)


Write = Callable[[Transaction, CheckInId], Text | None]
"""The text for a check-in, with a new link in it; None where it has ended and none is wanted."""


class TextSink(Protocol):
    """Where texts go: a provider, or the demo's console."""

    async def send(self, text: Text) -> None:
        """Returns once the far side has taken it; raises if it has not."""
        ...


@dataclass(frozen=True)
class _Leased:
    work: str
    checkin: CheckInId
    attempt: int
    fence: int
    text: Text | None


class NoProvider(ServiceError):
    """Nobody is set who texts patients: the calls back are what there is."""

    code = "no_text_provider"


class Rejoin:
    """The worker of this process that sends them; others may run beside it on the same records."""

    def __init__(self, database: Database, sink: TextSink, write: Write, *, tick: float = 1.0) -> None:
        self._database = database
        self._sink = sink
        self._write = write
        self._tick = tick
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None

    async def start(self) -> None:
        """Begins with whatever a former process left."""
        self._stop_listening = desk.on_change(self._database, lambda _checkin, _escalation: self._wake.set())
        self._task = asyncio.create_task(self._run(), name="rejoin")

    async def stop(self) -> None:
        """What was under way is leased again at the next start."""
        if self._stop_listening is not None:
            self._stop_listening()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def deliver_due(self) -> int:
        """One round to its end; returns how many texts were tried."""
        found = await self._database.run(self._lease)
        await asyncio.gather(*(self._deliver(one) for one in found))
        return len(found)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.deliver_due()
            except Exception as error:  # noqa: BLE001 - root of the task: a database that is away must not end it
                log(_LOGGER, logging.ERROR, "rejoin_round_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._tick):
                    await self._wake.wait()

    def _lease(self, tx: Transaction) -> list[_Leased]:
        require(PART, Permission.PAGE_DELIVER)
        timekeeping.settle(tx)
        free = or_(due_work.c.lease_until.is_(None), due_work.c.lease_until <= tx.now)
        due = and_(due_work.c.kind == REJOIN, due_work.c.done_at.is_(None), due_work.c.due_at <= tx.now, free)
        query = select(due_work).where(due).order_by(due_work.c.due_at).limit(_MOST)
        rows = tx.connection.execute(query.with_for_update(skip_locked=True)).all()
        taken = {"lease_until": tx.now + LEASE, "fence": due_work.c.fence + 1, "attempts": due_work.c.attempts + 1}
        for row in rows:
            tx.connection.execute(update(due_work).where(due_work.c.id == row.id).values(taken))
        return [
            _Leased(row.id, row.subject, row.attempts + 1, row.fence + 1, self._write(tx, CheckInId(row.subject)))
            for row in rows
        ]

    async def _deliver(self, leased: _Leased) -> None:
        try:
            if leased.text is not None:
                async with asyncio.timeout(_SEND_SECONDS):
                    await self._sink.send(leased.text)
        except Exception as error:  # noqa: BLE001 - root of one text: whatever a sink does, it is tried again
            code, wait = type(error).__name__, _RETRY_SECONDS[min(leased.attempt, len(_RETRY_SECONDS)) - 1]
            log(_LOGGER, logging.WARNING, "text_not_sent", checkin=leased.checkin, error=code, attempt=leased.attempt)
            over = isinstance(error, NoProvider) or leased.attempt >= len(_RETRY_SECONDS)
            await self._database.run(lambda tx: _failed(tx, leased, code, None if over else timedelta(seconds=wait)))
        else:
            await self._database.run(lambda tx: _sent(tx, leased))


def _sent(tx: Transaction, leased: _Leased) -> None:
    values = {"done_at": tx.now, "lease_until": None, "last_error": None}
    tx.connection.execute(update(due_work).where(_held(leased)).values(values))
    desk.announce(tx, leased.checkin, NO_PAGE)


def _failed(tx: Transaction, leased: _Leased, code: str, again: timedelta | None) -> None:
    timekeeping.settle(tx)
    values: dict[str, object] = {"lease_until": None, "last_error": code[:80]}
    values |= {"done_at": tx.now} if again is None else {"due_at": tx.now + again}
    tx.connection.execute(update(due_work).where(_held(leased)).values(values))
    desk.announce(tx, leased.checkin, NO_PAGE)


def _held(leased: _Leased) -> ColumnElement[bool]:
    return and_(due_work.c.id == leased.work, due_work.c.fence == leased.fence, due_work.c.done_at.is_(None))
