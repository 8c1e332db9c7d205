"""A turn that is still going on: what can be said of it, and that it costs no more memory than three minutes."""

import numpy as np
import pytest

from perception.voice.measuring import WINDOW
from perception.voice.stream import Running, VoiceStream
from perception.voice.turn import heard_fillers, turn_readings
from tests.fakes.patients_voice import RATE, Line, Planted, Sound
from tests.fakes.recorded_turns import recorded_turns
from tests.fakes.voice_turns import measured
from tests.fakes.vowels import SCHWA, babble, vowel

KIND = "unit"

FILLER: Sound = vowel(np.array([112.0, 108.0]), 0.5, formants=SCHWA) * np.float32(0.7)
SILENT = np.zeros(WINDOW, np.float32)


def follow(stream: VoiceStream, planted: Planted) -> list[Running | None]:
    """What the stream says after each window."""
    said = []
    for index, probability in enumerate(planted.probabilities):
        window = planted.sound[index * WINDOW : (index + 1) * WINDOW]
        stream.push(np.pad(window, (0, WINDOW - len(window))), float(probability))
        said.append(stream.running())
    return said


def last(said: list[Running | None]) -> Running:
    (*_, running) = (one for one in said if one is not None)
    return running


def test_before_any_voice_there_is_nothing_to_say() -> None:
    stream = VoiceStream()
    stream.push(SILENT, 0.9)
    stream.push(SILENT, 0.1)
    assert (stream.active, stream.running(), stream.finish(1.0)) == (False, None, None)


def test_the_present_pause_grows_and_ends() -> None:
    stream = VoiceStream()
    said = follow(stream, Line().silence(0.3).speech(babble(2.0)).silence(1.0).planted())
    assert last(said).pause == pytest.approx(0.9, abs=0.07)
    assert last(said).pause_ratio == pytest.approx(0.9 / 3.0, abs=0.05)
    (again,) = {
        round(running.pause, 2) for running in follow(stream, Line().speech(babble(1.0)).planted())[-10:] if running
    }
    assert again == 0.0


def test_a_turn_that_stops_on_a_filler_says_so_while_it_is_held() -> None:
    stream = VoiceStream()
    said = follow(stream, Line().silence(0.5).speech(babble(2.0)).silence(0.3).filler(FILLER).silence(0.4).planted())
    assert last(said).filler == pytest.approx(0.5, abs=0.12)
    assert last(said).fillers == 1


def test_a_turn_that_stops_on_a_word_does_not() -> None:
    said = follow(
        VoiceStream(), Line().silence(0.5).filler(FILLER).silence(0.3).speech(babble(2.0)).silence(0.4).planted()
    )
    assert last(said).filler == 0.0


def test_a_voice_that_fades_is_heard_to_trail_off_before_the_turn_ends() -> None:
    speech = babble(3.0)
    fading = np.interp(np.arange(len(speech)), [1.8 * RATE, 3 * RATE], [1, 0.15]).astype(np.float32)
    fades, stays = (
        last(follow(VoiceStream(), Line().silence(0.3).speech(sound).silence(0.3).planted())).trail_off
        for sound in (speech * fading, speech)
    )
    assert fades > stays + 4


def test_a_stream_and_a_recording_measure_the_same() -> None:
    planted = Line().silence(0.5).speech(babble(2.0)).silence(0.5).filler(FILLER).silence(0.6).planted()
    (recorded,) = recorded_turns(planted.sound, planted.probabilities)
    streamed = measured(planted)
    assert [reading.value for reading in turn_readings(recorded)] == [
        reading.value for reading in turn_readings(streamed)
    ]
    assert heard_fillers(recorded) == heard_fillers(streamed)


def test_turns_follow_each_other_and_know_nothing_of_each_other() -> None:
    stream = VoiceStream()
    follow(stream, Line().silence(0.5).filler(FILLER).silence(0.5).speech(babble(2.0)).planted())
    first = stream.finish(10.0)
    follow(stream, Line().silence(0.5).speech(babble(3.0, seed=4)).silence(0.5).planted())
    second = stream.finish(15.0)
    assert first is not None
    assert second is not None
    assert (len(heard_fillers(first)), len(heard_fillers(second))) == (1, 0)
    assert second.track.seconds == pytest.approx(3.9, abs=0.1)
    assert second.started == pytest.approx(11.1, abs=0.1)


def test_a_turn_that_nobody_ends_is_forgotten() -> None:
    stream = VoiceStream()
    follow(stream, Line().silence(0.5).speech(babble(1.0)).silence(11.0).planted())
    assert not stream.active


def test_a_forgotten_turn_leaves_nothing() -> None:
    stream = VoiceStream()
    follow(stream, Line().silence(0.5).speech(babble(1.0)).planted())
    stream.forget()
    assert (stream.running(), stream.finish(2.0)) == (None, None)


def test_of_an_endless_turn_the_last_minutes_are_kept() -> None:
    stream = VoiceStream()
    minute = babble(10.0)[: 10 * RATE // WINDOW * WINDOW].reshape(-1, WINDOW)
    for window in [*minute] * 22:
        stream.push(window, 0.9)
    turn = stream.finish(220.0)
    assert turn is not None
    assert 150 <= turn.track.seconds <= 180
    assert turn.track.voiced.mean() > 0.7


def test_a_long_silence_parts_the_turns_of_a_recording() -> None:
    planted = (
        Line()
        .silence(0.5)
        .speech(babble(2.0))
        .silence(2.5)
        .speech(babble(1.5))
        .silence(1.0)
        .speech(babble(1.0))
        .planted()
    )
    first, second = recorded_turns(planted.sound, planted.probabilities)
    assert first.started == pytest.approx(0.05, abs=0.1)
    assert second.started == pytest.approx(4.55, abs=0.1)
    assert second.ended == pytest.approx(planted.seconds, abs=0.04)
