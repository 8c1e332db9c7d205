"""A process with a pager that can be made to die, as by `kill -9`, at a named point; run by the tests of kills.

Points: `before:KIND` and `after:KIND` a commit that writes KIND into a page's journal, `before:lease`, `after:lease`, `send`
(leased, not yet sent) and `sent` (taken by the far side, not yet recorded). An empty point never comes.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from sqlalchemy import event, select

from server.escalation import desk, history
from server.escalation.pager import Pager
from server.escalation.work import Page
from server.record import checkins, patients
from server.record.database import Database
from server.record.schema import escalation
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId, PatientId, StaffId
from server.vocabulary.principals import Role, Staff
from tests.fakes.ladder import FAST
from tests.fakes.records import COMMAND, CONDUCTOR, KEY, ROSA
from tests.fakes.timing import pause
from tests.fakes.ward import PEOPLE

_LOOK = 0.05
_MOMENTS = {"before": "commit", "after": "checkin"}
"""The engine's events around a commit: a connection is handed back once it is over."""
_ROOT = Path(__file__).parents[2]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(database: Database, point: str) -> None:
    """Makes the engine kill the process around the commit that the point names."""
    when, _, what = point.partition(":")
    hot: list[bool] = []

    def look(_c: object, _cursor: object, statement: str, values: object, _x: object, _many: bool) -> None:
        named = values.values() if isinstance(values, dict) else values
        leases = what == "lease" and statement.startswith("UPDATE delivery") and "fence=" in statement
        if leases or (statement.startswith("INSERT INTO page_event") and what in list(named or ())):  # type: ignore[call-overload]
            hot.append(True)

    engine = database._engine
    event.listen(engine, "before_cursor_execute", look)

    def strike(*_: object) -> None:
        if hot:
            die()

    if when in _MOMENTS:
        event.listen(engine, _MOMENTS[when], strike)


class HttpSink:
    """Posts to the test's receiver, with nothing that takes long to load."""

    def __init__(self, address: str, point: str) -> None:
        self._address, self._point = urlsplit(address).netloc, point

    async def send(self, page: Page) -> None:
        if self._point == "send":
            die()
        await asyncio.to_thread(self._post, page)
        if self._point == "sent":
            die()

    def _post(self, page: Page) -> None:
        connection = HTTPConnection(self._address, timeout=5)
        connection.request("POST", "/", headers={"Idempotency-Key": page.key, "Content-Length": "0"})
        status = connection.getresponse().status
        connection.close()
        if status != HTTPStatus.OK:
            raise OSError(status)


def visit(tx: Transaction) -> tuple[PatientId, CheckInId]:
    """A patient in a check-in."""
    patient = patients.add(tx, COMMAND, ROSA)
    return patient, checkins.order(tx, COMMAND, patient, "after-discharge")


def want_nurse(tx: Transaction, patient: PatientId, checkin: CheckInId) -> EscalationId:
    """The patient is in danger."""
    hit = TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "my chest hurts")
    two = timedelta(minutes=2)
    return desk.request(tx, CONDUCTOR, checkin=checkin, patient=patient, hit=hit, turn=1, where="", within=two)


def call(tx: Transaction) -> EscalationId:
    """Both at once."""
    return want_nurse(tx, *visit(tx))


_Step = Callable[[Transaction, Staff, EscalationId], object]
_NEXT: dict[tuple[str, bool | None], _Step] = {
    ("paged", False): desk.see,
    ("paged", True): desk.claim,
    ("seen", None): desk.acknowledge,
    ("claimed", None): desk.enter_room,
    ("in_room", None): desk.close,
}
"""By state, and by whether an acknowledged page was forgotten once already."""


async def nurse_everything(database: Database, nurse: Staff) -> None:
    """See, answer, forget, claim, enter, close: whatever comes next, wherever a former process left it."""
    page = await database.run(lambda tx: tx.connection.scalar(select(escalation.c.id)) or call(tx))
    while True:
        state = (await database.run(lambda tx: desk.glance(tx, nurse, page))).state
        forgotten = any(one.kind == "reopened" for one in await database.run(lambda tx: history.read(tx, nurse, page)))
        if state == "closed":
            return
        step = _NEXT.get((state, forgotten)) or _NEXT.get((state, None))
        if step is not None:
            await database.run(lambda tx, step=step: step(tx, nurse, page))  # type: ignore[misc]
        await pause(_LOOK)


async def main(url: str, address: str, point: str, nurse: str) -> None:
    database = await Database.open(url, KEY, SystemClock())
    arm(database, point)
    pager = Pager(database, HttpSink(address, point), PEOPLE, FAST, tick=0.25)
    await pager.start()
    if nurse == "nobody":
        await asyncio.Event().wait()
    await nurse_everything(database, Staff(StaffId(nurse), "Nia Nurse", Role.NURSE))
    await pager.stop()
    await database.close()


class Child:
    """Such a process; use as an async context manager, which leaves nothing running."""

    def __init__(self, url: str, address: str, point: str = "", nurse: str = "nobody") -> None:
        self._arguments = (url, address, point, nurse)
        self.started = 0.0
        """Monotonic seconds at which it was started, before it was even a process."""

    async def __aenter__(self) -> "Child":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        command = (sys.executable, "-m", "tests.fakes.ladder_child", *self._arguments)
        self.started = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT)

    async def ended(self) -> int:
        """How it ended, once it has."""
        return await self._process.wait()

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self.ended()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
