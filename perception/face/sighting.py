"""What the model finds in one picture, before anything is made of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LANDMARKS = 478
"""Of MediaPipe's face mesh, irises included."""


@dataclass(frozen=True)
class Face:
    """One face as MediaPipe's FaceLandmarker describes it."""

    points: NDArray[np.float32]
    """(478, 3), pixels: x to the right, y down, z away from the camera in the scale of x."""
    shapes: dict[str, float]
    """The 52 blendshapes by name, 0 to 1."""
    rotation: NDArray[np.float64]
    """(3, 3) of the head: x to the right, y up, z towards the camera."""


@dataclass(frozen=True)
class Sighting:
    """One picture's content."""

    faces: int
    face: Face | None
    """The face that is followed; None where there is none."""
    light: float
    """Median brightness of that face, or of the whole picture where there is none, 0 to 255."""
