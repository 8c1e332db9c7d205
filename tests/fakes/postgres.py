"""A real PostgreSQL server in a folder of its own, on a socket in that folder, for the tests of one run."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psycopg
from sqlalchemy import make_url

from server.record import engine
from server.record.tables import metadata
from tests.fakes.records import KEY

_INSTALLED = Path("/usr/lib/postgresql")
_START_SECONDS = 30.0


def missing() -> str:
    """Why there can be none here; empty when there can."""
    if _programs() is None:
        return f"PostgreSQL is not installed ({_INSTALLED})"
    if os.geteuid() == 0 and _owner() is None:
        return "PostgreSQL does not run as root, and there is no other user to run it as"
    return ""


@dataclass
class Postgres:
    """Use as a context manager. Loses nothing at `stop`, which is as hard as pulling the plug of the server."""

    fsync: bool = False
    """Off where nothing is measured: a stopped server is no power cut, so the files are whole all the same."""
    _folder: str = ""
    _process: subprocess.Popen[bytes] | None = None
    _idle: list[str] = field(default_factory=list)

    def __enter__(self) -> "Postgres":
        self._folder = tempfile.mkdtemp(prefix="nightlight-pg-")
        if owner := _owner():
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        data = f"{self._folder}/data"
        made = ("initdb", "-D", data, "-U", "nightlight", "-A", "trust", "-E", "UTF8", "--no-sync")
        self._run(made).wait(_START_SECONDS)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Starts it, or starts it again, and waits until it answers."""
        options = (
            "-c",
            "listen_addresses=",
            "-c",
            f"fsync={'on' if self.fsync else 'off'}",
            "-c",
            "max_connections=40",
        )
        self._process = self._run(("postgres", "-D", f"{self._folder}/data", "-k", self._folder, *options))
        limit = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._administer("SELECT 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > limit or self._process.poll() is not None:
                    raise
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)

    def stop(self) -> None:
        """An outage: every connection is cut at once (`immediate` shutdown)."""
        if self._process is not None:
            self._process.send_signal(3)  # SIGQUIT
            self._process.wait(_START_SECONDS)
            self._process = None

    def take(self) -> str:
        """The address of records without anything in them; `give_back` lets the next test have them."""
        if self._idle:
            return self._idle.pop()
        url = self.create()
        engine.prepare(make_url(url), KEY).dispose()
        return url

    def create(self) -> str:
        """The address of a database without tables."""
        name = f"t{secrets.token_hex(8)}"
        self._administer(f"CREATE DATABASE {name}")
        return self._url(name)

    def give_back(self, url: str) -> None:
        """Emptied; whatever a test has broken is thrown away."""
        name = str(make_url(url).database)
        tables = ", ".join(metadata.tables)
        try:
            self._administer(f"SET lock_timeout = '2s'; TRUNCATE {tables}", name)
            self._idle.append(url)
        except psycopg.Error:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, url: str, statement: str) -> None:
        """What somebody could do who has the database and nothing of ours."""
        self._administer(statement, str(make_url(url).database))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://nightlight@/{name}?host={self._folder}"

    def _administer(self, statement: str, name: str = "postgres") -> None:
        with psycopg.connect(host=self._folder, user="nightlight", dbname=name, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
        programs, owner = _programs(), _owner()
        if programs is None:
            raise RuntimeError(missing())
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        arguments = [str(programs / command[0]), *command[1:]]
        if owner is None:
            return subprocess.Popen(arguments, cwd=self._folder, **quiet)  # type: ignore[call-overload, no-any-return]
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        return subprocess.Popen(arguments, cwd=self._folder, **quiet, **who)  # type: ignore[call-overload, no-any-return]


def _programs() -> Path | None:
    found = sorted(_INSTALLED.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _owner() -> pwd.struct_passwd | None:
    """Whoever it must run as; None for ourselves, if we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names.get("nobody")
