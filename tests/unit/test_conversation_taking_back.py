"""Answers taken back: the "no" of "no wait" is no answer, and a danger that was denied is asked about anew."""

from datetime import date
from pathlib import Path

import pytest

from server.conversation.heard import hear
from server.conversation.policy import decide, greet
from server.conversation.state import Decision, State, Visit
from server.conversation.taking_back import after_marker
from server.persona.loading import load_pack
from server.record.patients import Medicine

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit(
    "Maria",
    medicines=(Medicine("apixaban", "blood thinner", "one tablet twice a day", high_alert=True, new=True),),
    days_since_discharge=2,
    conditions=("heart_failure",),
    next_visit=date(2026, 12, 1),
)
NO_DANGER = ("no",) * 5
TO_WEIGHT = (*NO_DANGER, "better", "tired")
TO_MISSED = (*TO_WEIGHT, "184", "none", "no", "two", "yes", "twice a day", "for clots", "no", "nothing", "no", "no")


def after(*turns: str) -> Decision:
    decision = greet(PACK, VISIT, State())
    for text in turns:
        decision = decide(PACK, VISIT, decision.state, text)
    return decision


def closed(decision: Decision) -> dict[str, str]:
    return {one.objective: one.answer for one in decision.closed if one.objective.islower()}


def said(decision: Decision) -> list[str]:
    return [line.script for line in decision.lines]


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("no wait, 148", "148"),
        ("Well, actually wait, my breathing is not okay", "my breathing is not okay"),
        ("scratch that. two", "two"),
        ("oh no, wait, yes", "yes"),
    ],
)
def test_the_marker_is_left_out(words: str, rest: str) -> None:
    heard = after_marker(PACK, hear(words))
    assert heard is not None
    assert heard.raw.strip() == rest


@pytest.mark.parametrize("words", ["no wait", "no", "wait a minute", "no, two", "Well, two", ""])
def test_without_a_marker_nothing_is(words: str) -> None:
    assert after_marker(PACK, hear(words)) is None


def test_the_answer_before_is_the_one_meant() -> None:
    decision = after(*TO_WEIGHT, "184", "no wait, 148")
    assert closed(decision) == {"hf_weight": "148 lb"}
    assert said(decision) == ["ack.changed", "hf.gain_day"]


@pytest.mark.parametrize("words", ["no wait, it's fine now", "actually, no"])
def test_no_wait_is_not_no(words: str) -> None:
    decision = after(*TO_WEIGHT, words)
    assert (closed(decision), said(decision)) == ({}, ["hf.weight_again"])


@pytest.mark.parametrize("turns", [(), TO_WEIGHT])
def test_by_itself_it_is_waited_for(turns: tuple[str, ...]) -> None:
    decision = after(*turns, "no, wait")
    assert (closed(decision), decision.negatives, said(decision)[0]) == ({}, (), "quiet.first")


def test_a_day_is_no_count_of_days() -> None:
    assert "missed_days" not in closed(after(*TO_MISSED, "no wait, yesterday"))


@pytest.mark.parametrize("words", ["no wait, it's fine", "actually, no"])
def test_a_danger_is_not_denied_by_it(words: str) -> None:
    decision = after(words)
    assert (closed(decision), decision.negatives, said(decision)[0]) == ({}, (), "screen.chest_again")


def test_a_yes_after_it_is_for_the_danger_before() -> None:
    decision = after("no", "no wait, yes")
    assert [hit.trigger for hit in decision.hits] == ["CHEST_PAIN"]


def test_ordinary_words_after_it_are_no_yes_to_the_danger_before() -> None:
    decision = after(*NO_DANGER, "actually, a little better")
    assert (closed(decision), decision.hits) == ({"trend": "better"}, ())


def test_a_danger_named_again_is_asked_about_again() -> None:
    decision = after(*TO_WEIGHT, "actually wait, my breathing is not okay")
    assert said(decision) == ["screen.breath_again", "screen.breath_again"]
    assert "DYSPNEA_REST" in {hit.trigger for hit in decide(PACK, VISIT, decision.state, "yes").hits}
    denied = decide(PACK, VISIT, decision.state, "no")
    assert (closed(denied), said(denied)[-1]) == ({"trouble_breathing": "no"}, "hf.weight")
    unclear = decide(PACK, VISIT, decision.state, "it comes and I don't know")
    assert "RED_FLAG_UNKNOWN" in {hit.trigger for hit in unclear.hits}
