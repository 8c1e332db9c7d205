"""A face that acts: one still photograph, moved by warping it around landmarks, filmed by a hand that shakes.

The photograph is scikit-image's own (NASA, in the public domain) and lies in its wheel. The warps are those of
research/perception.md §6: what MediaPipe makes of them is the same kind of change, not the same amount, as of a person.
"""

import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import map_coordinates, zoom
from skimage import data

from perception.face.landmarker import Detector, Landmarker
from perception.face.picture import Picture
from server.config import Settings

SIZE = 320
"""Pixels of a film's edges."""
_FILE = "face_landmarker/face_landmarker.task"
_NOISE = 3.0
"""Standard deviation, of 255."""
_JPEG = 60
_GRAINS = 12
"""Different frames of noise."""
_SWAY = 2.0
"""Pixels to each side."""

Field = NDArray[np.float64]


@dataclass(frozen=True)
class Handle:
    """Pulls the skin around a landmark; lengths in distances between the outer corners of the eyes."""

    landmark: int
    right: float
    down: float
    width: float
    height: float


def _brow(points: Iterable[tuple[int, float]], inward: float) -> list[Handle]:
    return [Handle(point, inward * share, 0.11 * share, 0.10, 0.075) for point, share in points]


ACTIONS: dict[str, list[Handle]] = {
    "brow_down": [
        *_brow(((55, 1), (107, 1), (65, 0.9), (105, 0.7), (52, 0.8), (70, 0.4)), 0.05),
        *_brow(((285, 1), (336, 1), (295, 0.9), (334, 0.7), (282, 0.8), (300, 0.4)), -0.05),
    ],
    "brow_up": [Handle(point, 0, -0.12, 0.11, 0.09) for point in (55, 107, 285, 336)],
    "mouth_down": [
        Handle(61, 0, 0.10, 0.10, 0.09),
        Handle(291, 0, 0.10, 0.10, 0.09),
        Handle(13, 0, -0.03, 0.10, 0.06),
    ],
    "lip_press": [Handle(0, 0, 0.06, 0.16, 0.05), Handle(17, 0, -0.07, 0.16, 0.05)],
    "upper_lip": [Handle(point, 0, -0.08, 0.11, 0.06) for point in (37, 267, 0)],
    "gaze": [Handle(point, 0.075, 0, 0.055, 0.04) for point in (468, 473)],
}
"""Everything that pulls alone does; `lids` (0 open to 1 closed), `pitch` and `yaw` (degrees) are done otherwise."""

_EYES = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133)),
    ((362, 398, 384, 385, 386, 387, 388, 466, 263), (362, 382, 381, 380, 374, 373, 390, 249, 263)),
)
"""Upper and lower lid of each eye, from left to right in the picture."""


