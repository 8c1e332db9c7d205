"""The service under schemathesis: whatever is sent to whichever address by whoever may come in, none answers 500."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from server.pages.doors import DOORS
from server.pages.matrix import VISITORS, comes_in
from server.pages.openapi import TAKES, document
from tests.fakes.whole import Whole, whole

KIND = "services"

T = TypeVar("T")

STREAMS = "/staff/live"
"""Answers for as long as somebody looks; nothing but a cookie is sent to it."""
SCHEMA = schemathesis.openapi.from_dict(document()).exclude(path=STREAMS)
_SECONDS = 60


class Thread:
    """The service on a loop of its own, since schemathesis waits for its answers."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="service")
        self._thread.start()
        self._house = whole(folder)
        self.house: Whole = self.run(self._house.__aenter__())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        waiting: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return waiting.result(_SECONDS)

    def close(self) -> None:
        self.run(self._house.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thread]:
    thread = Thread(tmp_path_factory.mktemp("fuzz"))
    yield thread
    thread.close()


def test_every_form_has_its_fields() -> None:
    forms = {route for route in DOORS if route[0] == "POST"}
    assert forms <= TAKES.keys() <= DOORS.keys()


def who_may(case: Any) -> str:
    """The last visitor of the table who may come in; that nobody else does is test_doors' matter."""
    # It also tries methods that an address does not have.
    doors = [door for (method, path), door in DOORS.items() if path == case.path]
    door = DOORS.get((case.method, case.path), doors[0])
    return next(who for who in reversed(VISITORS) if comes_in(door, who))


def filled(service: Thread, given: Any) -> Any:
    """With ids that there are wherever one is asked for, so that what comes after the id is reached too."""
    places = {name.strip("{}"): value for name, value in service.house.places.items()}
    return {name: places.get(name, value) for name, value in given.items()} if isinstance(given, dict) else given


def as_it_is(given: Any) -> Any:
    return given


@SCHEMA.parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_address_answers_500(service: Thread, case: Any) -> None:
    own = {"Origin": service.house.origin, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    service.house.clock.move(timedelta(seconds=2))
    for fill in (as_it_is, partial(filled, service)):
        case.path_parameters, case.body = fill(case.path_parameters), fill(case.body)
        cookie = service.run(service.house.cookie(who_may(case)))
        reply = case.call(service.house.origin, headers={**own, "Cookie": cookie}, timeout=_SECONDS)
        assert reply.status_code != 500, (case.method, case.path, case.body, reply.text[-300:])
