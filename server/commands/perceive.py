"""The command that tries perception on a recording: `perceive`."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from perception.face.landmarker import FaceUnavailable
from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from perception.recording import Models, Recording, UnreadableRecording, Words
from perception.voice.activity import Activity
from perception.voice.spectrum import Samples
from server.commands import terminal
from server.commands.packs import pack_of
from server.conversation.cues import says_fine
from server.model_store import ModelStore
from server.perception_models import FACE_LANDMARKER, SILERO_VAD
from server.persona.pack import Pack
from server.speech.recognizer import Recognizer
from server.speech.weights import MOONSHINE_TINY_EN
from server.vocabulary.errors import ServiceError
from server.vocabulary.models import ModelMissing
from server.workbench import perceive as bench


def perceive(
    file: Annotated[
        Path, typer.Argument(help="A recording of one person: wav, webm, mp4.", exists=True, dir_okay=False)
    ],
    persona: Annotated[
        str, typer.Option(help="Persona pack; it knows which words say that all is well.")
    ] = "post-discharge",
    words: Annotated[bool, typer.Option(help="Recognize what is said.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, the summary last.")] = False,
) -> None:
    """Measure voice and face in a recording as a check-in does, and print what is found. Shows what was said."""
    settings = terminal.settings_of(None)
    store = ModelStore(settings.model_cache, settings.model_mirror, terminal.note)
    try:
        recording = Recording(file)
        with _models(store, pack_of(settings, persona), recording, words=words) as models:
            bench.run(recording, models, as_json, terminal.tell)
    except (UnreadableRecording, FaceUnavailable, ServiceError) as error:
        terminal.fail(str(error))


@contextlib.contextmanager
def _models(store: ModelStore, pack: Pack, recording: Recording, *, words: bool) -> Iterator[Models]:
    activity = Activity(store.fetch((SILERO_VAD,)) / SILERO_VAD.name)
    eyes = _fetched_face(store) if recording.has_pictures else None
    with _recognizer(store) if words and recording.has_sound else contextlib.nullcontext() as recognize:
        known = Words(recognize, lambda text: says_fine(pack, text)) if recognize is not None else None
        yield Models(EvidenceModel(load_table()), activity, eyes, known)


def _fetched_face(store: ModelStore) -> Path | None:
    try:
        return store.fetch((FACE_LANDMARKER,)) / FACE_LANDMARKER.name
    except ModelMissing as error:
        terminal.note(f"voice only: {error}")
        return None


@contextlib.contextmanager
def _recognizer(store: ModelStore) -> Iterator[Callable[[Samples], str] | None]:
    try:
        recognizer = Recognizer(store.fetch(MOONSHINE_TINY_EN))
    except ModelMissing as error:
        terminal.note(f"no words: {error}")
        yield None
        return

    def recognize(samples: Samples) -> str:
        pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16).tobytes()
        return asyncio.run(recognizer.recognize(pcm)).text

    try:
        yield recognize
    finally:
        recognizer.close()
