"""What every kind of test shares, and the rule that each test module says which kind it is."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.record import privacy
from server.record.database import Database
from server.record.master_key import MasterKey
from server.vocabulary.clock import MovableClock
from tests.fakes import postgres as postgres_server
from tests.fakes.postgres import Postgres
from tests.fakes.records import Records, records_in

TESTS = Path(__file__).parent
KINDS = ("unit", "peers", "screenplay", "services", "browser", "contract")

_MODELS = TESTS.parents[1] / "shared" / "models"
if _MODELS.is_dir():
    os.environ.setdefault("NIGHTLIGHT_MODEL_MIRROR", str(_MODELS))


def kind_problem(path: Path, kind: object) -> str | None:
    """What is wrong with a test module's KIND, or None."""
    folder = path.relative_to(TESTS).parts[0]
    if kind not in KINDS:
        return f"{path}: say KIND = one of {', '.join(KINDS)} after the docstring"
    return None if kind == folder else f"{path}: KIND is {kind!r}, but the module lies in tests/{folder}/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse to run anything while a module does not say its kind."""
    modules = {module for item in items if (module := item.getparent(pytest.Module)) is not None}
    problems = {kind_problem(module.path, getattr(module.obj, "KIND", None)) for module in modules} - {None}
    if problems:
        raise pytest.UsageError(*sorted(str(problem) for problem in problems))


@pytest.fixture(autouse=True, scope="session")
def _strict_privacy() -> None:
    """In tests an unsafe log field is an error, not a dropped field."""
    privacy.set_strict(True)


@pytest.fixture
def clock() -> MovableClock:
    """A Tuesday morning on which nothing happens until the test moves it."""
    return MovableClock(datetime(2026, 11, 17, 15, 0, tzinfo=UTC))


@pytest.fixture
async def database(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Database]:
    """Empty records in a folder of their own, on the movable clock."""
    records = await Database.open(f"sqlite:///{tmp_path}/records.db", MasterKey(bytes(range(32))), clock)
    yield records
    await records.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run; every test takes a database of its own."""
    if reason := postgres_server.missing():
        pytest.skip(reason)
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Empty records, on each of the databases that there are."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'records.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.take()
    yield url
    server.give_back(url)


@pytest.fixture
async def records(records_url: str, tmp_path: Path) -> AsyncIterator[Records]:
    """Open records on a clock that stands still."""
    async with records_in(tmp_path, url=records_url) as opened:
        yield opened
