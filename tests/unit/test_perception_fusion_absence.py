"""Nobody answers: why, as far as it can be known; and what is not known is never taken for an empty chair."""

import pytest
from scipy.special import logit

from perception.finding import Finding, Observable
from perception.fusion.absence import Line
from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from perception.reading import Presence
from perception.session import PerceptionSession

KIND = "unit"

MODEL = EvidenceModel(load_table())
STEP = 0.5


def wait(
    seconds: float,
    *,
    line: Line | None = None,
    faces: int | None = 1,
    dark: bool = False,
    closed: bool = False,
    arrives: bool = True,
) -> tuple[Finding, list[Finding]]:
    """Silence after something was heard at 0; how it ends, and all that was raised. `faces` None: nothing is seen."""
    perception, raised = PerceptionSession(MODEL), list[Finding]()
    perception.line(line or Line(camera=True))
    perception.heard(0.0)
    perception.arrived(0.0)
    for number in range(1, int(seconds / STEP) + 1):
        at = number * STEP
        for count in [] if faces is None else [faces]:
            perception.presence(Presence(at, count, dark=dark, eyes_closed=at * closed))
        for moment in [at] * arrives:
            perception.arrived(moment)
        raised += perception.step(at)
    finding = perception.current(Observable.ABSENCE)
    assert finding is not None
    return finding, raised


def test_a_patient_who_listens_to_a_long_explanation_is_not_absent() -> None:
    perception, raised = PerceptionSession(MODEL), list[Finding]()
    perception.line(Line(camera=True))
    perception.spoken_to(0.0, on=True)
    for at in map(float, range(1, 20)):
        perception.presence(Presence(at, 1, dark=False, eyes_closed=0.0))
        perception.arrived(at)
        raised += perception.step(at)
    assert raised == []
    perception.spoken_to(20.0, on=False)
    perception.arrived(25.0)
    perception.presence(Presence(25.0, 1, dark=False, eyes_closed=0.0))
    assert [one.absence for one in perception.step(25.0)] == ["thinking"]


def test_a_short_silence_is_nothing() -> None:
    assert wait(1.5)[0].score < 0.2
    assert wait(1.5)[1] == []


def test_a_face_that_stays_is_thinking() -> None:
    finding, raised = wait(6)
    assert (finding.absence, finding.score > 0.5) == ("thinking", True)
    assert [one.absence for one in raised] == ["thinking"]


def test_a_microphone_that_is_off_explains_the_silence() -> None:
    finding, _ = wait(20, line=Line(muted=True, camera=True), faces=0)
    assert (finding.absence, finding.score > 0.9) == ("muted", True)


def test_nothing_arriving_is_the_network_whatever_was_seen_before() -> None:
    finding, _ = wait(8, faces=None, arrives=False)
    assert (finding.absence, finding.score > 0.9) == ("network", True)


def test_an_empty_picture_and_silence_is_walking_away() -> None:
    finding, raised = wait(12, faces=0)
    assert (finding.absence, finding.score > 0.9) == ("walked_away", True)
    assert {one.absence for one in raised} == {"walked_away"}


def test_eyes_closed_for_long_and_silence_is_asleep() -> None:
    finding, _ = wait(30, closed=True)
    assert (finding.absence, finding.score > 0.9) == ("asleep", True)


def test_eyes_closed_for_a_moment_is_thinking() -> None:
    assert wait(5, closed=True)[0].absence == "thinking"


@pytest.mark.parametrize(
    ("line", "faces", "dark"),
    [
        (Line(camera=False), None, False),
        (Line(camera=False), 0, False),
        (Line(camera=True), 0, True),
        (Line(camera=True), None, False),
    ],
    ids=["camera off", "camera off but frames", "dark", "no word from the camera"],
)
def test_what_cannot_be_seen_is_neither_gone_nor_asleep(line: Line, faces: int | None, dark: bool) -> None:
    finding, raised = wait(60, line=line, faces=faces, dark=dark)
    assert {one.absence for one in raised} <= {"thinking"}
    assert finding.score < 0.5


def test_whose_camera_was_withdrawn_is_not_taken_to_have_left() -> None:
    perception = PerceptionSession(MODEL)
    perception.line(Line(camera=True))
    perception.heard(0.0)
    perception.presence(Presence(1.0, 0, dark=False, eyes_closed=0))
    perception.withdraw("face")
    perception.line(Line(camera=True))
    perception.presence(Presence(20.0, 0, dark=False, eyes_closed=0))
    perception.step(20.0)
    finding = perception.current(Observable.ABSENCE)
    assert finding is not None
    assert finding.score < 0.5


@pytest.mark.parametrize(
    "finding", [wait(12, faces=0)[0], wait(30, closed=True)[0], wait(6)[0]], ids=lambda one: one.absence
)
def test_what_is_shown_sums_to_the_score(finding: Finding) -> None:
    total = finding.bias + sum(one.contribution for one in finding.evidence)
    assert total == pytest.approx(logit(finding.score), abs=1e-9)


def test_talking_ends_it() -> None:
    perception = PerceptionSession(MODEL)
    perception.line(Line(camera=True))
    for at in range(60):
        perception.presence(Presence(float(at), 1, dark=False, eyes_closed=0))
        perception.heard(float(at))
        assert perception.step(at + 0.5) == ()
