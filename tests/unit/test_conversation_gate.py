"""Only exact approved words pass; instructions that were talked over come back."""

from pathlib import Path

import pytest

from server.conversation.gate import Gate
from server.conversation.interruption import on_cut_off
from server.conversation.policy import decide, greet, on_nurse_button, welcome_back
from server.conversation.silence import on_silence
from server.conversation.state import State, Visit
from server.conversation.wording import approved_sentences
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
CALL_911 = "Please call 911 now, or have someone there call."


@pytest.fixture
def start() -> State:
    return greet(PACK, VISIT, State()).state


def test_allows_an_approved_sentence_with_its_slots_filled() -> None:
    receipt = Gate(PACK, VISIT).judge("Hello Rosa.")
    assert (receipt.allowed, receipt.script, receipt.reason) == (True, "greeting.hello", "script")


@pytest.mark.parametrize(
    "words", ["Hello Bob.", "hello Rosa.", "You are fine.", "Hello {first_name}.", "", "Take two pills."]
)
def test_refuses_everything_else(words: str) -> None:
    assert not Gate(PACK, VISIT).judge(words).allowed


def test_no_approved_sentence_has_an_empty_slot() -> None:
    assert [text for text in approved_sentences(PACK, Visit("")) if "{" in text] == []


def test_an_instruction_cut_off_is_said_first_in_the_next_reply(start: State) -> None:
    state = decide(PACK, VISIT, start, "my chest hurts").state
    cut = on_cut_off(PACK, VISIT, state, CALL_911, "Please call")
    assert cut is not None
    assert decide(PACK, VISIT, cut.state, "what?").lines[0].text == CALL_911


def test_an_instruction_heard_to_the_end_is_not_repeated(start: State) -> None:
    assert on_cut_off(PACK, VISIT, start, CALL_911, CALL_911) is None


def test_small_talk_cut_off_is_not_repeated(start: State) -> None:
    assert on_cut_off(PACK, VISIT, start, "Hello Rosa.", "Hello") is None


def test_a_no_to_a_question_that_was_not_heard_is_no_answer(start: State) -> None:
    cut = on_cut_off(PACK, VISIT, start, "Do you have any chest pain right now?", "Do")
    assert cut is not None
    decision = decide(PACK, VISIT, cut.state, "no")
    assert (decision.negatives, decision.closed) == ((), ())
    assert decision.lines[-1].script == "screen.chest"


def test_a_red_flag_counts_even_if_the_question_was_not_heard(start: State) -> None:
    cut = on_cut_off(PACK, VISIT, start, "Do you have any chest pain right now?", "Do")
    assert cut is not None
    assert decide(PACK, VISIT, cut.state, "my chest hurts").state.mode == "staying"


def test_after_the_end_nothing_more_is_said(start: State) -> None:
    state = decide(PACK, VISIT, start, "goodbye").state
    replies = [
        decide(PACK, VISIT, state, "hello"),
        welcome_back(PACK, VISIT, state),
        on_nurse_button(PACK, VISIT, state),
    ]
    assert [reply.lines for reply in replies] == [(), (), ()]
    assert on_silence(PACK, VISIT, state, 500) is None


def test_asking_to_repeat_uses_up_no_ask(start: State) -> None:
    decision = decide(PACK, VISIT, start, "What did you say?")
    assert decision.state.asks == start.asks
    assert decision.lines[-1].script == "screen.chest"


def test_says_it_is_a_computer_helper_at_the_start_and_at_the_end(start: State) -> None:
    first = {line.script for line in greet(PACK, VISIT, State()).lines}
    last = {line.script for line in decide(PACK, VISIT, start, "stop").lines}
    assert "greeting.not_a_person" in first
    assert {"close.not_a_person", "close.call_911"} <= last


@pytest.mark.parametrize(
    ("words", "mode"), [("just my chest", "staying"), ("my knee", "routine"), ("nothing", "routine")]
)
def test_a_short_answer_is_read_together_with_its_question(start: State, words: str, mode: str) -> None:
    state = start
    for said in ("no", "no", "no", "no", "no", "better"):
        state = decide(PACK, VISIT, state, said).state
    assert decide(PACK, VISIT, state, words).state.mode == mode


def test_coming_back_before_the_first_word_is_a_greeting() -> None:
    assert welcome_back(PACK, VISIT, State()).lines[0].script == "greeting.hello"


@pytest.mark.parametrize("words", ["Yes, I'm so scared", "I'm scared, yes", "yes, I want a nurse"])
def test_a_yes_in_fear_is_a_yes(start: State, words: str) -> None:
    assert "CHEST_PAIN" in {hit.trigger for hit in decide(PACK, VISIT, start, words).hits}
