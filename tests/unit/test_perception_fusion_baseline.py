"""A patient's own usual: learned from the start, not from what suffering makes usual, and a face's goes nowhere."""

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from perception.finding import Observable
from perception.fusion.baseline import Baseline, VoiceUsual
from perception.fusion.model import EvidenceModel
from perception.fusion.table import Floats, Table, load_table
from perception.reading import Cue
from perception.session import PerceptionSession
from tests.fakes.signals import FRAME, PAIN, Signals, listen, watch

KIND = "unit"

TABLE = load_table()
MODEL = EvidenceModel(TABLE)
CUES = len(TABLE.cues)
FLAT = {
    Cue.CORNER_DROP: 2.5,
    Cue.LIP_SHRUG: 2.0,
    Cue.LIP_PRESS: 2.0,
    Cue.BROW_DOWN: 2.0,
    Cue.BROW_HEIGHT: -2.0,
    Cue.EYE_OPENING: -2.0,
    Cue.GAZE_AWAY: 1.0,
}
"""Spreads between people: corners down, lips pressed, brows low, lids low; as in Parkinson's disease."""
SLOW = {
    Cue.RESPONSE_LATENCY: 2.5,
    Cue.PAUSE_RATIO: 2.5,
    Cue.PAUSE_SPREAD: 2.5,
    Cue.PAUSE_LONGEST: 2.5,
    Cue.ARTICULATION_RATE: -2.5,
    Cue.RUN_LENGTH: -2.0,
}
ORDINARY = dict.fromkeys(Cue, 0.0)
IN_PAIN = {
    Cue.BROW_DOWN: 2.0,
    Cue.BROW_HEIGHT: -2.0,
    Cue.EYE_OPENING: -2.0,
    Cue.EYE_SQUINT: 2.0,
    Cue.EYE_BLINK: 1.7,
    Cue.NOSE_LIP: -1.8,
}
EVERY = np.ones(CUES)


def row(cue: Cue) -> int:
    return TABLE.index(cue)


def learned(values: Callable[[int], Floats], frames: int, *, quiet: bool = True) -> Baseline:
    """A baseline after so many fifths of a second, of values [F]."""
    baseline = Baseline(TABLE)
    for frame in range(frames):
        baseline.learn(values(frame), EVERY, np.where(TABLE.voice, 0.0, FRAME), quiet=quiet)
    return baseline


def means() -> Floats:
    return np.array([one.usual.mean for one in TABLE.cues])


def with_value(cue: Cue, value: float) -> Floats:
    values = means()
    values[row(cue)] = value
    return values


def test_before_anything_is_seen_other_people_are_the_measure() -> None:
    baseline = Baseline(TABLE)
    brow = TABLE.cues[row(Cue.BROW_DOWN)].usual
    assert baseline.mu[row(Cue.BROW_DOWN)] == brow.mean
    assert baseline.sd[row(Cue.BROW_DOWN)] == pytest.approx(np.hypot(brow.between, brow.within))
    assert baseline.known[row(Cue.BROW_DOWN)] == 0


def test_half_a_minute_is_enough_to_be_ones_own_measure() -> None:
    baseline = learned(lambda _: with_value(Cue.BROW_DOWN, 0.5), 150)
    shrink, seconds = TABLE.baseline.face.shrink, 30
    expected = (seconds * 0.5 + shrink * TABLE.cues[row(Cue.BROW_DOWN)].usual.mean) / (seconds + shrink)
    assert baseline.mu[row(Cue.BROW_DOWN)] == pytest.approx(expected, abs=0.003)
    assert baseline.known[row(Cue.BROW_DOWN)] == 1


def test_a_grimace_in_between_does_not_move_the_median() -> None:
    grimace = learned(lambda frame: with_value(Cue.BROW_DOWN, 0.1 + 0.8 * (40 <= frame < 60)), 150)
    without = learned(lambda _: with_value(Cue.BROW_DOWN, 0.1), 150)
    assert grimace.mu[row(Cue.BROW_DOWN)] == pytest.approx(without.mu[row(Cue.BROW_DOWN)])


def test_the_spread_is_never_below_what_a_camera_makes_of_a_still_face() -> None:
    baseline = learned(lambda _: means(), 150)
    assert (baseline.sd >= [one.usual.within for one in TABLE.cues]).all()


def test_nothing_is_learned_while_something_is_noticed() -> None:
    baseline = learned(lambda _: with_value(Cue.BROW_DOWN, 0.1), 50)
    before = baseline.mu.copy()
    for _ in range(200):
        baseline.learn(with_value(Cue.BROW_DOWN, 0.9), EVERY, np.where(TABLE.voice, 0.0, FRAME), quiet=False)
    assert (baseline.mu == before).all()


def test_usual_drifts_slowly_and_not_far() -> None:
    baseline = learned(lambda _: with_value(Cue.BROW_DOWN, 0.1), 160)
    start, spread = baseline.mu[row(Cue.BROW_DOWN)], TABLE.cues[row(Cue.BROW_DOWN)].usual.within
    away = with_value(Cue.BROW_DOWN, 0.1 + 3 * spread)
    half_life = round(TABLE.baseline.half_life / FRAME)
    baseline.learn(away, EVERY, np.where(TABLE.voice, 0.0, FRAME), quiet=True)
    assert 0 < baseline.mu[row(Cue.BROW_DOWN)] - start < 0.01 * spread
    for _ in range(4 * half_life):
        baseline.learn(away, EVERY, np.where(TABLE.voice, 0.0, FRAME), quiet=True)
    assert baseline.mu[row(Cue.BROW_DOWN)] - start == pytest.approx(TABLE.baseline.drift * spread, rel=0.05)


