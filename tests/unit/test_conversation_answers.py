"""Yes, no and everything between, as a small recognizer writes them."""

from pathlib import Path

import pytest

from server.conversation.answers import choice_of, free_answer, is_thinking, yes_or_no
from server.conversation.heard import hear
from server.persona.loading import load_pack
from server.persona.pack import Question

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
QUESTIONS = {question.id: question for question in PACK.questions}
CHEST: Question = QUESTIONS["chest_pain"]

NO = [
    "No.", "Nope, none.", "no no chest pain", "I don't have any", "not really", "uh-uh", "nuh uh", "know", "None at all.",
    "Not that I know of", "I do not", "No, I do not.", "nothing like that", "never", "Absolutely not", "No ma'am",
    "Nah I'm good", "I'm okay", "I don't think so", "not today", "don't have none", "not at all",
]  # fmt: skip
YES = [
    "Yes.", "yeah a little", "uh huh", "mm hmm", "yep", "I do", "a bit", "just a twinge", "Yes ma'am I do", "sometimes",
    "it comes and goes", "I think so", "I have some", "only when I cough", "sort of",
]  # fmt: skip
NEITHER = [
    "Okay.",
    "um",
    "Now.",
    "Thank you.",
    "you",
    "yes and no",
    "no more than usual",
    "maybe",
    "I don't know",
    "What?",
    "",
]


@pytest.mark.parametrize(("words", "reading"), [(w, "no") for w in NO] + [(w, "yes") for w in YES])
def test_yes_and_no(words: str, reading: str) -> None:
    assert yes_or_no(PACK, CHEST, hear(words)).value == reading


@pytest.mark.parametrize("words", NEITHER)
def test_neither_is_never_rounded(words: str) -> None:
    assert yes_or_no(PACK, CHEST, hear(words)).value in ("unclear", "unsure")


def test_fine_is_an_answer_only_where_something_bad_was_asked() -> None:
    assert yes_or_no(PACK, QUESTIONS["have_all"], hear("I'm fine")).value == "unclear"


@pytest.mark.parametrize(
    ("words", "trend"),
    [
        ("Better, I think.", "better"),
        ("about the same", "same"),
        ("Worse.", "worse"),
        ("not so good", "worse"),
        ("no worse", "same"),
        ("I feel terrible", "worse"),
        ("pretty good", "better"),
        ("the cat is asleep", ""),
    ],
)
def test_the_trend(words: str, trend: str) -> None:
    assert choice_of(PACK, QUESTIONS["trend"], hear(words)) == trend


@pytest.mark.parametrize("words", ["um", "mm", "okay", "Okay.", "Thank you.", "yes", "uh huh", "well", "I don't know"])
def test_a_sound_is_no_free_answer(words: str) -> None:
    assert free_answer(PACK, hear(words)) == ""


@pytest.mark.parametrize(
    ("words", "answer"),
    [("No, nothing", "nothing"), ("Just tired.", "Just tired."), ("pain", "pain"), ("no", "nothing")],
)
def test_a_free_answer(words: str, answer: str) -> None:
    assert free_answer(PACK, hear(words)) == answer


def test_thinking_aloud_is_waited_for() -> None:
    assert is_thinking(PACK, hear("um, well..."))
    assert not is_thinking(PACK, hear("okay"))
