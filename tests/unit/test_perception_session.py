"""One patient through a call, on the session's clock: what is raised, what never is, and what every score rests on."""

import json
from collections.abc import Callable
from dataclasses import asdict

import pytest
from scipy.special import logit

from perception.finding import Finding, Observable
from perception.fusion.absence import Line
from perception.fusion.mismatch import SaidOk
from perception.fusion.model import EvidenceModel
from perception.fusion.table import SCORED, load_table
from perception.reading import Cue, Presence
from perception.session import PerceptionSession
from tests.fakes.signals import (
    BROW,
    EYES,
    FRAME,
    GAZE,
    HEAD,
    HESITANT,
    PAIN,
    SAD,
    Played,
    Signals,
    listen,
    watch,
)

KIND = "unit"

TABLE = load_table()
MODEL = EvidenceModel(TABLE)
LEVELS = TABLE.levels
STILL, MOVED = 30.0, 6.0
"""Seconds of a face before and after it moves."""
FACES = range(14)
"""Simulated people; as many as the faces that the deltas were measured on."""


def session() -> PerceptionSession:
    return PerceptionSession(MODEL)


def score(of: PerceptionSession, observable: Observable) -> float:
    return found(of, observable).score


def found(of: PerceptionSession, observable: Observable) -> Finding:
    finding = of.current(observable)
    assert finding is not None
    return finding


def moved(person: int, played: Played) -> tuple[PerceptionSession, set[Observable]]:
    """A still face that moves; what was raised at any time."""
    perception, signals = session(), Signals(person)
    raised = watch(perception, signals, 0, STILL) + watch(perception, signals, STILL, STILL + MOVED, played)
    return perception, {finding.observable for finding in raised}


def talked(person: int, played: Played, before: int = 5) -> tuple[PerceptionSession, list[Finding]]:
    """A voice without a camera: usual turns, then one more."""
    perception, signals = session(), Signals(person)
    listen(perception, signals, [12.0 * turn for turn in range(1, before + 1)])
    return perception, listen(perception, signals, [12.0 * (before + 1)], played)


def test_what_looks_like_pain_is_raised_and_nothing_else() -> None:
    raised = [moved(person, PAIN)[1] for person in FACES]
    assert sum(one == {Observable.PAIN_EXPRESSION} for one in raised) >= 13


def test_lowered_corners_and_a_raised_inner_brow_are_tension_and_nothing_else() -> None:
    raised = [moved(person, SAD)[1] for person in FACES]
    assert sum(one == {Observable.VISIBLE_TENSION} for one in raised) >= 13


@pytest.mark.parametrize("played", [BROW, EYES, GAZE, HEAD, {}], ids=["brow", "eyes", "gaze", "head", "unmoved"])
def test_one_movement_alone_raises_nothing(played: Played) -> None:
    assert [moved(person, played)[1] for person in FACES] == [set()] * len(FACES)


def test_a_face_alone_never_comes_to_where_a_nurse_may_be_paged() -> None:
    perception, signals = session(), Signals(1)
    watch(perception, signals, 0, STILL)
    watch(perception, signals, STILL, STILL + 60, {**PAIN, **SAD, **GAZE})
    assert max(score(perception, observable) for observable in SCORED) < LEVELS.page
    assert perception.lasting() == ()
    assert found(perception, Observable.PAIN_EXPRESSION).modalities == {"face"}


def test_a_voice_alone_never_comes_to_where_a_nurse_may_be_paged() -> None:
    perception, _ = talked(1, {})
    far = {"more": 8, "less": -8, "either": 8}
    everything = {row.cue: far[row.counts] * row.usual.within for row in TABLE.cues}
    listen(perception, Signals(1), [80.0 + 5 * turn for turn in range(10)], everything)
    assert LEVELS.raised < max(score(perception, observable) for observable in SCORED) < LEVELS.page
    assert perception.lasting() == ()


def test_hesitation_is_raised_by_a_voice_alone() -> None:
    played = {cue: 3 * TABLE.cues[TABLE.index(cue)].usual.within for cue in HESITANT}
    raised = [talked(person, played)[1] for person in range(20)]
    assert sum(Observable.HESITATION in {one.observable for one in findings} for findings in raised) >= 16


def test_waiting_before_an_answer_alone_is_no_hesitation() -> None:
    raised = [talked(person, {Cue.RESPONSE_LATENCY: 1.2})[1] for person in range(20)]
    assert sum(bool(findings) for findings in raised) <= 1


def test_both_senses_together_come_to_a_level_that_lasts() -> None:
    perception, signals = session(), Signals(3, calm=0.3)
    for turn in range(5):
        watch(perception, signals, 12.0 * turn, 12.0 * (turn + 1))
        listen(perception, signals, [12.0 * (turn + 1)])
    strained = {Cue.PITCH: 6.0, Cue.HARMONICITY: -6.0, Cue.JITTER: 0.02, Cue.SHIMMER: 0.12, **HESITANT}
    listen(perception, signals, [60.2], strained)
    watch(perception, signals, 60.4, 66.4, SAD)
    [tension] = [one for one in perception.lasting() if one.observable is Observable.VISIBLE_TENSION]
    assert tension.modalities == {"voice", "face"}
    assert tension.score >= LEVELS.page