class StillFace:
    """One photograph of a face."""

    def __init__(self, picture: Picture, model: Path) -> None:
        self.picture = picture
        detector = Detector(model)
        landmarker = Landmarker(model, detector)
        face = landmarker.see(picture, 0.0).face
        landmarker.close()
        detector.close()
        assert face is not None
        self._points = face.points.astype(np.float64)
        self._unit = float(np.linalg.norm(self._points[263, :2] - self._points[33, :2]))
        self._rendered: dict[tuple[tuple[str, float], ...], Picture] = {}

    def render(self, **amounts: float) -> Picture:
        """The face with these actions at these amounts, 1 for the whole; rendered once and kept."""
        key = tuple(sorted((name, round(amount, 3)) for name, amount in amounts.items() if amount))
        if key not in self._rendered:
            self._rendered[key] = self._warped(dict(key))
        return self._rendered[key]

    def _warped(self, amounts: dict[str, float]) -> Picture:
        right, down = self._pulled(amounts)
        turned = self._turned(amounts.get("pitch", 0.0), amounts.get("yaw", 0.0))
        down = down + self._lids(amounts.get("lids", 0.0))
        rows, columns = self._grid
        where = [rows - down - turned[1], columns - right - turned[0]]
        channels = [map_coordinates(self.picture[..., at], where, order=1, mode="reflect") for at in range(3)]
        warped: Picture = np.stack(channels, axis=-1)
        return warped

    @cached_property
    def _grid(self) -> tuple[Field, Field]:
        rows, columns = np.mgrid[: self.picture.shape[0], : self.picture.shape[1]].astype(np.float64)
        return rows, columns

    def _pulled(self, amounts: dict[str, float]) -> tuple[Field, Field]:
        rows, columns = self._grid
        right, down, total = np.zeros_like(rows), np.zeros_like(rows), np.zeros_like(rows)
        for name, amount in amounts.items():
            for handle in ACTIONS.get(name, ()):
                x, y = self._points[handle.landmark, :2]
                across, along = (columns - x) / (handle.width * self._unit), (rows - y) / (handle.height * self._unit)
                weight = np.exp(-(across**2 + along**2) / 2)
                right += weight * handle.right * amount * self._unit
                down += weight * handle.down * amount * self._unit
                total += weight
        return right / np.maximum(total, 1), down / np.maximum(total, 1)

    def _lids(self, amount: float) -> Field:
        """Draws the skin of the upper lid over the eye, column by column."""
        rows, columns = self._grid
        moved = np.zeros_like(rows)
        for upper, lower in _EYES if amount else ():
            top = np.interp(columns, *self._points[list(upper), :2].T)
            bottom = np.interp(columns, *self._points[list(lower), :2].T)
            inside = (columns > self._points[upper[0], 0]) & (columns < self._points[upper[-1], 0])
            brow, lid = top - 0.25 * self._unit, top + 0.97 * amount * (bottom - top)
            above = brow + (rows - brow) * (top - brow) / (lid - brow)
            below = top + (rows - lid) * (bottom - top) / np.maximum(bottom - lid, 1e-6)
            moved += np.where(inside & (rows > brow) & (rows <= lid), rows - above, 0)
            moved += np.where(inside & (rows > lid) & (rows < bottom), rows - below, 0)
        return moved

    def _turned(self, pitch: float, yaw: float) -> tuple[Field, Field]:
        """Turns the mesh and lets the picture follow smoothly; the picture's edge stays where it is."""
        height, width = self.picture.shape[:2]
        if not pitch and not yaw:
            return np.zeros((height, width)), np.zeros((height, width))
        moved = self._turned_points(pitch, yaw)
        edge = [
            (x, y)
            for x, y in itertools.product(np.linspace(0, width, 7), np.linspace(0, height, 7))
            if x in (0, width) or y in (0, height)
        ]
        chosen = np.arange(0, 468, 3)
        known = np.vstack([self._points[chosen, :2], edge])
        moves = np.vstack([moved[chosen], np.zeros((len(edge), 2))])
        smooth = RBFInterpolator(known, moves, neighbors=50, kernel="linear", smoothing=1.0)
        coarse = np.stack(np.meshgrid(np.linspace(0, width - 1, 48), np.linspace(0, height - 1, 48)), -1).reshape(-1, 2)
        field = smooth(coarse).reshape(48, 48, 2)
        right, down = (zoom(field[..., axis], (height / 48, width / 48), order=3) for axis in range(2))
        return right, down

    def _turned_points(self, pitch: float, yaw: float) -> Field:
        p, y = np.radians([pitch, yaw])
        turn_yaw = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        turn_pitch = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
        centered = self._points - self._points[1] + [0, 0, 0.35 * self._unit]
        moved: Field = (centered @ (turn_pitch @ turn_yaw).T - centered)[:, :2]
        return moved


def face_model() -> Path:
    """The model from the mirror or the cache; skips the test where neither has it."""
    settings = Settings()
    for folder in (settings.model_mirror, settings.model_cache):
        if folder is not None and (folder / _FILE).is_file():
            return folder / _FILE
    pytest.skip("the face model is in neither the mirror nor the cache")


@cache
def astronaut(model: Path, mirrored: bool = False) -> StillFace:
    """Eileen Collins, smiling, 75 pixels between the eyes' outer corners; only changes mean anything."""
    photograph: Picture = data.astronaut()  # type: ignore[no-untyped-call]
    cut = Image.fromarray(photograph[0:260, 90:350]).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    picture = np.asarray(cut)[:, ::-1] if mirrored else np.asarray(cut)
    return StillFace(np.ascontiguousarray(picture), model)


def film(face: StillFace, moments: Iterable[dict[str, float]], seed: int = 1) -> Iterator[Picture]:
    """One frame for each moment's amounts, with sway, noise and JPEG, as a camera would send them."""
    for count, amounts in enumerate(moments):
        across, along = _SWAY * np.sin(count / 3.1), _SWAY * np.sin(count / 4.7)
        swayed = np.roll(face.render(**amounts), (round(along), round(across)), axis=(0, 1))
        noise = _noise(swayed.shape, (seed + count) % _GRAINS)
        yield compressed(np.clip(swayed + noise, 0, 255).astype(np.uint8))


@cache
def _noise(shape: tuple[int, ...], seed: int) -> NDArray[np.int16]:
    return np.random.default_rng(seed).normal(0, _NOISE, shape).round().astype(np.int16)


def compressed(picture: Picture, quality: int = _JPEG) -> Picture:
    """The picture after JPEG."""
    kept = io.BytesIO()
    Image.fromarray(picture).save(kept, "JPEG", quality=quality)
    return np.array(Image.open(kept))
