"""A face that acts before the real model: each action moves its own cue, the right way and far enough, and not the others.

Amounts are those of one smiling face at 75 pixels between the eyes (research/perception.md §6 has the table for 14 others).
"""

from collections.abc import Iterator
from itertools import repeat
from types import MappingProxyType

import numpy as np
import pytest

from perception.face.landmarker import Detector, Landmarker
from perception.face.picture import Picture
from perception.face.watch import FACE_CUES, Seen, Watch
from perception.reading import Cue
from tests.fakes.faces import SIZE, StillFace, astronaut, compressed, face_model, film

KIND = "unit"

FPS = 5
BASE_SECONDS, ACT_SECONDS, REST_SECONDS = 12, 3, 3
FLOORS = MappingProxyType(
    {
        Cue.BROW_HEIGHT: 0.006,
        Cue.BROW_DOWN: 0.03,
        Cue.BROW_INNER_UP: 0.03,
        Cue.CORNER_DROP: 0.006,
        Cue.LIP_SHRUG: 0.02,
        Cue.LIP_PRESS: 0.03,
        Cue.EYE_OPENING: 0.006,
        Cue.EYE_SQUINT: 0.04,
        Cue.EYE_BLINK: 0.03,
        Cue.NOSE_LIP: 0.006,
        Cue.GAZE: 0.05,
        Cue.YAW: 2.0,
        Cue.PITCH_ANGLE: 2.0,
    }
)
"""Spreads of a still face (research/perception.md §2): deviations are counted in these."""
LIDS = {Cue.EYE_OPENING, Cue.EYE_SQUINT, Cue.EYE_BLINK}
"""Move together in every face; a lowered brow narrows the eyes as well."""
ACTIONS: dict[str, dict[str, float]] = {
    "brow_down": {"brow_down": 1},
    "brow_up": {"brow_up": 1},
    "mouth_down": {"mouth_down": 1},
    "lip_press": {"lip_press": 1},
    "upper_lip": {"upper_lip": 1},
    "squeeze": {"lids": 0.6},
    "closed": {"lids": 1},
    "right": {"gaze": 1},
    "left": {"gaze": -1},
    "head_down": {"pitch": 15},
    "head_turned": {"yaw": 20},
    "pain": {"brow_down": 1, "lids": 0.6, "upper_lip": 1},
}


class Camera:
    """One call before the real model."""

    def __init__(self) -> None:
        model = face_model()
        self._detector = Detector(model)
        self._landmarker = Landmarker(model, self._detector)
        self._watch = Watch()
        self.at = 0.0
        self.seen: Seen

    def show(self, pictures: Iterator[Picture]) -> Seen:
        for picture in pictures:
            self.at += 1 / FPS
            self.seen = self._watch.step(self._landmarker.see(picture, self.at), self.at, None)
        return self.seen

    def values(self) -> dict[Cue, float]:
        return {reading.cue: reading.value for reading in self.seen.readings}

    def close(self) -> None:
        self._landmarker.close()
        self._detector.close()


class Performance:
    """How far each action moved each cue from the face at rest, and in what state it left the rest."""

    def __init__(self, face: StillFace) -> None:
        camera = Camera()
        camera.show(film(face, repeat({}, BASE_SECONDS * FPS)))
        rest = camera.values()
        self.acted: dict[str, Seen] = {}
        self.moved: dict[str, dict[Cue, float]] = {}
        for seed, (name, amounts) in enumerate(ACTIONS.items(), start=2):
            self.acted[name] = camera.show(film(face, repeat(amounts, ACT_SECONDS * FPS), seed))
            values = camera.values()
            self.moved[name] = {cue: values[cue] - rest[cue] for cue in FACE_CUES}
            camera.show(film(face, repeat({}, REST_SECONDS * FPS), seed))
        camera.close()

    def deviation(self, action: str, cue: Cue) -> float:
        """In spreads of a still face."""
        return self.moved[action][cue] / FLOORS[cue]


