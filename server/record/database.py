"""The records database: opens it, brings its schema up to date and runs transactions on a thread of its own.

A commit waits for the disk (about 2 ms); it must never do so on the event loop, where it would stall every call.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select

from server.record.master_key import MasterKey, MasterKeyError
from server.record.schema import patient_key
from server.record.transaction import Transaction
from server.record.vault import Vault
from server.vocabulary.clock import Clock

T = TypeVar("T")


class Database:
    """The one owner of the connection and its worker thread."""

    def __init__(self, engine: Engine, worker: ThreadPoolExecutor, master_key: MasterKey, clock: Clock) -> None:
        self._engine = engine
        self._worker = worker
        self._master_key = master_key
        self._clock = clock
        self._listeners: dict[str, list[Callable[..., None]]] = defaultdict(list)

    @classmethod
    async def open(cls, url: str, master_key: MasterKey, clock: Clock) -> "Database":
        """`url` as SQLAlchemy reads it, for example `sqlite:////data/records.db`. Migrates to the newest schema.

        Raises MasterKeyError if these records were written with another master key.
        """
        worker = ThreadPoolExecutor(1, thread_name_prefix="records")
        try:
            engine = await asyncio.get_running_loop().run_in_executor(worker, _prepare, make_url(url), master_key)
        except BaseException:
            worker.shutdown(wait=False)
            raise
        return cls(engine, worker, master_key, clock)

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """One transaction: commits when `work` returns, rolls back when it raises.

        `work` runs on the worker thread, one at a time, and must not touch asyncio. Cancelling the caller does not undo
        work that has begun; its after-commit callbacks still run.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._transact, work, loop)

    def listen(self, topic: str, listener: Callable[..., None]) -> Callable[[], None]:
        """Calls `listener` with the ids of every committed `Transaction.announce(topic, …)`; returns how to stop."""
        self._listeners[topic].append(listener)
        return lambda: self._listeners[topic].remove(listener)

    async def close(self) -> None:
        """Finishes the work under way, then closes the file."""
        await asyncio.get_running_loop().run_in_executor(self._worker, self._engine.dispose)
        self._worker.shutdown()

    def _transact(self, work: Callable[[Transaction], T], loop: asyncio.AbstractEventLoop) -> T:
        with self._engine.begin() as connection:
            vault = Vault(connection, self._master_key)
            tx = Transaction(connection, vault, self._clock.now(), self._listeners)
            result = work(tx)
        for callback in tx.callbacks:
            # From this thread, not after the await: a cancelled caller must not swallow a page's wake-up.
            loop.call_soon_threadsafe(callback)
        return result


def _prepare(url: URL, master_key: MasterKey) -> Engine:
    # hide_parameters keeps cell values out of exception texts.
    engine = create_engine(url, hide_parameters=True, pool_size=1, max_overflow=0)
    if url.get_backend_name() == "sqlite":
        _make_private(Path(url.database or ""))
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_writing)
    with engine.begin() as connection:
        _migrate(connection)
        _check_master_key(connection, master_key)
    return engine


def _make_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # SQLite gives the -wal and -shm files the mode of the database file.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _set_pragmas(connection: Any, _record: object) -> None:
    # The driver's own implicit BEGIN is off: `_begin_writing` says when a transaction starts, DDL included.
    connection.isolation_level = None
    for pragma in (
        "busy_timeout=5000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    # IMMEDIATE: waits for another process's write here, where waiting is safe, instead of failing in the middle.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check_master_key(connection: Connection, master_key: MasterKey) -> None:
    other = select(patient_key.c.master_kid).where(patient_key.c.master_kid != master_key.kid).limit(1)
    if found := connection.scalar(other):
        raise MasterKeyError(f"these records need master key {found}, not {master_key.kid}: restore the right key file")
