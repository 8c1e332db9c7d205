"""Camera off is never a lesser service: whatever voice and words can earn, they earn without a face."""

from pathlib import Path

import pytest
import yaml
from scipy.special import logit

from perception.finding import Finding, Observable
from perception.fusion.mismatch import SaidOk
from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from perception.session import PerceptionSession
from tests.fakes.signals import HESITANT, Played, Signals, listen

KIND = "unit"

TABLE = load_table()
MODEL = EvidenceModel(TABLE)


def unseen(words: SaidOk, played: Played, person: int = 4) -> list[Finding]:
    """A voice without a camera that says that all is well; what was raised."""
    perception, signals = PerceptionSession(MODEL), Signals(person)
    raised = listen(perception, signals, [12.0 * turn for turn in range(1, 7)])
    perception.feed(signals.turn(84.0, played))
    perception.turn(said_ok=words)
    return raised + [one for at in (84.1, 84.3, 84.5) for one in perception.step(at)]


UNSEEN_FINE = SaidOk("Yes, I understand.", 81.0, 84.0, 0.9)


def test_without_a_camera_the_voice_alone_may_say_otherwise_than_its_words() -> None:
    seen = [one for one in unseen(UNSEEN_FINE, HESITANT) if one.observable is Observable.MISMATCH]
    assert [one.modalities for one in seen] == [{"voice"}]
    assert TABLE.levels.raised <= seen[0].score < TABLE.modalities.alone + 1e-9
    assert logit(seen[0].score) == pytest.approx(seen[0].bias + sum(one.contribution for one in seen[0].evidence))


def test_without_a_camera_usual_words_are_believed() -> None:
    raised = [unseen(UNSEEN_FINE, {}, person) for person in range(60)]
    assert [one.observable for found_in in raised for one in found_in if one.observable is Observable.MISMATCH] == []


def test_every_question_that_a_voice_can_earn_can_be_earned_without_a_camera() -> None:
    cues = yaml.safe_load((Path(__file__).parents[2] / "personas" / "shared" / "cues.yaml").read_text("utf-8"))["cues"]
    asking = {cue["id"]: cue["at_least"]["value"] for cue in cues if cue["does"] != "note"}
    assert len(asking) >= 5
    assert {cue: least for cue, least in asking.items() if least >= TABLE.modalities.alone} == {}
