"""A copy of the records of one moment, taken while they are in use, and put back where there are none.

SQLite by its own online copy; PostgreSQL by pg_dump and pg_restore, which must be installed.
"""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy import URL, create_engine, inspect

from server.vocabulary.errors import ServiceError

_DEBIAN: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version; its wrappers need not be installed."""


class CannotCopy(ServiceError):
    """The records cannot be copied, or put back, here."""

    code = "cannot_copy"
    status = 500


def name_of(url: URL) -> str:
    """What the copy is called in a backup."""
    return "records.db" if url.get_backend_name() == "sqlite" else "records.dump"


def take(url: URL, target: Path) -> None:
    """Writes a file for its owner only. Raises CannotCopy."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if url.get_backend_name() != "sqlite":
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        return
    source, copy = sqlite3.connect(url.database or ""), sqlite3.connect(target)
    try:
        source.backup(copy)
        # The copy is one file, without a log that could be left behind.
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise CannotCopy("the copy is not sound: SQLite's integrity check found damage in the records")
    except sqlite3.Error as error:
        raise CannotCopy(f"SQLite could not copy the records ({error.sqlite_errorname})") from None
    finally:
        copy.close()
        source.close()


def is_empty(url: URL) -> bool:
    """Whether there are no records yet."""
    if url.get_backend_name() == "sqlite":
        return not Path(url.database or "").exists()
    engine = create_engine(url, hide_parameters=True)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def put_back(url: URL, copy: Path) -> None:
    """Where there are none. Raises CannotCopy."""
    if url.get_backend_name() == "sqlite":
        copy.replace(Path(url.database or ""))
        return
    _run(
        "pg_restore",
        url,
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(copy),
        connect="--dbname=",
    )
    copy.unlink()


def _run(program: str, url: URL, *arguments: str, connect: str = "") -> None:
    path = _found(program)
    if path is None:
        raise CannotCopy(f"{program} is not installed here, and records in PostgreSQL cannot be copied without it yet")
    # By the environment, not as arguments, which other users could read. An address is a query of its own, for sockets too.
    told = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
    environment = os.environ | {names[name]: str(value) for name, value in told.items() if name in names}
    command = [path, *([f"{connect}{told['dbname']}"] if connect else []), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        # What the server said may repeat the address, and rows.
        raise CannotCopy(f"{program} failed with {done.returncode}: look whether it is as new as the server")


def _found(program: str) -> str | None:
    versions = sorted(_DEBIAN.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    return str(versions[-1]) if versions else shutil.which(program)
