"""Small pictures: what the service hands over, and how bright a part of one is."""

import numpy as np
from numpy.typing import NDArray

LONGEST_EDGE = 480
"""Pixels; the model's time does not depend on it from 240 to 480 (research/perception.md §2)."""

Picture = NDArray[np.uint8]


def small(rgb: Picture) -> Picture:
    """(height, width, 3) reduced by a whole factor to at most 480 pixels, each the mean of those it stands for."""
    factor = -(-max(rgb.shape[:2]) // LONGEST_EDGE)
    if factor == 1:
        return rgb
    height, width = (edge // factor * factor for edge in rgb.shape[:2])
    total = np.zeros((height // factor, width // factor, 3), np.uint32)
    for row in range(factor):
        for column in range(factor):
            total += rgb[row:height:factor, column:width:factor]
    mean: Picture = (total // factor**2).astype(np.uint8)
    return mean


def check(rgb: Picture) -> None:
    """Raises ValueError for anything but a small RGB picture."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError("a picture must be an array of shape (height, width, 3) and dtype uint8")
    if not 0 < max(rgb.shape[:2]) <= LONGEST_EDGE or not min(rgb.shape[:2]):
        raise ValueError(
            f"a picture must be at most {LONGEST_EDGE} pixels long; `perception.face.picture.small` makes it so"
        )


def brightness(rgb: Picture) -> float:
    """Median luma (ITU-R BT.601), 0 to 255; 0 for an empty part."""
    thinned = rgb[::4, ::4].astype(np.float32)
    if not thinned.size:
        return 0.0
    return float(np.median(thinned @ np.array([0.299, 0.587, 0.114], np.float32)))
