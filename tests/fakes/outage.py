"""A disk that refuses to write: the records' own engine fails at the commit, for a while or a number of times."""

import sqlite3
from types import TracebackType

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from server.record.database import Database


class Outage:
    """Use as a context manager; `times` transactions fail, or all of them."""

    def __init__(self, database: Database, times: int = 1_000_000) -> None:
        self._engine = database._engine
        self._left = times
        self.failed = 0
        """Transactions that failed so far."""

    def _refuse(self, _connection: Connection) -> None:
        if self._left > 0:
            self._left -= 1
            self.failed += 1
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    def __enter__(self) -> "Outage":
        event.listen(self._engine, "commit", self._refuse)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        event.remove(self._engine, "commit", self._refuse)
