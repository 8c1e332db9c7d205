"""A check-in that ends before a danger was answered tells a nurse; nobody may take silence for a no."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from server.conversation.policy import decide, greet, on_end_button
from server.conversation.silence import next_silence, on_silence
from server.conversation.state import Decision, State, Visit
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Maria", "Lakeside Clinic", "555-0142")
UNANSWERED = {("RED_FLAG_UNKNOWN", "urgent"), ("NOT_FINISHED", "same_day")}


def after(*turns: str) -> Decision:
    decision = greet(PACK, VISIT, State())
    for text in turns:
        decision = decide(PACK, VISIT, decision.state, text)
    return decision


def into_silence(state: State) -> Decision:
    """The last decision once silence has ended the check-in."""
    decision = Decision(state)
    while (due := next_silence(PACK, decision.state)) is not None:
        decision = on_silence(PACK, VISIT, decision.state, due) or Decision(decision.state)
    return decision


def fired(decisions: Iterable[Decision]) -> set[tuple[str, str]]:
    return {(hit.trigger, str(hit.tier)) for decision in decisions for hit in decision.hits}


@pytest.mark.parametrize("turns", [["goodbye"], ["hmm", "goodbye"], ["What if I faint?", "goodbye"]])
def test_a_goodbye_over_an_open_danger_question_pages(turns: list[str]) -> None:
    assert fired([after(*turns)]) == UNANSWERED


def test_so_does_silence() -> None:
    decision = into_silence(after("hmm").state)
    assert (decision.end_reason, fired([decision])) == ("expired", UNANSWERED)


def test_so_does_the_end_button() -> None:
    decision = on_end_button(PACK, VISIT, after("sort of not really").state)
    assert fired([decision]) == UNANSWERED


def test_a_suspicion_that_nobody_could_answer_pages() -> None:
    assert ("RED_FLAG_UNKNOWN", "urgent") in fired([after("What if I faint?", "I cannot tell", "I cannot tell")])


def test_a_goodbye_after_the_danger_questions_tells_nobody() -> None:
    assert fired([after(*["no"] * 5, "goodbye")]) == set()


def test_silence_after_them_makes_true_that_the_team_will_know() -> None:
    decision = into_silence(after(*["no"] * 5).state)
    assert ({line.script for line in decision.lines} >= {"close.quiet"}, fired([decision])) == (
        True,
        {("NOT_FINISHED", "same_day")},
    )


def test_a_wrong_number_is_told_once() -> None:
    assert fired([after("You have the wrong number")]) == {("WRONG_PERSON", "same_day")}


def test_a_finished_check_in_tells_nobody() -> None:
    decision = after(*["no"] * 5, "better", *["no"] * 40)
    assert (decision.ended, "NOT_FINISHED" in {hit.trigger for hit in decision.state.fired}) == (True, False)
