"""A question is answered with the approved passage, word for word, whenever it comes; a danger never is."""

from pathlib import Path

import pytest

from server.checkin.entries import entries_of
from server.checkin.thread import Thread
from server.conversation.gate import Gate
from server.conversation.state import Decision, Visit
from server.persona.loading import load_pack
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.speech import Receipt, Told

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
SHOWER = ("You may take a shower two days after the operation.", "Pat the wound dry.")
TOLD = Told("shower#Taking a shower", 3, "Dr. Haddad", "Washing", "Taking a shower", "our leaflet", "rl_1", SHOWER)
ASKED = "When can I take a shower?"
SCREEN = ("no",) * 5


def begun(*turns: str) -> Thread:
    thread = Thread(PACK, VISIT)
    thread.greet()
    for text in turns:
        thread.turn(text, continues=False)
    return thread


def texts(decision: Decision) -> list[str]:
    return [line.text for line in decision.lines]


def test_the_passage_is_told_word_for_word_and_the_question_is_asked_again() -> None:
    thread = begun(*SCREEN)
    open_question = texts(begun(*SCREEN[:4]).turn("no", continues=False))[-1]
    decision = thread.turn(ASKED, continues=False, told=TOLD)
    assert texts(decision)[:2] == list(SHOWER)
    assert texts(decision)[-1] == open_question
    assert (decision.unanswered, decision.hits) == (None, ())


def test_an_answer_in_the_same_breath_counts() -> None:
    decision = begun().turn("No. When can I take a shower?", continues=False, told=TOLD)
    assert texts(decision)[:2] == list(SHOWER)
    assert [(one.objective, one.answer) for one in decision.closed][:1] == [("chest_pain", "no")]


@pytest.mark.parametrize(
    "words",
    [
        "okay so when can I take a shower",
        "um, can I take a shower",
        "I wonder when I can take a shower",
        "My son wants to know. Can I take a shower yet",
        "No, and when can I shower again",
    ],
)
def test_a_question_is_found_without_its_mark(words: str) -> None:
    thread = begun(*SCREEN)
    assert thread.worth_looking_up(words, continues=False) == words
    assert SHOWER[0] in texts(thread.turn(words, continues=False, told=TOLD))


@pytest.mark.parametrize("words", ["no", "two weeks", "I take it when I can", "better", "what now", "I will shower"])
def test_an_answer_is_not_looked_up(words: str) -> None:
    assert begun(*SCREEN).worth_looking_up(words, continues=False) == ""


@pytest.mark.parametrize(
    "words",
    [
        "My chest hurts badly, can I take a shower?",
        "Can I take a shower, I can't breathe?",
        "I took ten of my pills by mistake, can I take a shower?",
    ],
)
def test_a_danger_in_the_question_is_never_answered_with_a_passage(words: str) -> None:
    decision = begun(*SCREEN).turn(words, continues=False, told=TOLD)
    assert {hit.tier for hit in decision.hits} & {Tier.EMERGENCY, Tier.URGENT}
    assert not set(SHOWER) & set(texts(decision))
    assert decision.answered is None


def test_nothing_is_looked_up_beside_somebody_in_danger() -> None:
    thread = begun("yes it hurts")
    assert thread.state.mode == "staying"
    assert thread.worth_looking_up(ASKED, continues=False) == ""
    assert thread.turn(ASKED, continues=False, told=TOLD).answered is None


def test_without_a_passage_a_nurse_hears_of_it() -> None:
    decision = begun(*SCREEN).turn(ASKED, continues=False)
    assert decision.unanswered == ASKED
    assert "KB_NO_ANSWER" in {hit.trigger for hit in decision.hits}


def test_the_gate_passes_what_was_told_with_its_passage_and_nothing_else() -> None:
    thread = begun(*SCREEN)
    gate = Gate(PACK, VISIT)
    assert not gate.judge(SHOWER[0], "", thread.passages).allowed
    thread.turn(ASKED, continues=False, told=TOLD)
    receipt = gate.judge(SHOWER[0], "", thread.passages)
    assert receipt == Receipt(True, "", "passage", "shower#Taking a shower", 3, "Dr. Haddad")
    assert not gate.judge("You may take a shower today.", "", thread.passages).allowed


def test_the_record_holds_the_question_and_where_its_answer_is_written() -> None:
    decision = begun(*SCREEN).turn(ASKED, continues=False, told=TOLD)
    assert e.QuestionAnswered(6, ASKED, TOLD) in entries_of(decision, 6)


def test_a_replay_tells_the_same_without_the_library() -> None:
    live, again = begun(), Thread(PACK, VISIT)
    turns = [*((text, None) for text in SCREEN), (ASKED, TOLD), ("better", None)]
    journal: list[e.Event] = [e.CheckInStarted("post-discharge", "1", "", resumed=False)]
    for number, (text, told) in enumerate(turns, 1):
        live.turn(text, continues=False, told=told)
        journal.append(e.PatientTurn(number, text, typed=False, continues=False, told=told))
    again.replay(journal)
    assert (again.state, again.passages) == (live.state, live.passages)


def test_a_warning_that_was_talked_over_is_said_again() -> None:
    thread = begun(*SCREEN)
    warning = Told("a#b", 1, "", "A", "B", "", "rl_1", ("Do not take two pills at once.",))
    decision = thread.turn(ASKED, continues=False, told=warning)
    thread.cut_off(tuple(texts(decision)), "Do not")
    again = thread.turn("better", continues=False)
    assert texts(again)[0] == "Do not take two pills at once."
    assert Gate(PACK, VISIT).judge(texts(again)[0], "", thread.passages).passage == "a#b"


def test_while_something_is_taught_a_question_is_answered_and_the_lesson_goes_on() -> None:
    thread = begun(*SCREEN)
    lessons = [text for text in _calm(thread) if "?" in text]
    before = thread.state
    decision = thread.turn(ASKED, continues=False, told=TOLD)
    assert texts(decision)[:2] == list(SHOWER)
    assert decision.state.asks == before.asks
    assert texts(decision)[-1] == lessons[-1]


def _calm(thread: Thread) -> list[str]:
    """Answers until something is taught; what was said last."""
    said: list[str] = []
    for text in ("better", "tired", "yes all of them", "no", "no", "no", "two weeks", "my wife", "tuesday", "my son"):
        said = texts(thread.turn(text, continues=False))
        if any("911" in one for one in said):
            break
    return said
