"""A headless Chromium whose microphone plays a prepared recording."""

import contextlib
import shutil
import wave
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, async_playwright

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
SILENCE: Pcm = np.zeros(RATE, np.int16)


@contextlib.asynccontextmanager
async def chromium(folder: Path, flags: Iterable[str] = FLAGS, recording: Pcm = SILENCE) -> AsyncIterator[Browser]:
    """Chromium with these flags; the recording (48 kHz mono) plays once, from the moment a page asks for the microphone."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; `make browser` installs it where it may")
    path = folder / f"microphone-{id(recording)}.wav"
    _write(path, recording)
    async with async_playwright() as playwright:
        arguments = [*flags, f"--use-file-for-fake-audio-capture={path}%noloop"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


def _write(path: Path, sound: Pcm) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
