"""Opens the engine of SQLite or PostgreSQL and brings its schema up to date; what differs between the two is here.

On both, one transaction at a time writes: the audit chain and every journal number their rows one after the other.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.exc import OperationalError

from server.record import seals
from server.record.master_key import MasterKey, MasterKeyError
from server.record.schema import patient_key
from server.record.seal import Sealer

_LOCK: Final = 0x6E696768746C7431
"""The advisory lock of whoever writes; any fixed number does that no other program on this database uses."""
_POSTGRES: Final[dict[str, str]] = {
    "lock_timeout": "15s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
}
"""A worker that hangs or whose machine lost power must not keep the others from writing for longer than ten seconds; so
whoever waits for it waits a little longer than that."""
_CONNECT_SECONDS: Final = 3
_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def prepare(url: URL, master_key: MasterKey) -> Engine:
    """An engine with one connection, migrated. Raises MasterKeyError, and what the database's driver raises."""
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgres(url)
    with engine.begin() as connection:
        write_alone(connection)
        # Only in the transaction that brings seals in: whoever removed them later must not have the rest sealed.
        unsealed = not inspect(connection).has_table("audit_seal")
        _migrate(connection)
        _check_master_key(connection, master_key)
        if unsealed:
            seals.begin(connection, Sealer(master_key), datetime.now(UTC))
    return engine


@contextmanager
def reading(url: URL) -> Iterator[Connection]:
    """One view of the records as they are, older ones too: nothing is migrated or written, and nobody has to wait."""
    engine = create_engine(url, hide_parameters=True)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_reading)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def write_alone(connection: Connection) -> None:
    """Waits for every other writer, in this process and in others, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def server_time(connection: Connection) -> datetime | None:
    """PostgreSQL's clock, which all its clients share; None on SQLite, which has none of its own."""
    if connection.dialect.name != "postgresql":
        return None
    found: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return found.astimezone(UTC)


def is_full(error: OperationalError) -> bool:
    """Whether SQLite found no room on the disk."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or (code is not None and code & 0xFF == sqlite3.SQLITE_IOERR)


def _postgres(url: URL) -> Engine:
    # hide_parameters keeps cell values out of exception texts. The ping finds a connection that an outage cut.
    options = " ".join(f"-c {name}={value}" for name, value in _POSTGRES.items())
    connect = {"connect_timeout": _CONNECT_SECONDS, "options": options}
    return create_engine(
        url, hide_parameters=True, pool_size=1, max_overflow=0, pool_pre_ping=True, connect_args=connect
    )


def _sqlite(url: URL) -> Engine:
    _make_private(Path(url.database or ""))
    engine = create_engine(url, hide_parameters=True, pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_writing)
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


def _set_reading(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _begin_writing(connection: Connection) -> None:
    # IMMEDIATE: waits for another process's write here, where waiting is safe, instead of failing in the middle.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def scrub(engine: Engine) -> None:
    """No transaction may be open. Waits for other connections as a writer does."""
    raw = engine.raw_connection()
    try:
        if engine.dialect.name == "sqlite":
            for step in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.cursor().execute(step).fetchall()
            return
        raw.driver_connection.autocommit = True  # type: ignore[union-attr]
        try:
            raw.cursor().execute("VACUUM FULL")
        finally:
            raw.driver_connection.autocommit = False  # type: ignore[union-attr]
    finally:
        raw.close()


def _migrate(connection: Connection) -> None:
    if _version(connection) == newest_version():
        return
    # Loaded where there is something to do: a third of a second for which a page must not wait.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: Connection) -> str:
    """The last migration that these records have had; empty for none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def newest_version() -> str:
    """The last migration there is: `0007` of `v0007_call_back.py`."""
    return max(file.stem for file in (_MIGRATIONS / "versions").glob("v*.py"))[1:].partition("_")[0]


def _check_master_key(connection: Connection, master_key: MasterKey) -> None:
    other = select(patient_key.c.master_kid).where(patient_key.c.master_kid != master_key.kid).limit(1)
    if found := connection.scalar(other):
        raise MasterKeyError(f"these records need master key {found}, not {master_key.kid}: restore the right key file")