@pytest.fixture(scope="module")
def performance() -> Performance:
    return Performance(astronaut(face_model()))


@pytest.fixture
def camera() -> Iterator[Camera]:
    opened = Camera()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("action", "cue", "least"),
    [
        ("brow_down", Cue.BROW_HEIGHT, -3),
        ("brow_down", Cue.BROW_DOWN, 3),
        ("brow_up", Cue.BROW_HEIGHT, 2),
        ("brow_up", Cue.BROW_INNER_UP, 3),
        ("mouth_down", Cue.CORNER_DROP, 6),
        ("upper_lip", Cue.NOSE_LIP, -4),
        ("squeeze", Cue.EYE_OPENING, -3),
        ("squeeze", Cue.EYE_SQUINT, 2),
        ("squeeze", Cue.EYE_BLINK, 2),
        ("closed", Cue.EYE_OPENING, -8),
        ("closed", Cue.EYE_BLINK, 8),
        ("right", Cue.GAZE, 5),
        ("left", Cue.GAZE, -5),
        ("head_down", Cue.PITCH_ANGLE, 4),
        ("head_turned", Cue.YAW, -3),
        ("pain", Cue.BROW_HEIGHT, -6),
        ("pain", Cue.BROW_DOWN, 6),
        ("pain", Cue.EYE_OPENING, -4),
        ("pain", Cue.NOSE_LIP, -4),
    ],
)
def test_an_action_moves_its_cue(performance: Performance, action: str, cue: Cue, least: float) -> None:
    assert performance.deviation(action, cue) / least > 1


@pytest.mark.parametrize(
    ("action", "still"),
    [
        ("brow_down", {Cue.CORNER_DROP, Cue.NOSE_LIP, Cue.GAZE, Cue.LIP_SHRUG}),
        ("brow_up", {Cue.CORNER_DROP, Cue.NOSE_LIP, Cue.GAZE, Cue.LIP_SHRUG, Cue.BROW_DOWN}),
        ("mouth_down", {Cue.BROW_HEIGHT, Cue.BROW_DOWN, Cue.GAZE, *LIDS}),
        ("lip_press", {Cue.BROW_HEIGHT, Cue.BROW_DOWN, Cue.CORNER_DROP, Cue.GAZE, *LIDS}),
        ("upper_lip", {Cue.BROW_DOWN, Cue.GAZE, Cue.EYE_OPENING, Cue.EYE_BLINK}),
        ("squeeze", {Cue.CORNER_DROP, Cue.NOSE_LIP, Cue.LIP_SHRUG}),
        ("right", {Cue.BROW_HEIGHT, Cue.BROW_DOWN, Cue.CORNER_DROP, Cue.NOSE_LIP, Cue.EYE_OPENING}),
        ("left", {Cue.BROW_HEIGHT, Cue.BROW_DOWN, Cue.CORNER_DROP, Cue.NOSE_LIP, Cue.EYE_OPENING}),
    ],
)
def test_an_action_leaves_the_other_cues_alone(performance: Performance, action: str, still: set[Cue]) -> None:
    moved = {cue: performance.deviation(action, cue) for cue in still}
    assert {cue: far for cue, far in moved.items() if abs(far) > 2.5} == {}


def test_nodding_hardly_moves_the_mouth_and_the_brow(performance: Performance) -> None:
    """Without taking the head's turn out, a nod of 15 degrees moved the mouth's corners by 0.03 and the brow by 0.024."""
    moved = performance.moved["head_down"]
    assert abs(moved[Cue.BROW_HEIGHT]) < 0.020
    assert abs(moved[Cue.CORNER_DROP]) < 0.022
    assert abs(moved[Cue.EYE_OPENING]) < 0.012


