"""Sound between people: whole frames, in order, soon, and never more of it than a moment's worth."""

import numpy as np
import pytest

from server.media.voices import FRAME_BYTES, SILENCE, Voice, mixed

KIND = "unit"


def frame(value: int) -> bytes:
    return np.full(FRAME_BYTES // 2, value, np.int16).tobytes()


def values(voice: Voice, count: int) -> list[int | None]:
    pulled = [voice.pull() for _ in range(count)]
    return [None if one is None else int(np.frombuffer(one, np.int16)[0]) for one in pulled]


def test_a_voice_begins_once_there_is_enough_to_go_on_and_pauses_when_there_is_none() -> None:
    voice = Voice()
    voice.push(frame(1) + frame(2))
    assert values(voice, 1) == [None]
    voice.push(frame(3))
    assert values(voice, 4) == [1, 2, 3, None]
    voice.push(frame(4))
    assert values(voice, 1) == [None]


def test_sound_of_any_length_becomes_whole_frames() -> None:
    voice = Voice()
    sound = frame(1) + frame(2) + frame(3) + frame(4)
    for at in range(0, len(sound), 700):
        voice.push(sound[at : at + 700])
    assert values(voice, 4) == [1, 2, 3, 4]
    assert voice.heard == 4


def test_what_is_too_old_is_dropped() -> None:
    voice = Voice()
    for value in range(1, 31):
        voice.push(frame(value))
    assert voice.dropped == 20
    assert values(voice, 1) == [21]


def test_a_delay_that_a_stall_left_is_made_up_for_within_two_seconds() -> None:
    voice = Voice()
    for value in range(8):
        voice.push(frame(value))
    for value in range(8, 108):
        voice.push(frame(value))
        last = values(voice, 1)
    assert last == [106]
    assert voice.dropped == 7


def test_nothing_is_left_of_what_was_said_before_a_clear() -> None:
    voice = Voice()
    voice.push(frame(1) * 5 + b"\0")
    voice.clear()
    voice.push(frame(2) * 3)
    assert values(voice, 4) == [2, 2, 2, None]


@pytest.mark.parametrize(
    ("frames", "heard"),
    [
        ((), None),
        ((None, None), None),
        ((None, frame(7)), frame(7)),
        ((frame(7), frame(-3)), frame(4)),
        ((frame(30_000), frame(30_000)), frame(32_767)),
        ((frame(-30_000), frame(-30_000)), frame(-32_768)),
        ((SILENCE, frame(5), None), frame(5)),
    ],
)
def test_voices_at_once_are_added_and_clipped(frames: tuple[bytes | None, ...], heard: bytes | None) -> None:
    assert mixed(frames) == heard
