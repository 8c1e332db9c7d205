"""Builds perception for the application: the evidence model, and the eyes where their model and library can be had."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from perception.face.landmarker import FaceUnavailable
from perception.face.process import FaceEyes
from perception.fusion.calibration import Calibration, CalibrationFolder
from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from server.checkin.perceiver import Perceiver
from server.perception_models import FACE_LANDMARKER
from server.vocabulary.models import ModelMissing, Models
from server.vocabulary.parts import Part


@asynccontextmanager
async def perception(models: Models, calibrations: Path) -> AsyncIterator[tuple[Perceiver, Part]]:
    """Voice always; faces where they can be looked at, and said plainly where they cannot.

    `calibrations`: the site's folder of them; the one in use now is used until the next start.
    """
    model = await asyncio.to_thread(lambda: EvidenceModel(load_table()))
    calibration, unread = _calibration(CalibrationFolder(calibrations, model.table.evidence), model)
    eyes, why = await _eyes(models)
    try:
        yield Perceiver(model, eyes, calibration), _part(why, unread, calibration)
    finally:
        if eyes is not None:
            await eyes.close()


def _calibration(folder: CalibrationFolder, model: EvidenceModel) -> tuple[Calibration, str]:
    """The one in use; the prior where it cannot be read, and why: check-ins must not wait for a broken file."""
    try:
        return folder.in_use(), ""
    except (OSError, KeyError, TypeError, ValueError) as error:
        name = type(error).__name__
        return Calibration.prior(
            model.table.evidence
        ), f"the calibration in use cannot be read ({name}), the prior is used"


async def _eyes(models: Models) -> tuple[FaceEyes | None, str]:
    """The eyes, started; or None, and why."""
    try:
        folder = await asyncio.to_thread(models.fetch, (FACE_LANDMARKER,))
        eyes = FaceEyes(folder / FACE_LANDMARKER.name)
        await eyes.start()
    except (ModelMissing, FaceUnavailable) as error:
        return None, str(error)
    return eyes, ""


def _part(eyeless: str, unread: str, calibration: Calibration) -> Part:
    senses = f"the voice only: {eyeless}" if eyeless else "voice and face"
    what = f"cues from {senses}, for patients who allow them; calibration {calibration.name}; not clinically validated"
    return Part("perception", "fallback" if eyeless or unread else "live", f"{what}; {unread}" if unread else what)
