"""A headless Chromium whose microphone plays a prepared recording, and the real service for it to visit."""

import contextlib
import shutil
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, async_playwright

from server.config import Settings
from server.speech.weights import MOONSHINE_TINY_EN, ModelMissing, ModelStore
from tests.fakes.service import Service
from tests.fakes.speakers import RATE, Pcm

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)

OpenBrowser = Callable[[Pcm | None], AbstractAsyncContextManager[Browser]]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """The service as a newcomer starts it, with a data folder of its own."""
    async with Service(tmp_path / "data") as running:
        yield running


@pytest.fixture
def open_browser(tmp_path: Path) -> OpenBrowser:
    """Opens Chromium; its microphone plays the given 48 kHz recording once, from the moment a page asks for it."""

    @contextlib.asynccontextmanager
    async def opened(recording: Pcm | None) -> AsyncIterator[Browser]:
        if CHROMIUM is None:
            pytest.skip("Chromium is not installed; `make browser` installs it where it may")
        path = tmp_path / f"microphone-{id(recording)}.wav"
        write_wav(path, np.zeros(RATE, np.int16) if recording is None else recording)
        async with async_playwright() as playwright:
            flags = [*FLAGS, f"--use-file-for-fake-audio-capture={path}%noloop"]
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            try:
                yield browser
            finally:
                await browser.close()

    return opened


@pytest.fixture(scope="session")
def recognizer_folder() -> Path:
    """Where the recognizer's weights are; without them these tests cannot judge what was said."""
    settings = Settings()
    store = ModelStore(settings.model_cache, settings.model_mirror, lambda line: None)
    try:
        return store.fetch(MOONSHINE_TINY_EN)
    except ModelMissing as error:
        pytest.skip(f"no speech model: {error}")


def write_wav(path: Path, sound: Pcm) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