@pytest.mark.parametrize(
    ("action", "cue"), [("right", Cue.GAZE_AWAY), ("left", Cue.GAZE_AWAY), ("head_down", Cue.HEAD_DOWN)]
)
def test_a_window_counts_the_seconds(performance: Performance, action: str, cue: Cue) -> None:
    assert performance.moved[action][cue] == pytest.approx(ACT_SECONDS / 5, abs=0.15)


@pytest.mark.parametrize("action", ["brow_down", "mouth_down", "lip_press", "upper_lip", "squeeze"])
def test_expressions_are_no_looking_away_and_no_lowered_head(performance: Performance, action: str) -> None:
    assert performance.moved[action][Cue.GAZE_AWAY] == performance.moved[action][Cue.HEAD_DOWN] == 0


def test_only_closed_eyes_are_closed(performance: Performance) -> None:
    closed = {name: seen.presence.eyes_closed for name, seen in performance.acted.items()}
    assert closed.pop("closed") == pytest.approx(ACT_SECONDS, abs=0.5)
    assert set(closed.values()) == {0.0}


def test_every_action_raises_the_variability(performance: Performance) -> None:
    for action in ("brow_down", "brow_up", "mouth_down", "pain"):
        assert performance.moved[action][Cue.ACTION_VARIABILITY] > 0.3


def test_a_mirrored_face_looks_the_other_way(camera: Camera) -> None:
    mirrored = astronaut(face_model(), mirrored=True)
    camera.show(film(mirrored, repeat({}, 3 * FPS)))
    rest = camera.values()[Cue.GAZE]
    camera.show(film(mirrored, repeat({"gaze": -1}, 3 * FPS)))
    assert camera.values()[Cue.GAZE] - rest < -0.2


def test_an_empty_room_is_unknown(camera: Camera) -> None:
    room = np.full((SIZE, SIZE, 3), 120, np.uint8)
    seen = camera.show(iter([compressed(room)] * 3))
    assert (seen.presence.faces, seen.presence.dark) == (0, False)
    assert {reading.quality for reading in seen.readings} == {0.0}


def test_two_faces_are_nobody_s(camera: Camera) -> None:
    face = astronaut(face_model()).picture
    half = face[:, 60:260]
    seen = camera.show(iter([compressed(np.hstack([half, half[:, ::-1]]))] * 3))
    assert seen.presence.faces == 2
    assert {reading.quality for reading in seen.readings} == {0.0}


def test_a_badge_is_no_second_person(camera: Camera) -> None:
    """On the mirrored suit the detector alone sees a second face, at 0.5 to 0.7."""
    mirrored = astronaut(face_model(), mirrored=True)
    assert camera.show(film(mirrored, repeat({}, 3))).presence.faces == 1


def test_a_small_face_on_the_wall_behind_is_no_second_person(camera: Camera) -> None:
    picture = astronaut(face_model()).picture.copy()
    picture[10:90, 10:90] = picture[::4, ::4]
    assert camera.show(iter([compressed(picture)] * 3)).presence.faces == 1


@pytest.mark.parametrize(("gain", "dark"), [(0.03, True), (0.3, False)])
def test_a_dark_face_is_unknown(camera: Camera, gain: float, dark: bool) -> None:
    dimmed = (astronaut(face_model()).picture * gain).astype(np.uint8)
    seen = camera.show(iter([compressed(dimmed, 90)] * 5))
    assert seen.presence.dark is dark
    assert (max(reading.quality for reading in seen.readings) == 0) is dark


def test_a_face_that_leaves_is_unknown_at_once_and_known_when_it_returns(camera: Camera) -> None:
    face, room = astronaut(face_model()), compressed(np.full((SIZE, SIZE, 3), 120, np.uint8))
    camera.show(film(face, repeat({}, 3 * FPS)))
    assert {reading.quality for reading in camera.show(iter([room])).readings} == {0.0}
    camera.show(film(face, repeat({}, FPS)))
    assert camera.seen.readings[0].quality > 0.2
