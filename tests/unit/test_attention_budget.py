"""The attention budget: what is proposed from nurses' verdicts, and that nothing which calls somebody at once can be moved."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.oversight.budget import FEWEST, Judged, propose
from server.persona.loading import load_pack
from server.persona.tuning import NONE, SAME_DAY, Tuning, TuningBroken, TuningFolder, thresholds, tuned
from server.vocabulary.findings import Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
NOW = {"confusion": 0.5, SAME_DAY: 0.6}


def verdicts(what: str, useful: tuple[float, ...], noise: tuple[float, ...]) -> list[Judged]:
    return [Judged(what, score, True) for score in useful] + [Judged(what, score, False) for score in noise]


def test_the_lowest_threshold_that_keeps_the_budget_is_proposed_with_its_cost() -> None:
    judged = verdicts("confusion", (0.55, *[0.8] * 9), (*[0.52] * 8, *[0.6] * 6, *[0.7] * 2))
    (one,) = propose(judged, NOW, 0.75)
    assert (one.what, one.judged, round(one.precision, 2)) == ("confusion", 26, 0.38)
    assert (one.before, one.after, round(one.precision_after, 2), one.useful_lost) == (0.5, 0.7, 0.82, 1)


@pytest.mark.parametrize(
    ("useful", "noise", "why_not"),
    [
        ((0.9,) * 5, (0.6,) * 5, f"fewer than {FEWEST} judgments"),
        ((0.9,) * 15, (0.6,) * 10, "within the budget"),
        ((0.55,) * 10, (0.7,) * 20, "no threshold does it without losing useful ones"),
        ((0.7,) * 10, (0.97,) * 20, "no threshold does it without losing useful ones"),
    ],
)
def test_where_nothing_is_proposed_it_is_said_why(
    useful: tuple[float, ...], noise: tuple[float, ...], why_not: str
) -> None:
    (one,) = propose(verdicts("confusion", useful, noise), NOW, 0.5)
    assert (one.after, one.why_not) == (None, why_not)


def test_what_may_not_be_moved_is_never_proposed() -> None:
    assert propose(verdicts("CHEST_PAIN", (), (0.9,) * 40), NOW, 0.5) == ()


def test_only_cues_and_same_day_findings_may_be_moved() -> None:
    assert set(thresholds(PACK)) == {SAME_DAY, *PACK.cues}
    assert set(thresholds(PACK)) & set(PACK.guardrails) == set()


def test_a_tuned_pack_differs_in_those_thresholds_alone() -> None:
    moved = tuned(PACK, Tuning(version=3, same_day=0.8, cues={"confusion": 0.7, "hesitation": 0.1}))
    assert moved.paraphrase.alone[Tier.SAME_DAY].value == 0.8
    assert "raised from 0.6 by tuning 3" in moved.paraphrase.alone[Tier.SAME_DAY].source
    assert (moved.cues["confusion"].at_least.value, moved.cues["hesitation"]) == (0.7, PACK.cues["hesitation"])
    assert moved.content_hash != PACK.content_hash
    same = replace(moved, cues=PACK.cues, paraphrase=PACK.paraphrase, content_hash=PACK.content_hash)
    assert same == PACK
    assert moved.paraphrase.page == PACK.paraphrase.page
    assert moved.guardrails == PACK.guardrails


def test_a_tuning_that_asks_for_less_changes_nothing() -> None:
    assert tuned(PACK, Tuning(version=1, same_day=0.1)) is PACK
    assert tuned(PACK, NONE) is PACK


@pytest.mark.parametrize("field", ["emergency", "urgent", "guardrails", "page"])
def test_there_is_no_place_to_write_what_calls_somebody_at_once(field: str) -> None:
    with pytest.raises(ValidationError):
        Tuning.model_validate({"version": 1, field: 0.9})
    with pytest.raises(ValidationError):
        Tuning.model_validate({"version": 1, "cues": {"confusion": 0.99}})


def test_versions_are_kept_and_one_is_in_use(tmp_path: Path) -> None:
    folder = TuningFolder(tmp_path / "tuning")
    assert folder.in_use() == NONE
    first, second = Tuning(version=1, same_day=0.7), Tuning(version=2, after=1, same_day=0.8)
    for one in (first, second):
        folder.use(one)
    assert (folder.in_use(), folder.versions()) == (second, [1, 2])
    folder.use(folder.read(second.after))
    assert (folder.in_use(), folder.versions()) == (first, [1, 2])
    (tmp_path / "tuning" / "1.json").write_text("{}")
    with pytest.raises(TuningBroken):
        folder.in_use()
