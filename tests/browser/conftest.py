"""What browser tests share: the real service, Chromium to visit it, and a house with both for tests that share them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from server.config import Settings
from server.model_store import ModelStore
from server.speech.weights import MOONSHINE_TINY_EN
from server.vocabulary.models import ModelMissing
from tests.browser.chromium import SILENCE, chromium
from tests.browser.house import House, open_house
from tests.fakes.service import Service
from tests.fakes.speakers import Pcm

OpenBrowser = Callable[[Pcm | None], AbstractAsyncContextManager[Browser]]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """The service as a newcomer starts it, with a data folder of its own."""
    async with Service(tmp_path / "data") as running:
        yield running


@pytest.fixture
def open_browser(tmp_path: Path) -> OpenBrowser:
    """Opens Chromium; its microphone plays the given recording, or a quiet room."""
    return lambda recording: chromium(tmp_path, recording=SILENCE if recording is None else recording)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One service and one browser for all tests of a module."""
    async with open_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(module_house: House) -> AsyncIterator[House]:
    """The house, left empty after each test; no page may have tried what the Content Security Policy forbids."""
    yield module_house
    await module_house.leave()
    assert module_house.refused == []


@pytest.fixture(scope="session")
def recognizer_folder() -> Path:
    """Where the recognizer's weights are; without them these tests cannot judge what was said."""
    settings = Settings()
    store = ModelStore(settings.model_cache, settings.model_mirror, lambda line: None)
    try:
        return store.fetch(MOONSHINE_TINY_EN)
    except ModelMissing as error:
        pytest.skip(f"no speech model: {error}")