@pytest.mark.parametrize("played", [PAIN, SAD, {**PAIN, **SAD, **GAZE}], ids=["pain", "sad", "all"])
def test_what_is_shown_sums_to_the_score(played: Played) -> None:
    perception, _ = moved(2, played)
    perception.dispute(Observable.VISIBLE_TENSION)
    perception.step(STILL + MOVED + 1)
    for observable in SCORED:
        finding = found(perception, observable)
        total = finding.bias + sum(one.contribution for one in finding.evidence)
        assert total == pytest.approx(logit(finding.score), abs=1e-9)


@pytest.mark.parametrize(
    ("played", "observable"), [(PAIN, Observable.PAIN_EXPRESSION), (SAD, Observable.VISIBLE_TENSION)]
)
def test_without_the_strongest_cue_the_score_is_lower(played: Played, observable: Observable) -> None:
    whole, _ = moved(5, played)
    strongest = found(whole, observable).evidence[0].cue
    less, signals = session(), Signals(5, without=strongest)
    watch(less, signals, 0, STILL)
    watch(less, signals, STILL, STILL + MOVED, played)
    assert score(less, observable) < score(whole, observable)


def test_evidence_says_what_when_and_how_far_from_usual() -> None:
    perception, _ = moved(4, PAIN)
    [brow] = [one for one in found(perception, Observable.PAIN_EXPRESSION).evidence if one.cue is Cue.BROW_DOWN]
    assert brow.value - brow.usual == pytest.approx(0.36, abs=0.1)
    assert brow.deviation > 3
    assert STILL < brow.end <= STILL + MOVED + FRAME
    assert brow.end - brow.start == pytest.approx(2.0)


def test_a_grimace_with_a_smile_is_as_little_fine_as_without() -> None:
    """Corners go up on a grimace: the smile is no cue, and what it does to the corners takes nothing from pain."""
    smiling = {**PAIN, Cue.CORNER_DROP: -0.09, Cue.LIP_SHRUG: -0.02}
    raised = [moved(person, smiling)[1] for person in FACES]
    assert sum(Observable.PAIN_EXPRESSION in one for one in raised) >= 13


def test_a_face_that_is_lost_is_unknown_and_fades_to_the_prior() -> None:
    perception, _ = moved(6, PAIN)
    before = score(perception, Observable.PAIN_EXPRESSION)
    confident = found(perception, Observable.PAIN_EXPRESSION).confidence
    end = STILL + MOVED
    faded = []
    for seconds in range(1, 61):
        perception.step(end + seconds)
        faded.append(score(perception, Observable.PAIN_EXPRESSION))
    prior = 1 / (1 + 20.085537)  # of a bias of -3
    assert before > LEVELS.raised > faded[20]
    assert faded == sorted(faded, reverse=True)
    assert faded[-1] == pytest.approx(prior, abs=0.005)
    assert found(perception, Observable.PAIN_EXPRESSION).confidence < confident / 10


def test_of_two_faces_neither_is_judged() -> None:
    perception, signals = session(), Signals(7)
    watch(perception, signals, 0, STILL)
    perception.presence(Presence(STILL, 2, dark=False, eyes_closed=0))
    raised = watch(perception, signals, STILL, STILL + MOVED, PAIN)
    assert raised == []
    assert score(perception, Observable.PAIN_EXPRESSION) < LEVELS.quiet


def hear_only(before_each_turn: Callable[[PerceptionSession, float], None]) -> list[float]:
    """Scores of hesitation after each of seven turns, the last one hesitant."""
    perception, signals, scores = session(), Signals(8), []
    for turn in range(1, 8):
        before_each_turn(perception, 12.0 * turn)
        listen(perception, signals, [12.0 * turn], HESITANT if turn == 7 else {})
        scores.append(score(perception, Observable.HESITATION))
    return scores


def lost(perception: PerceptionSession, at: float) -> None:
    perception.line(Line(camera=True))
    perception.presence(Presence(at, 0, dark=False, eyes_closed=0))
    perception.feed(Signals(8).frame(at, PAIN, quality=0.0))


def test_a_voice_says_the_same_with_the_camera_off_as_with_a_face_that_is_never_found() -> None:
    assert hear_only(lost) == hear_only(lambda _, __: None)


def test_who_is_raised_is_not_raised_again_for_a_while() -> None:
    perception, signals = session(), Signals(9)
    watch(perception, signals, 0, STILL)
    raised = []
    for start in (30, 60, 90, 152):
        raised += [one.at for one in watch(perception, signals, start, start + 6, PAIN)]
        watch(perception, signals, start + 6, start + 30)
    assert len(raised) == 2
    assert raised[1] - raised[0] >= LEVELS.refractory


