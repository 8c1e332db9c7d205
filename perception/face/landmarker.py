"""MediaPipe's FaceLandmarker: a picture in, what is seen in it out. The one file that knows MediaPipe; it keeps no picture.

One landmarker follows one face and smooths it over time. Whether there is a second face is asked of the detector inside the
same model file, and what it suspects is looked at closely: letting the landmarker look for two costs a third more on every
frame and takes its smoothing away, so that the eyes' cues were five times as noisy (docs/perception.md).
"""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from perception.face.limits import limits
from perception.face.picture import Picture, brightness
from perception.face.sighting import Face, Sighting

os.environ.setdefault("GLOG_minloglevel", "3")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

_DETECTOR = "face_detector.tflite"
"""Name of the detector inside the model file."""


class FaceUnavailable(Exception):
    """Faces cannot be looked at here; the text says what to do about it."""


class Detector:
    """Says whether a second face is there; one for all sessions of a process."""

    def __init__(self, model: Path) -> None:
        """Raises `FaceUnavailable`."""
        base, vision = _library()
        self._model = model
        self._pairs: Any = None
        try:
            with zipfile.ZipFile(model) as bundle:
                options = base.BaseOptions(model_asset_buffer=bundle.read(_DETECTOR))
            self._detector = vision.FaceDetector.create_from_options(vision.FaceDetectorOptions(base_options=options))
        except (OSError, KeyError, zipfile.BadZipFile, RuntimeError, ValueError):
            raise _unusable(model) from None

    def suspects(self, rgb: Picture) -> bool:
        """Whether something besides the largest face looks like a face, and not like one on the wall far behind."""
        found = self._detector.detect(_image(rgb)).detections
        widths = sorted(one.bounding_box.width for one in found)
        return len(widths) > 1 and widths[-2] >= limits().quality.second_face * widths[-1]

    def finds_two(self, rgb: Picture) -> bool:
        """Whether there really are two faces: a badge or a fold of cloth is no face to the landmark model."""
        if self._pairs is None:
            self._pairs = _landmarker(self._model, num_faces=2)
        return len(self._pairs.detect(_image(rgb)).face_landmarks) > 1

    def close(self) -> None:
        """Give the models back; without it MediaPipe complains when the process ends."""
        self._detector.close()
        if self._pairs is not None:
            self._pairs.close()


class Landmarker:
    """Follows one face from picture to picture."""

    def __init__(self, model: Path, detector: Detector) -> None:
        """Raises `FaceUnavailable`."""
        _, vision = _library()
        self._landmarker = _landmarker(
            model,
            running_mode=vision.RunningMode.VIDEO,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        self._detector = detector
        self._last_ms = -1
        self._looked = float("-inf")
        """When a second face was last looked for."""
        self._checked: float | None = None
        """When one was last looked at closely; None while nothing looks like one."""
        self._two = False

    def see(self, rgb: Picture, at: float) -> Sighting:
        """What the picture of `at` seconds shows; `at` may repeat or go back by rounding."""
        # In VIDEO mode the library takes none but strictly rising timestamps.
        self._last_ms = max(self._last_ms + 1, round(at * 1000))
        found = self._landmarker.detect_for_video(_image(rgb), self._last_ms)
        if not found.face_landmarks or not found.facial_transformation_matrixes:
            return Sighting(0, None, brightness(rgb))
        face = _face(found, rgb.shape[1], rgb.shape[0])
        return Sighting(2 if self._another(rgb, at) else 1, face, brightness(_cut(rgb, face)))

    def close(self) -> None:
        """Give the model back."""
        self._landmarker.close()

    def _another(self, rgb: Picture, at: float) -> bool:
        numbers = limits().pace
        if at - self._looked < numbers.look:
            return self._two
        self._looked = at
        if not self._detector.suspects(rgb):
            self._two, self._checked = False, None
        elif self._checked is None or at - self._checked >= numbers.check:
            self._two, self._checked = self._detector.finds_two(rgb), at
        return self._two


def _landmarker(model: Path, **options: Any) -> Any:
    base, vision = _library()
    wanted = vision.FaceLandmarkerOptions(base_options=base.BaseOptions(model_asset_path=str(model)), **options)
    try:
        return vision.FaceLandmarker.create_from_options(wanted)
    except (OSError, RuntimeError, ValueError):
        raise _unusable(model) from None


def _face(found: Any, width: int, height: int) -> Face:
    points = np.array([(point.x, point.y, point.z) for point in found.face_landmarks[0]], np.float32)
    turned = np.asarray(found.facial_transformation_matrixes[0], np.float64)[:3, :3]
    return Face(
        points * np.array([width, height, width], np.float32),
        {shape.category_name: shape.score for shape in found.face_blendshapes[0]},
        turned / np.linalg.norm(turned, axis=0),
    )


def _cut(rgb: Picture, face: Face) -> Picture:
    """The part of the picture that the face fills."""
    low = np.maximum(face.points[:, :2].min(axis=0), 0).astype(int)
    high = np.maximum(face.points[:, :2].max(axis=0), 0).astype(int)
    return rgb[low[1] : high[1] + 1, low[0] : high[0] + 1]


def _image(rgb: Picture) -> Any:
    import mediapipe  # type: ignore[import-untyped]

    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))


def _library() -> tuple[Any, Any]:
    # Imported late: it takes two seconds and 100 MB, which only the process that looks at faces should spend.
    try:
        from mediapipe.tasks import python as base  # type: ignore[import-untyped]
        from mediapipe.tasks.python import vision  # type: ignore[import-untyped]
    except (ImportError, OSError):
        raise FaceUnavailable(
            "mediapipe cannot be loaded; install Nightlight's dependencies again (`make setup`)"
        ) from None
    return base, vision


def _unusable(model: Path) -> FaceUnavailable:
    return FaceUnavailable(
        f"the face model {model.name} is missing or damaged; `nightlight models` fetches it, or set NIGHTLIGHT_MODEL_MIRROR "
        "to a folder that has face_landmarker/face_landmarker.task"
    )
