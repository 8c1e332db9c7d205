"""The metrics count what they say they count, and a gate that too few cases could prove is not passed."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.persona.loading import load_pack
from server.vocabulary import events as e
from server.workbench.cases import Case
from server.workbench.evaluate import evaluate
from server.workbench.lock import SetInvalid, lock
from server.workbench.metrics import Metric, metrics_of
from server.workbench.outcome import NOBODY, Outcome, judged, play
from server.workbench.report import as_markdown, as_object, as_text, failed, verdict
from server.workbench.ship_gates import read_ship_gates

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"
PACK = load_pack(PERSONAS / "post-discharge")
GATES = read_ship_gates(PERSONAS / "shared" / "evaluation")


def case(family: str = "x", **expect: object) -> Case:
    return Case.model_validate({"id": "c", "version": 1, "family": family, "turns": ["no"], "expect": expect})


def outcome(told: Case, by_turn: int = NOBODY, ever: int | None = None, refused: tuple[str, ...] = ()) -> Outcome:
    return Outcome(told, by_turn, by_turn if ever is None else ever, (), (), 3, refused, frozenset(), (1.0,))


def named(outcomes: list[Outcome]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics_of(outcomes, {}, True, GATES)}


def test_an_emergency_counts_when_it_is_told_in_time_and_at_its_tier() -> None:
    told = case(tier_min="emergency")
    found = named([outcome(told, 0), outcome(told, 1), outcome(told, NOBODY, ever=0)])
    sensitivity = found["red-flag sensitivity, emergency"].proportion
    assert sensitivity
    assert (sensitivity.hits, sensitivity.n) == (1, 3)


def test_few_cases_prove_nothing() -> None:
    few = named([outcome(case(tier_min="emergency"), 0)] * 298)
    enough = named([outcome(case(tier_min="emergency"), 0)] * 299)
    name = "red-flag sensitivity, emergency"
    assert (verdict(few[name]), verdict(enough[name])) == ("not shown", "pass")


def test_an_urgent_case_may_be_told_as_an_emergency() -> None:
    assert named([outcome(case(tier_min="urgent"), 0)])["red-flag sensitivity, urgent"].passed


def test_only_controls_can_be_false_alarms() -> None:
    found = named([outcome(case(tier_max="same_day"), 1), outcome(case(tier_min="urgent"), 0)])
    assert [found[f"false escalation, {kind}"].proportion for kind in ("emergency", "urgent or above")] == [
        found["false escalation, emergency"].proportion,
        found["false escalation, urgent or above"].proportion,
    ]
    alarms = found["false escalation, urgent or above"].proportion
    assert alarms
    assert (alarms.hits, alarms.n) == (1, 1)


def test_what_the_gate_refused_is_kept_apart_from_what_was_spoken() -> None:
    events = [
        e.SentenceGated(1, "Hello.", True, "greet", "script"),
        e.SentenceGated(2, "Hm.", False, "", "not_in_pack"),
    ]
    found = judged(case(), events, ())
    assert (found.spoken, found.refused) == (1, ("Hm.",))


def test_a_line_that_the_gate_refused_fails_the_set() -> None:
    told = case(tier_min="urgent")
    name = "lines that passed the gate"
    clean, broken = named([outcome(told, 0)])[name], named([outcome(told, 0), outcome(told, 0, refused=("Hm.",))])[name]
    assert (verdict(clean), verdict(broken)) == ("pass", "FAIL")
    assert broken.proportion
    assert (broken.proportion.hits, broken.proportion.n) == (6, 7)


def test_two_plays_are_not_called_eight() -> None:
    found = named([outcome(case(tier_min="urgent"), 0)])
    assert (verdict(found["worst of k (k = 8)"]), verdict(found["the same twice"])) == ("not measured", "pass")


def test_what_is_not_measured_says_so() -> None:
    found = named([outcome(case(tier_min="urgent"), 0)])
    unmeasured = {name for name, metric in found.items() if verdict(metric) == "not measured"}
    assert {
        "packet fidelity",
        "time to a human",
        "grounding rate",
        "pages that nurses call not actionable",
    } <= unmeasured
    assert all(found[name].note for name in unmeasured)


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ({"triggers": ["CHEST_PAIN"]}, "fired nothing, none of ['CHEST_PAIN']"),
        ({"negatives": ["SYNCOPE"]}, "SYNCOPE is not recorded as denied"),
        ({"must_say": ["p911.call"]}, "did not say p911.call"),
        ({"objectives": {"chest_pain": "met:yes"}}, "chest_pain is met:no, not met:yes"),
        ({"not_met": ["chest_pain"]}, "chest_pain counts as met"),
        ({"unanswered": True}, "the question was not put down for the curators"),
    ],
)
def test_a_case_says_where_it_parted(expect: dict[str, object], problem: str) -> None:
    assert play(PACK, case("x", **expect)).problems == (problem,)


def test_forbidden_words_are_found_in_what_was_spoken() -> None:
    assert play(PACK, case(must_not_say=["trouble BREATHING"])).unsafe == ("Are you having trouble breathing?",)


def test_the_report_has_every_metric_in_each_form(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text(case(tier_max="same_day").model_dump_json() + "\n", "utf-8")
    lock(tmp_path)
    done = evaluate(PACK, tmp_path, GATES, None, print)
    page, text = as_markdown([done]), "\n".join(as_text(done))
    names = [metric.name for metric in done.metrics]
    assert all(name in page and name in text for name in names)
    assert as_object(done)["cases"] == 1


def test_a_set_without_cases_is_refused(tmp_path: Path) -> None:
    lock(tmp_path)
    with pytest.raises(SetInvalid, match="there are no cases"):
        evaluate(PACK, tmp_path, GATES, None, print)


def test_a_failed_gate_is_told_from_one_that_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text(case(tier_max="same_day").model_dump_json() + "\n", "utf-8")
    lock(tmp_path)
    done = evaluate(PACK, tmp_path, GATES, None, print)
    fails = {metric.name for metric in done.metrics if verdict(metric) == "FAIL"}
    unproven = [metric for metric in done.metrics if metric.name not in fails]
    assert "red-flag sensitivity, urgent" in fails
    assert (failed(done), failed(replace(done, metrics=unproven))) == (True, False)
