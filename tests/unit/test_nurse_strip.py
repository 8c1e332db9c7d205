"""The nurse's evidence strip: which measurement, when, how far from usual and how much it weighed, in words for what can be
seen and heard."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from perception.finding import Observable
from perception.reading import Cue
from server.nurse.cue_words import ABSENCES, MEASURED, NOTICED, is_face, measured
from server.nurse.strip import strips
from server.record.journal import Entry
from server.vocabulary import events as e
from server.vocabulary.findings import CueEvidence

KIND = "unit"

SOFTER = CueEvidence("trail_off", 133.0, 9.0, 2.0, 2.6, 0.9)
SLOWER = CueEvidence("response_latency", 130.8, 0.7419, -0.3567, 2.2, 1.1)
QUICKER = CueEvidence("articulation_rate", 133.0, 4.4, 4.2, -0.3, -0.2)
AWAY = CueEvidence("gaze_away", 120.0, 0.8, 0.2, 1.6, 0.4)
NOTHING = CueEvidence("jitter", 133.0, 0.02, 0.02, 0.0, 0.01)
SEEN = e.CueNoticed("trailing_off", 0.61, 134.0, "turn", "hesitation", 0.8, evidence=(SLOWER, SOFTER, QUICKER, NOTHING))


def entries(*events: e.Event) -> list[Entry]:
    start = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    return [Entry(number, start, event) for number, event in enumerate(events, 1)]


def test_the_heaviest_comes_first_with_its_value_and_the_usual_one() -> None:
    (strip,) = strips(entries(SEEN))
    assert (strip.at, strip.title, strip.score) == ("2:14", "The voice trailed off", "0.61")
    assert [(row.name, row.value, row.usual, row.spreads, row.weight) for row in strip.rows] == [
        ("Time before answering", "2.1 s", "0.7 s", "2.2", 1.1),
        ("Softer at the end", "9.0 dB", "2.0 dB", "2.6", 0.9),
        ("Speed of speech", "4.4 syllables/s", "4.2 syllables/s", "0.3", -0.2),
    ]


def test_a_mark_stands_where_it_was_measured_and_is_as_large_as_it_weighs() -> None:
    (strip,) = strips(entries(replace(SEEN, evidence=(SLOWER, SOFTER, AWAY))))
    assert [(row.when, row.place, row.width) for row in strip.rows] == [
        ("3 s before", 68.0, 100.0),
        ("1 s before", 90.0, 81.8),
        ("14 s before", 0.0, 36.4),
    ]


def test_it_says_when_only_the_voice_was_there() -> None:
    heard, both = strips(entries(replace(SEEN, evidence=(*SEEN.evidence, AWAY)), SEEN))
    assert (heard.voice_only, both.voice_only) == (True, False)


def test_a_quiet_microphone_has_no_rows_and_no_sense() -> None:
    (strip,) = strips(entries(e.CueNoticed("absence", 0.9, 60.0, "quiet", "absence", absence="muted")))
    assert (strip.title, strip.rows, strip.voice_only) == ("The microphone is muted", (), False)


def test_the_newest_comes_first_and_a_dispute_stands_on_its_own_strip() -> None:
    later = replace(SEEN, at=200.0)
    found = strips(entries(SEEN, later, e.CueDisputed("trailing_off", 134.0)))
    assert [(strip.at, strip.disputed) for strip in found] == [("3:20", False), ("2:14", True)]


def test_doubt_is_said() -> None:
    (strip,) = strips(entries(replace(SEEN, confidence=0.3, baseline_suspect=True)))
    assert (strip.unsure, strip.suspect) == (True, True)


@pytest.mark.parametrize("cue", list(Cue))
def test_every_measurement_has_words_and_the_right_sense(cue: Cue) -> None:
    assert cue.value in MEASURED
    assert is_face(cue.value) == (cue.modality == "face")


@pytest.mark.parametrize("observable", list(Observable))
def test_every_observable_has_words(observable: Observable) -> None:
    assert observable.value in NOTICED


def test_every_kind_of_absence_has_words() -> None:
    assert ABSENCES.keys() == {"thinking", "muted", "walked_away", "asleep", "network"}


def test_a_measurement_of_a_newer_version_is_shown_by_its_name() -> None:
    assert measured("ear_wiggle").name == "Ear wiggle"
