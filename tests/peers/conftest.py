"""Two real peers in one process: the service's call and a patient's device."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from server.config import Settings
from server.media.intake import Intake
from server.media.peer import PeerCall
from server.model_store import ModelStore
from server.speech.recognizer import Recognizer
from server.speech.session import SpeechKit
from server.speech.voice import Voice, VoiceProcess
from server.speech.weights import MOONSHINE_TINY_EN
from server.vocabulary.models import ModelMissing
from tests.fakes.brisk_voice import BriskVoice
from tests.fakes.language_server import LanguageServer
from tests.fakes.peer import PatientPeer, Pcm
from tests.fakes.records import Records, records_in


@pytest.fixture
async def call() -> AsyncIterator[PeerCall]:
    """The service's side; nothing is connected yet."""
    made = PeerCall([])
    yield made
    await made.close()


@pytest.fixture
async def patient() -> AsyncIterator[PatientPeer]:
    """A patient's device with a microphone."""
    peer = PatientPeer()
    yield peer
    await peer.close()


class Recording:
    """Everything an intake gave its reader."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.frames: list[bytes] = []
        self._task = asyncio.create_task(self._read(), name="recording")

    async def _read(self) -> None:
        while (frame := await self._intake.pull()) is not None:
            self.frames.append(frame)

    @property
    def sound(self) -> Pcm:
        return np.frombuffer(b"".join(self.frames), np.int16)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def recording(call: PeerCall) -> AsyncIterator[Recording]:
    """Reads what the call hears, as the listener does."""
    made = Recording(call.intake)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def recognizer() -> Iterator[Recognizer]:
    """The real recognizer; without its weights these tests cannot judge what was said."""
    settings = Settings()
    store = ModelStore(settings.model_cache, settings.model_mirror, lambda line: None)
    try:
        folder = store.fetch(MOONSHINE_TINY_EN)
    except ModelMissing as error:
        pytest.skip(f"no speech model: {error}")
    made = Recognizer(folder)
    yield made
    made.close()


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    """Empty ones."""
    async with records_in(tmp_path) as made:
        yield made


@pytest.fixture
async def model() -> AsyncIterator[LanguageServer]:
    """A language model that does what the test tells it to."""
    async with LanguageServer() as server:
        yield server


@pytest.fixture
async def kit() -> AsyncIterator[SpeechKit]:
    """A voice and no recognizer: the patient types."""
    process = VoiceProcess("espeak", "en-us+f3")
    await process.prepare(["Hello."])
    yield SpeechKit(None, Voice(process), None)
    await process.close()


@pytest.fixture
def brisk() -> SpeechKit:
    """The same with a voice that is soon heard out."""
    return SpeechKit(None, Voice(BriskVoice()), None)
