"""Builds perception for the application: the evidence model, and the eyes where their model and library can be had."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from perception.face.landmarker import FaceUnavailable
from perception.face.process import FaceEyes
from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from server.checkin.perceiver import Perceiver
from server.perception_models import FACE_LANDMARKER
from server.vocabulary.models import ModelMissing, Models
from server.vocabulary.parts import Part


@asynccontextmanager
async def perception(models: Models) -> AsyncIterator[tuple[Perceiver, Part]]:
    """Voice always; faces where they can be looked at, and said plainly where they cannot."""
    model = await asyncio.to_thread(lambda: EvidenceModel(load_table()))
    eyes, why = await _eyes(models)
    try:
        yield Perceiver(model, eyes), _part(why)
    finally:
        if eyes is not None:
            await eyes.close()


async def _eyes(models: Models) -> tuple[FaceEyes | None, str]:
    """The eyes, started; or None, and why."""
    try:
        folder = await asyncio.to_thread(models.fetch, (FACE_LANDMARKER,))
        eyes = FaceEyes(folder / FACE_LANDMARKER.name)
        await eyes.start()
    except (ModelMissing, FaceUnavailable) as error:
        return None, str(error)
    return eyes, ""


def _part(why: str) -> Part:
    if why:
        return Part("perception", "fallback", f"cues from the voice only, for patients who allow it: {why}")
    return Part("perception", "live", "cues from voice and face, for patients who allow them; not clinically validated")