def test_what_the_patient_says_is_wrong_counts_for_less_in_this_call() -> None:
    perception, signals = session(), Signals(10)
    watch(perception, signals, 0, STILL)
    watch(perception, signals, STILL, STILL + MOVED, SAD)
    before = score(perception, Observable.VISIBLE_TENSION)
    dispute = perception.dispute(Observable.VISIBLE_TENSION)
    watch(perception, signals, STILL + MOVED, STILL + MOVED + 1, SAD)
    assert (dispute.observable, dispute.score) == (Observable.VISIBLE_TENSION, before)
    assert score(perception, Observable.VISIBLE_TENSION) < before - 0.1
    for _ in range(9):
        perception.dispute(Observable.VISIBLE_TENSION)
    perception.step(60.0)
    assert found(perception, Observable.VISIBLE_TENSION).bias == pytest.approx(-3 - TABLE.dispute.most)


def test_what_was_handed_out_stays_as_it_was_whatever_the_patient_says_later() -> None:
    perception, signals = session(), Signals(10)
    watch(perception, signals, 0, STILL)
    [finding] = watch(perception, signals, STILL, STILL + MOVED, SAD)
    kept = finding.score
    perception.dispute(Observable.VISIBLE_TENSION)
    perception.step(40.0)
    assert finding.score == kept >= LEVELS.raised


def smile_over(words: SaidOk | None) -> PerceptionSession:
    """Usual talk; then an answer that comes late, with pauses, while the face tightens and the gaze goes away."""
    perception, signals = session(), Signals(11, calm=0.3)
    for turn in range(5):
        watch(perception, signals, 12.0 * turn, 12.0 * (turn + 1))
        listen(perception, signals, [12.0 * (turn + 1)])
    watch(perception, signals, 60.2, 63.0)
    watch(perception, signals, 63.0, 64.0, {**SAD, **GAZE})
    perception.feed(signals.turn(64.0, {**HESITANT, Cue.PITCH: 5.0, Cue.JITTER: 0.02, Cue.SHIMMER: 0.1}))
    perception.turn(said_ok=words)
    watch(perception, signals, 64.0, 66.0, {**SAD, **GAZE})
    return perception


def test_words_that_say_fine_beside_a_voice_and_a_face_that_do_not() -> None:
    finding = smile_over(SaidOk("yes, I understand", 62.5, 64.0, 0.95)).current(Observable.MISMATCH)
    assert finding is not None
    assert finding.score >= LEVELS.raised
    assert finding.said == "yes, I understand"
    assert finding.modalities == {"voice", "face"}
    total = finding.bias + sum(one.contribution for one in finding.evidence)
    assert total == pytest.approx(logit(finding.score), abs=1e-9)


def test_a_mismatch_is_as_sure_as_the_less_sure_of_its_sides() -> None:
    finding = smile_over(SaidOk("I suppose so", 62.5, 64.0, 0.4)).current(Observable.MISMATCH)
    assert finding is not None
    assert finding.score == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize(
    "words", [None, SaidOk("I'm fine", 20.0, 21.0, 0.95)], ids=["nothing said", "said long before"]
)
def test_without_words_at_that_moment_there_is_no_mismatch(words: SaidOk | None) -> None:
    assert smile_over(words).current(Observable.MISMATCH) is None


def test_who_withdraws_the_camera_is_not_judged_by_what_it_saw() -> None:
    perception, _ = moved(12, PAIN)
    perception.withdraw("face")
    watch(perception, Signals(12), STILL + MOVED, STILL + MOVED + 5, PAIN)
    assert not any(found(perception, observable).evidence for observable in SCORED)
    assert perception.timeline().cues == ()


def test_the_nurses_strip_is_ten_seconds_of_numbers() -> None:
    perception, _ = moved(13, PAIN)
    timeline = perception.timeline()
    assert 9 <= timeline.times[-1] - timeline.times[0] <= 10
    assert timeline.cues[0].observable is Observable.PAIN_EXPRESSION
    assert len(timeline.scores[Observable.CONFUSION]) == len(timeline.times)
    assert json.loads(json.dumps(asdict(timeline)))["cues"][0]["words"]


def test_a_call_of_an_hour_keeps_no_more_than_one_of_a_minute() -> None:
    perception, signals = session(), Signals(14)
    for second in range(3600):
        perception.feed(signals.frame(float(second)))
        perception.step(float(second))
    assert len(perception.timeline().times) <= TABLE.strip.ticks


def test_the_same_moment_again_changes_nothing() -> None:
    perception, _ = moved(1, SAD)
    before = score(perception, Observable.VISIBLE_TENSION)
    assert perception.step(STILL + MOVED) == perception.step(1.0) == ()
    assert score(perception, Observable.VISIBLE_TENSION) == before
