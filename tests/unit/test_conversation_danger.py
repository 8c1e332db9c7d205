"""Staying with someone in danger: every question comes to an end, and nothing is said for ever."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from server.conversation.policy import decide, greet
from server.conversation.state import Decision, State, Visit
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Maria", "Lakeside Clinic", "555-0142")
IN_DANGER = "my chest hurts"


def replies(*turns: str) -> list[Decision]:
    decisions = [greet(PACK, VISIT, State())]
    for text in turns:
        decisions.append(decide(PACK, VISIT, decisions[-1].state, text))
    return decisions[1:]


def scripts(decisions: Iterable[Decision]) -> list[str]:
    return [line.script for decision in decisions for line in decision.lines]


@pytest.mark.parametrize("words", ["I don't know", "what should I do?", "where is my cat?", "I want a nurse", "okay"])
def test_what_is_no_answer_closes_the_question_and_is_told(words: str) -> None:
    last = replies(IN_DANGER, words, words)[-1]
    assert last.state.answer("calling_911") == "unable"
    assert "REFUSED_911" in {hit.trigger for hit in last.hits}
    assert "staying.still_call" in scripts([last])


@pytest.mark.parametrize("words", ["I don't know", "where is my cat?", "what about my other pills?"])
def test_so_do_the_questions_of_someone_who_wants_to_die(words: str) -> None:
    asked = scripts(replies("I want to kill myself", *[words] * 12))
    assert [asked.count(name) for name in ("p988.safe", "p988.with_again", "p988.reach_again")] == [1, 1, 1]


def test_a_danger_said_again_uses_up_nothing() -> None:
    last = replies(IN_DANGER, IN_DANGER, IN_DANGER, IN_DANGER)[-1]
    assert last.state.asked("calling_911") == 1


def test_sounds_are_waited_for_but_not_for_ever() -> None:
    decisions = replies(IN_DANGER, *["um"] * 8)
    assert [bool(decision.lines) for decision in decisions[1:4]] == [False, False, False]
    assert decisions[-1].state.answer("calling_911") == "unable"


def test_the_instruction_comes_with_every_turn_only_at_first() -> None:
    said = [scripts([one]) for one in replies(IN_DANGER, *["okay"] * 40)[3:]]
    with_it = [at for at, names in enumerate(said) if "staying.still_call" in names]
    assert with_it[:5] == [0, 1, 2, 6, 10]
    assert all(said)


def test_who_is_on_the_line_with_911_is_not_told_that_we_stay() -> None:
    last = replies(IN_DANGER, "yes", "goodbye", "goodbye")[-1]
    assert scripts([last])[:2] == ["p911.stay_on", "staying.end"]
    assert not any("stay here" in line.text for line in last.lines)
