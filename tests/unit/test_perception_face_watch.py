"""One patient's face through a call: what is known when, and what is never claimed."""

from collections.abc import Callable, Iterable
from itertools import chain, repeat

import pytest

from perception.face.geometry import FRAME_CUES, measure
from perception.face.sighting import Sighting
from perception.face.watch import FACE_CUES, Seen, Watch
from perception.reading import Cue, Reading
from tests.fakes.drawn_face import NOBODY, DrawnFace

KIND = "unit"

FPS = 5.0
MOUTH = {Cue.CORNER_DROP, Cue.LIP_SHRUG, Cue.LIP_PRESS, Cue.NOSE_LIP}
OF_THE_HEAD = {Cue.YAW, Cue.GAZE_AWAY}
"""What a turned head does not hide: it is what is known of it."""


class Call:
    """Feeds a watch at a frame rate and keeps the last answer."""

    def __init__(self, fps: float = FPS) -> None:
        self.watch = Watch()
        self.at = 0.0
        self._step = 1 / fps
        self.seen: Seen

    def show(self, sighting: Sighting, seconds: float, spoke: Callable[[float], float | None] = lambda _: None) -> Seen:
        return self.play(repeat(sighting, round(seconds / self._step)), spoke)

    def play(self, sightings: Iterable[Sighting], spoke: Callable[[float], float | None] = lambda _: None) -> Seen:
        for sighting in sightings:
            self.at += self._step
            self.seen = self.watch.step(sighting, self.at, spoke(self.at))
        return self.seen

    def __getitem__(self, cue: Cue) -> Reading:
        return self.seen.readings[FACE_CUES.index(cue)]


def known(seen: Seen) -> set[Cue]:
    return {reading.cue for reading in seen.readings if reading.quality > 0}


def blinking(times: int, every: float, shut: float, fps: float = FPS) -> list[Sighting]:
    """Open eyes that close for `shut` seconds `every` so many, as a camera of this frame rate sees them."""
    moments = [count / fps for count in range(round(times * every * fps))]
    open_eyes, closed = DrawnFace().seen(), DrawnFace(blink=0.6, opening=0.02).seen()
    return [closed if 0.5 <= moment % every < 0.5 + shut else open_eyes for moment in moments]


@pytest.mark.parametrize(
    "turned", [DrawnFace(pitch=20), DrawnFace(pitch=-20), DrawnFace(yaw=20), DrawnFace(roll=15), DrawnFace(size=70)]
)
def test_lengths_do_not_change_with_how_the_head_is_held(turned: DrawnFace) -> None:
    straight, held = measure(DrawnFace().seen().face), measure(turned.seen().face)  # type: ignore[arg-type]
    for cue in (Cue.CORNER_DROP, Cue.EYE_OPENING, Cue.NOSE_LIP):
        assert held[FRAME_CUES.index(cue)] == pytest.approx(straight[FRAME_CUES.index(cue)], abs=1e-5)


def test_angles_are_in_degrees_with_down_positive() -> None:
    held = measure(DrawnFace(pitch=12, yaw=-7, roll=5).seen().face)  # type: ignore[arg-type]
    assert held[FRAME_CUES.index(Cue.PITCH_ANGLE)] == pytest.approx(12)
    assert held[FRAME_CUES.index(Cue.YAW)] == pytest.approx(-7)


def test_every_face_cue_is_read_once_on_the_frame_s_own_clock() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 1)
    assert [reading.cue for reading in call.seen.readings] == [
        cue for cue in Cue if cue.measured and cue.modality == "face"
    ]
    assert {reading.at for reading in call.seen.readings} == {call.at}


def test_a_still_face_is_wholly_known_after_half_a_minute() -> None:
    call = Call()
    assert known(call.show(DrawnFace().seen(), 31)) == set(FACE_CUES)
    assert call[Cue.CORNER_DROP].quality == pytest.approx(1)
    assert call[Cue.ACTION_VARIABILITY].value == pytest.approx(0, abs=1e-6)
    assert call[Cue.BLINK_RATE].value == call[Cue.GAZE_AWAY].value == call[Cue.HEAD_DOWN].value == 0


