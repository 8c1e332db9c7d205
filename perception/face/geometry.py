"""Lengths and angles of one face. Pure: a `Face` in, one number for each cue out.

Lengths are divided by the distance between the outer corners of the eyes. They are measured in the head's own frame, so that
nodding and tilting do not pass for a lowered mouth: over 15 degrees of nodding the corner's drop moved by 0.005 instead of
0.033 (docs/perception.md). Only the brow keeps half of what nodding does to it: the mesh overstates its depth.
"""

import numpy as np
from numpy.typing import NDArray

from perception.face.limits import limits
from perception.face.sighting import Face
from perception.reading import Cue

FRAME_CUES = (
    Cue.BROW_HEIGHT,
    Cue.BROW_DOWN,
    Cue.BROW_INNER_UP,
    Cue.BROW_RAISE,
    Cue.CORNER_DROP,
    Cue.LIP_SHRUG,
    Cue.LIP_PRESS,
    Cue.EYE_OPENING,
    Cue.EYE_SQUINT,
    Cue.EYE_BLINK,
    Cue.NOSE_LIP,
    Cue.GAZE,
    Cue.YAW,
    Cue.PITCH_ANGLE,
)
"""What a single frame shows; the order of `measure`."""

_OUTER_EYES = (33, 263)
_INNER_EYES = (133, 362)
_INNER_BROWS = (55, 285)
_MOUTH_CORNERS = (61, 291)
_LIP_MIDDLE = (13, 14)
_UPPER_LIDS = (159, 386)
_LOWER_LIDS = (145, 374)
_NOSE_BASE = 2
_UPPER_LIP = 0
_IMAGE_FROM_HEAD = np.array([1.0, -1.0, -1.0])
"""The picture's axes point down and away, the head's up and towards the camera."""

_USED = 387
"""Landmarks up to the last one that is measured."""

Points = NDArray[np.float64]


def measure(face: Face) -> NDArray[np.float64]:
    """(14,) in the order of `FRAME_CUES`."""
    points = face.points[:_USED].astype(np.float64)
    flat, deep = _upright(points), _unturned(points, face.rotation)
    share = limits().pitch.brow_depth
    pitch, yaw = angles(face.rotation)
    brow = (1 - share) * _brow_height(flat) + share * _brow_height(deep)
    return np.array(
        [
            brow,
            _pair(face, "browDown"),
            face.shapes["browInnerUp"],
            brow,
            _middle(deep, _MOUTH_CORNERS) - _middle(deep, _LIP_MIDDLE),
            face.shapes["mouthShrugLower"],
            _pair(face, "mouthPress"),
            abs(_middle(deep, _LOWER_LIDS) - _middle(deep, _UPPER_LIDS)),
            _pair(face, "eyeSquint"),
            _pair(face, "eyeBlink"),
            float(deep[_UPPER_LIP, 1] - deep[_NOSE_BASE, 1]),
            _gaze(face),
            yaw,
            pitch,
        ]
    )


def eye_distance(face: Face) -> float:
    """Pixels between the outer corners of the eyes, as they appear in the picture."""
    left, right = _OUTER_EYES
    return float(np.linalg.norm(face.points[right, :2] - face.points[left, :2]))


def angles(rotation: NDArray[np.float64]) -> tuple[float, float]:
    """Pitch (down is positive) and yaw of the head, degrees."""
    pitch = np.arctan2(rotation[2, 1], rotation[2, 2])
    yaw = np.arctan2(-rotation[2, 0], np.hypot(rotation[0, 0], rotation[1, 0]))
    return float(np.degrees(pitch)), float(np.degrees(yaw))


def _upright(points: Points) -> Points:
    """Roll taken out and divided by the eyes' distance, depth left alone."""
    left, right = _OUTER_EYES
    across = points[right, :2] - points[left, :2]
    cosine, sine = across / np.linalg.norm(across)
    turned: Points = points[:, :2] @ np.array([[cosine, -sine], [sine, cosine]])
    return turned / float(np.linalg.norm(across))


def _unturned(points: Points, rotation: NDArray[np.float64]) -> Points:
    """In the head's own frame, divided by the eyes' distance there."""
    turned: Points = (points * _IMAGE_FROM_HEAD) @ rotation * _IMAGE_FROM_HEAD
    left, right = _OUTER_EYES
    return turned / float(np.linalg.norm(turned[right] - turned[left]))


def _middle(points: Points, pair: tuple[int, int]) -> float:
    return float(points[pair[0], 1] + points[pair[1], 1]) / 2


def _brow_height(points: Points) -> float:
    return _middle(points, _INNER_EYES) - _middle(points, _INNER_BROWS)


def _pair(face: Face, name: str) -> float:
    return (face.shapes[f"{name}Left"] + face.shapes[f"{name}Right"]) / 2


def _gaze(face: Face) -> float:
    shapes = face.shapes
    left = shapes["eyeLookOutLeft"] - shapes["eyeLookInLeft"]
    right = shapes["eyeLookInRight"] - shapes["eyeLookOutRight"]
    return (left + right) / 2
