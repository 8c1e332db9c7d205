"""A face drawn from a dozen points, turned as told: what MediaPipe would say of it, for tests of what is made of that."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.face.sighting import LANDMARKS, Face, Sighting

_POINTS = {
    33: (-0.5, 0.0, 0.1),
    133: (-0.2, 0.0, 0.0),
    362: (0.2, 0.0, 0.0),
    263: (0.5, 0.0, 0.1),
    55: (-0.15, -0.15, -0.1),
    285: (0.15, -0.15, -0.1),
    2: (0.0, 0.55, -0.3),
    0: (0.0, 0.68, -0.25),
    13: (0.0, 0.75, -0.22),
    14: (0.0, 0.77, -0.22),
    61: (-0.3, 0.76, 0.0),
    291: (0.3, 0.76, 0.0),
}
"""Landmarks in distances of the eyes: x to the right, y down, z away from the camera."""
_LIDS = {159: (-0.35, 145), 386: (0.35, 374)}
_SHAPES = (
    *(f"{name}{side}" for name in ("browDown", "mouthPress", "eyeSquint", "eyeBlink") for side in ("Left", "Right")),
    *("eyeLookOutLeft", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutRight", "browInnerUp", "mouthShrugLower"),
)
_AXES = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class DrawnFace:
    """Angles in degrees; `size` is the pixels between the eyes' outer corners when it looks straight ahead."""

    pitch: float = 0.0
    yaw: float = 0.0
    roll: float = 0.0
    size: float = 100.0
    blink: float = 0.05
    opening: float = 0.1
    gaze: float = 0.0
    corners: float = 0.0
    """How far the mouth's corners are pulled down."""
    brow_down: float = 0.1
    light: float = 150.0

    def seen(self, faces: int = 1) -> Sighting:
        return Sighting(faces, Face(self._points(), self._shapes(), self.rotation), self.light)

    @property
    def rotation(self) -> NDArray[np.float64]:
        p, y, r = np.radians([self.pitch, self.yaw, self.roll])
        about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
        about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
        turned: NDArray[np.float64] = about_z @ about_y @ about_x
        return turned

    def _points(self) -> NDArray[np.float32]:
        points = np.zeros((LANDMARKS, 3))
        for index, place in _POINTS.items():
            points[index] = place
        for upper, (x, lower) in _LIDS.items():
            points[upper], points[lower] = (x, -self.opening / 2, 0), (x, self.opening / 2, 0)
        points[[61, 291], 1] += self.corners
        turned = (points * _AXES) @ self.rotation.T * _AXES
        placed: NDArray[np.float32] = (turned * self.size + [160, 120, 0]).astype(np.float32)
        return placed

    def _shapes(self) -> dict[str, float]:
        shapes = dict.fromkeys(_SHAPES, 0.0)
        for side in ("Left", "Right"):
            shapes |= {f"eyeBlink{side}": self.blink, f"browDown{side}": self.brow_down}
        return (
            shapes
            | {"eyeLookOutLeft": max(0.0, self.gaze), "eyeLookInRight": max(0.0, self.gaze)}
            | {
                "eyeLookInLeft": max(0.0, -self.gaze),
                "eyeLookOutRight": max(0.0, -self.gaze),
            }
        )


NOBODY = Sighting(0, None, 120.0)