@pytest.mark.parametrize(
    "sighting",
    [
        NOBODY,
        DrawnFace().seen(faces=2),
        DrawnFace(light=8).seen(),
        DrawnFace(size=35).seen(),
    ],
    ids=["nobody", "two faces", "dark", "too small"],
)
def test_what_cannot_be_judged_is_unknown_at_once(sighting: Sighting) -> None:
    call = Call()
    call.show(DrawnFace().seen(), 31)
    assert known(call.show(sighting, 1 / FPS)) == set()
    assert {reading.value for reading in call.seen.readings} == {0.0}


def test_a_head_turned_away_hides_the_face_and_says_that_it_is_turned() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 31)
    assert known(call.show(DrawnFace(yaw=40).seen(), 4)) == OF_THE_HEAD
    assert call[Cue.GAZE_AWAY].value == pytest.approx(0.8)


def test_quality_falls_as_the_head_turns() -> None:
    call = Call()
    call.show(DrawnFace(yaw=20).seen(), 3)
    assert call[Cue.CORNER_DROP].quality == pytest.approx(0.5, abs=0.01)


def test_a_face_that_comes_back_is_known_as_far_as_it_was_seen() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 31)
    call.show(NOBODY, 5)
    call.show(DrawnFace().seen(), 1)
    assert call[Cue.BROW_DOWN].quality == pytest.approx(0.5, abs=0.01)


def test_one_odd_frame_does_not_move_a_cue() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 5)
    before = call[Cue.CORNER_DROP].value
    call.play(chain([DrawnFace(corners=0.2).seen()], repeat(DrawnFace().seen(), 2)))
    assert call[Cue.CORNER_DROP].value == pytest.approx(before)
    call.show(DrawnFace(corners=0.2).seen(), 1.4)
    assert call[Cue.CORNER_DROP].value == pytest.approx(before + 0.2, abs=1e-4)


def test_a_mouth_that_speaks_says_nothing() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 31)
    call.show(DrawnFace(corners=0.2).seen(), 1, spoke=lambda at: at)
    assert known(call.seen) == set(FACE_CUES) - MOUTH


def test_a_mouth_counts_again_300_ms_after_speech() -> None:
    call = Call(fps=10)
    call.show(DrawnFace().seen(), 5)
    ended = call.at
    call.show(DrawnFace().seen(), 0.2, spoke=lambda _: ended)
    assert not MOUTH & known(call.seen)
    call.show(DrawnFace().seen(), 0.2, spoke=lambda _: ended)
    assert known(call.seen) >= MOUTH


def test_what_the_mouth_did_just_before_speech_is_taken_back() -> None:
    call = Call(fps=10)
    call.show(DrawnFace().seen(), 5)
    word = call.at + 0.05
    call.show(DrawnFace().seen(), 0.5, spoke=lambda _: word)
    # Three of the last twenty frames came less than 300 ms before the word, three less than 300 ms after it.
    assert call[Cue.CORNER_DROP].quality == pytest.approx(14 / 20, abs=0.06)


def test_gaze_is_away_from_the_patient_s_own_middle_and_not_from_ours() -> None:
    call = Call()
    call.show(DrawnFace(gaze=0.4, yaw=12).seen(), 20)
    assert call[Cue.GAZE_AWAY].value == 0
    call.show(DrawnFace(gaze=0.0, yaw=12).seen(), 3)
    assert call[Cue.GAZE_AWAY].value == pytest.approx(0.6, abs=0.03)
    call.show(DrawnFace(gaze=0.4, yaw=12).seen(), 6)
    call.show(DrawnFace(gaze=0.4, yaw=-6).seen(), 2.5)
    assert call[Cue.GAZE_AWAY].value == pytest.approx(0.5, abs=0.05)


def test_nothing_is_said_of_gaze_before_the_middle_is_known() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 8)
    assert call[Cue.GAZE_AWAY].quality == call[Cue.HEAD_DOWN].quality == call[Cue.BLINK_RATE].quality == 0


def test_a_minute_of_looking_away_does_not_become_the_middle() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 90)
    call.show(DrawnFace(gaze=0.5, pitch=15).seen(), 60)
    assert call[Cue.GAZE_AWAY].value == call[Cue.HEAD_DOWN].value == 1


