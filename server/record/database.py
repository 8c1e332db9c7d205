"""The records database: SQLite by default, PostgreSQL by its address. Runs transactions on a thread of its own.

A commit waits for the disk (about 2 ms); it must never do so on the event loop, where it would stall every call.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import OperationalError

from server.record import audit, forgetting
from server.record import engine as engines
from server.record.ballast import Ballast
from server.record.master_key import MasterKey
from server.record.privacy import log
from server.record.proof import Finding
from server.record.seal import Sealer
from server.record.transaction import Transaction
from server.record.vault import Vault
from server.record.witness import Witness
from server.vocabulary.clock import Clock, SystemClock

T = TypeVar("T")

_LOGGER = logging.getLogger(__name__)
BALLAST: Final = 64 * 1024 * 1024
"""Bytes that a service keeps free for the night on which the disk is full; research: security.md §7 (8)."""


class Database:
    """The one owner of the connection and its worker thread."""

    def __init__(
        self,
        engine: Engine,
        worker: ThreadPoolExecutor,
        master_key: MasterKey,
        clock: Clock,
        ballast: Ballast | None,
        witness: Witness | None,
    ) -> None:
        self._engine = engine
        self._worker = worker
        self._master_key = master_key
        self._sealer = Sealer(master_key)
        self._witness = witness
        self._clock = clock
        self._ballast = ballast
        self._listeners: dict[str, list[Callable[..., None]]] = defaultdict(list)

    @classmethod
    async def open(
        cls, url: str, master_key: MasterKey, clock: Clock, *, ballast: int = 0, witness: Witness | None = None
    ) -> "Database":
        """`url` as SQLAlchemy reads it: `sqlite:////data/records.db`, `postgresql+psycopg://user@host/name`. Migrates.

        `ballast` in bytes, for SQLite; `witness`: where seals of the audit chain are noted besides.
        Raises MasterKeyError if these records were written with another master key.
        """
        worker = ThreadPoolExecutor(1, thread_name_prefix="records")
        parts = make_url(url)
        try:
            engine = await asyncio.get_running_loop().run_in_executor(worker, engines.prepare, parts, master_key)
        except BaseException:
            worker.shutdown(wait=False)
            raise
        on_disk = parts.get_backend_name() == "sqlite" and ballast
        kept = Ballast(Path(parts.database or "").with_suffix(".ballast"), ballast) if on_disk else None
        database = cls(engine, worker, master_key, clock, kept, witness)
        await database.take_ballast()
        await database._settle()
        return database

    async def run(self, work: Callable[[Transaction], T], *, alone: bool = True) -> T:
        """One transaction: commits when `work` returns, rolls back when it raises.

        `work` runs on the worker thread, one at a time, and must not touch asyncio. It may be run a second time, after a
        rollback. Cancelling the caller does not undo work that has begun; its after-commit callbacks still run.
        `alone=False` lets other processes write meanwhile (PostgreSQL only): for work that audits nothing.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._transact, work, alone, loop)

    def listen(self, topic: str, listener: Callable[..., None]) -> Callable[[], None]:
        """Calls `listener` with the ids of every committed `Transaction.announce(topic, …)`; returns how to stop."""
        self._listeners[topic].append(listener)
        return lambda: self._listeners[topic].remove(listener)

    def secret(self, purpose: str) -> bytes:
        """32 bytes for signing, the same in every process with this master key, another for every purpose."""
        return self._master_key.derive(purpose)

    async def examine(self) -> list[Finding]:
        """Everything that is wrong with the audit chain. Reads all of it, on the records' own thread."""
        return await self.run(lambda tx: audit.examine(tx.connection, tx.sealer, self._witness), alone=False)

    async def take_ballast(self) -> None:
        """Takes the room back that a full disk made us give up, once there is enough again."""
        if self._ballast is not None and not self._ballast.held:
            await asyncio.get_running_loop().run_in_executor(self._worker, self._ballast.take)

    async def scrub(self) -> None:
        """Rewrites the file without what was deleted, its log and free pages included; the tables of PostgreSQL likewise.

        Deleted rows are zeroed as they go (`secure_delete`), but the log keeps copies until it is folded in.
        """
        await asyncio.get_running_loop().run_in_executor(self._worker, engines.scrub, self._engine)

    async def close(self) -> None:
        """Finishes the work under way, then closes the file."""
        await asyncio.get_running_loop().run_in_executor(self._worker, self._engine.dispose)
        self._worker.shutdown()

    def _transact(self, work: Callable[[Transaction], T], alone: bool, loop: asyncio.AbstractEventLoop) -> T:
        try:
            result, tx = self._attempt(work, alone)
        except OperationalError as error:
            if self._ballast is None or not engines.is_full(error) or not self._ballast.release():
                raise
            log(_LOGGER, logging.CRITICAL, "disk_full_ballast_released")
            result, tx = self._attempt(work, alone)
        if self._witness is not None:
            self._note(self._witness, tx)
        for callback in tx.callbacks:
            # From this thread, not after the await: a cancelled caller must not swallow a page's wake-up.
            loop.call_soon_threadsafe(callback)
        return result

    async def _settle(self) -> None:
        """Before anything is read: an older copy of the records has back whom we have forgotten."""
        if self._witness is None:
            return
        known = await asyncio.get_running_loop().run_in_executor(self._worker, self._witness.tombstones.read)
        if back := await self.run(lambda tx: forgetting.settle(tx, known)):
            await self.scrub()
            log(_LOGGER, logging.WARNING, "patients_forgotten_again", count=len(back))

    @staticmethod
    def _note(witness: Witness, tx: Transaction) -> None:
        try:
            witness.tombstones.add(tx.forgotten)
        except OSError as error:
            # What was done is done; it is noted when the records are opened next.
            log(_LOGGER, logging.ERROR, "tombstone_failed", error=type(error).__name__)
        if tx.sealed is not None:
            witness.note(tx.sealed, tx.unwitnessed)

    def _attempt(self, work: Callable[[Transaction], T], alone: bool) -> tuple[T, Transaction]:
        with self._engine.begin() as connection:
            if alone:
                engines.write_alone(connection)
            tx = self._begun(connection)
            result = work(tx)
            tx.seal(self._witness)
            return result, tx

    def _begun(self, connection: Connection) -> Transaction:
        vault = Vault(connection, self._master_key)
        # Machines disagree about the time, and one database serves them all: its own clock counts. A test's clock is obeyed.
        shared = engines.server_time(connection) if isinstance(self._clock, SystemClock) else None
        anchor = None if shared else self._clock.anchor()
        return Transaction(connection, vault, shared or self._clock.now(), self._sealer, self._listeners, anchor)