def hold(person: int, usual: dict[Cue, float], seconds: int = 120) -> tuple[PerceptionSession, set[Observable]]:
    """A patient who is like this all along, face and voice; what was ever raised."""
    # Half the least spread is half again what a camera was measured to make of a still face.
    signals = Signals(person, {**ORDINARY, **usual}, calm=0.5)
    perception, raised = PerceptionSession(MODEL), set[Observable]()
    for turn in range(1, seconds // 12 + 1):
        raised |= {one.observable for one in watch(perception, signals, 12.0 * (turn - 1), 12.0 * turn)}
        raised |= {one.observable for one in listen(perception, signals, [12.0 * turn])}
    return perception, raised


@pytest.mark.parametrize("usual", [FLAT, SLOW, {**FLAT, **SLOW}], ids=["flat face", "slow speech", "both"])
def test_who_is_always_like_this_is_not_always_tense(usual: dict[Cue, float]) -> None:
    raised = [hold(person, usual)[1] for person in range(8)]
    assert [one & {Observable.VISIBLE_TENSION, Observable.PAIN_EXPRESSION} for one in raised] == [set()] * 8
    assert sum(Observable.HESITATION in one for one in raised) <= 1


def test_who_is_in_distress_from_the_first_second_has_a_suspect_baseline() -> None:
    held = [hold(person, IN_PAIN, 48)[0] for person in range(8)]
    assert [one.baseline_suspect for one in held] == [True] * 8
    findings = [one.current(Observable.PAIN_EXPRESSION) for one in held]
    assert [finding.baseline_suspect for finding in findings if finding] == [True] * 8


def test_ordinary_people_have_no_suspect_baseline() -> None:
    suspects = [person for person in range(30) if _ordinary(person).baseline_suspect]
    assert len(suspects) <= 2


def _ordinary(person: int) -> PerceptionSession:
    perception, signals = PerceptionSession(MODEL), Signals(person)
    watch(perception, signals, 0, 12)
    listen(perception, signals, [12.0, 24.0, 36.0])
    return perception


def test_a_suspect_baseline_lowers_the_confidence() -> None:
    suspect, _ = hold(1, IN_PAIN, 48)
    ordinary, _ = hold(1, {}, 48)
    doubtful, sure = (one.current(Observable.PAIN_EXPRESSION) for one in (suspect, ordinary))
    assert doubtful is not None
    assert sure is not None
    assert doubtful.confidence == pytest.approx(sure.confidence * TABLE.baseline.suspect_confidence, abs=0.1)
    assert sure.confidence > 0.8


def test_earlier_check_ins_tell_how_a_patient_speaks() -> None:
    slow = Signals(3, {**ORDINARY, **SLOW})
    first = PerceptionSession(MODEL)
    listen(first, slow, [12.0 * turn for turn in range(1, 7)])
    usual = first.voice_usual()
    returning, stranger = PerceptionSession(MODEL, usual=usual), PerceptionSession(MODEL)
    for one in (returning, stranger):
        listen(one, Signals(3, {**ORDINARY, **SLOW}), [12.0])
    scores = [found.score for one in (returning, stranger) if (found := one.current(Observable.HESITATION))]
    assert scores[0] < 0.06 < scores[1]


def test_what_goes_to_the_next_check_in_is_the_timing_of_speech_and_nothing_of_the_face() -> None:
    perception, _ = hold(2, {}, 60)
    usual = perception.voice_usual()
    assert usual.turns == 5
    assert {cue.modality for cue in usual.centers} == {"voice"}
    assert Cue.PITCH not in usual.centers
    stored = json.loads(json.dumps(asdict(usual)))
    again = VoiceUsual(
        stored["turns"], *({Cue(k): v for k, v in stored[name].items()} for name in ("centers", "spreads"))
    )
    assert again == usual


@pytest.mark.parametrize("export", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
@pytest.mark.parametrize("of", [Baseline(TABLE), PerceptionSession(MODEL)], ids=["baseline", "session"])
def test_a_face_baseline_cannot_be_exported(export: Callable[[object], object], of: object) -> None:
    with pytest.raises(TypeError, match="never leaves its call"):
        export(of)


def test_a_face_baseline_cannot_be_brought_along() -> None:
    with pytest.raises(ValueError, match="not carried"):
        Baseline(TABLE, VoiceUsual(5, {Cue.BROW_DOWN: 0.1}, {Cue.BROW_DOWN: 0.1}))


def test_no_row_of_the_table_may_carry_a_face() -> None:
    content = TABLE.model_dump()
    content["cues"][row(Cue.BROW_DOWN)]["carries"] = True
    with pytest.raises(ValueError, match="never leaves its call"):
        Table.model_validate(content)


def test_every_row_names_its_source_and_is_a_draft() -> None:
    assert {one.status for one in TABLE.cues} == {"draft"}
    assert all(one.source for one in TABLE.cues)


def test_pain_that_begins_before_the_baseline_is_complete_is_seen() -> None:
    perception, signals = PerceptionSession(MODEL), Signals(5)
    watch(perception, signals, 0, 8)
    raised = watch(perception, signals, 8, 14, PAIN)
    assert {one.observable for one in raised} == {Observable.PAIN_EXPRESSION}