def test_a_lowered_head_is_counted_over_five_seconds() -> None:
    call = Call()
    call.show(DrawnFace(pitch=5).seen(), 20)
    call.show(DrawnFace(pitch=11).seen(), 5)
    assert call[Cue.HEAD_DOWN].value == 0
    call.show(DrawnFace(pitch=17).seen(), 2)
    assert call[Cue.HEAD_DOWN].value == pytest.approx(0.4, abs=0.03)


def test_blinks_are_counted_in_full_where_the_camera_is_fast_enough() -> None:
    call = Call(fps=10)
    call.show(DrawnFace().seen(), 12)
    call.play(blinking(10, every=3.0, shut=0.15, fps=10))
    assert call[Cue.BLINK_RATE].value == pytest.approx(20, abs=2)
    assert call[Cue.BLINK_RATE].quality == pytest.approx(1, abs=0.02)


def test_blinks_are_less_sure_the_slower_the_camera() -> None:
    qualities = []
    for fps in (10, 5, 2):
        call = Call(fps)
        call.show(DrawnFace().seen(), 40)
        qualities.append(call[Cue.BLINK_RATE].quality)
    assert qualities == pytest.approx([1, 0.75, 0.3], abs=0.02)


def test_blinks_that_fall_between_frames_are_reckoned_with() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 12)
    call.play(blinking(10, every=3.07, shut=0.15))
    assert call[Cue.BLINK_RATE].value == pytest.approx(20, abs=6)


def test_closed_eyes_are_no_blink_and_their_time_runs() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 31)
    call.show(DrawnFace(blink=0.4, opening=0.03).seen(), 3)
    assert call.seen.presence.eyes_closed == pytest.approx(2.8)
    call.play([NOBODY])
    assert call.seen.presence.eyes_closed == 0
    call.show(DrawnFace(blink=0.4, opening=0.03).seen(), 1)
    assert call.seen.presence.eyes_closed == pytest.approx(4.0)
    call.show(DrawnFace().seen(), 1)
    assert call.seen.presence.eyes_closed == 0
    assert call[Cue.BLINK_RATE].value == 0


def test_eyes_closed_from_the_first_second_are_seen() -> None:
    call = Call()
    call.show(DrawnFace(blink=0.6, opening=0.02).seen(), 20)
    assert call.seen.presence.eyes_closed == pytest.approx(19.8)


def test_a_long_sleep_does_not_become_the_usual() -> None:
    call = Call(fps=2)
    call.show(DrawnFace().seen(), 31)
    call.show(DrawnFace(blink=0.4, opening=0.03).seen(), 900)
    assert call.seen.presence.eyes_closed == pytest.approx(899.5)


def test_where_closed_eyes_would_look_is_nobody_s_gaze() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 31)
    call.show(DrawnFace(blink=0.6, opening=0.02, gaze=-0.4).seen(), 3)
    assert call[Cue.GAZE_AWAY].value == 0


def test_narrowed_eyes_are_not_closed() -> None:
    call = Call()
    call.show(DrawnFace().seen(), 31)
    call.show(DrawnFace(blink=0.3, opening=0.055).seen(), 3)
    assert call.seen.presence.eyes_closed == 0


def test_a_face_that_moves_varies_more_than_one_that_does_not() -> None:
    lively, flat = Call(), Call()
    flat.show(DrawnFace(brow_down=0.4).seen(), 12)
    lively.play(DrawnFace(brow_down=0.1 + 0.1 * (count // 5 % 2)).seen() for count in range(60))
    assert flat[Cue.ACTION_VARIABILITY].value == pytest.approx(0, abs=1e-6)
    # One of eight action units, 0.05 to each side in units of 0.03.
    assert lively[Cue.ACTION_VARIABILITY].value == pytest.approx(0.05 / 0.03 / 8, rel=0.05)


def test_blinking_is_not_variability() -> None:
    call = Call(fps=10)
    call.show(DrawnFace().seen(), 12)
    call.play(blinking(10, every=3.0, shut=0.2, fps=10))
    assert call[Cue.ACTION_VARIABILITY].value == pytest.approx(0, abs=1e-6)


def test_presence_says_who_is_there() -> None:
    call = Call()
    assert call.play([NOBODY]).presence.faces == 0
    assert call.play([DrawnFace().seen(faces=2)]).presence.faces == 2
    assert call.play([DrawnFace(light=8).seen()]).presence.dark is True
    assert call.play([DrawnFace().seen()]).presence.dark is False
