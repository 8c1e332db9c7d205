"""What is spoken of a passage: its own sentences, in order, and none that a warning hangs on without the warning."""

import pytest

from server.knowledge.telling import Limits, sentences, told

KIND = "unit"
LIMITS = Limits(20, ("but", "do not", "it", "unless"))
LONG = """Take it with food in the morning. It can upset your stomach. But do not take it with milk.

- Call us about black stools.
- Drink a glass of water with it, e.g. from the tap. Dr. Smith says the same to all.
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rest. Then walk.", ("Rest.", "Then walk.")),
        ("Rest a\nlittle.", ("Rest a little.",)),
        ("- **Call** us\n- Take [water](https://x.example)", ("Call us", "Take water")),
        ("Take 2.5 mg at 8 a.m. and e.g. Dr. Ho knows. Go.", ("Take 2.5 mg at 8 a.m. and e.g. Dr. Ho knows.", "Go.")),
        ("| Name | How |\n|---|---|\n| Water pill | in the morning |", ("Name: How", "Water pill: in the morning")),
        ("<!-- note -->\n\nRest.", ("Rest.",)),
    ],
)
def test_the_sentences_of_markdown(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected


def test_what_is_short_is_told_whole() -> None:
    assert told("Rest. Walk a little.", "may I walk?", LIMITS) == ("Rest.", "Walk a little.")


def test_of_a_long_passage_the_beginning_is_told() -> None:
    assert told(LONG, "xyz", LIMITS)[0] == "Take it with food in the morning."


def test_a_warning_is_never_cut_off() -> None:
    spoken = told(LONG, "can I take it in the morning", LIMITS)
    assert spoken[:3] == (
        "Take it with food in the morning.",
        "It can upset your stomach.",
        "But do not take it with milk.",
    )


def test_the_sentences_that_the_question_is_about_are_told() -> None:
    assert "Call us about black stools." in told(LONG, "my stool is black, is that ok?", LIMITS)


@pytest.mark.parametrize("question", ["morning", "milk", "black", "water", "Smith", ""])
def test_what_is_told_stands_in_the_passage_in_this_order_without_a_gap(question: str) -> None:
    spoken, every = told(LONG, question, LIMITS), sentences(LONG)
    begin = every.index(spoken[0])
    assert every[begin : begin + len(spoken)] == spoken


def test_a_line_that_announces_a_list_is_not_parted_from_it() -> None:
    text = (
        "Call us for any of these:\n\n- fever\n- chills\n\nRest well and often in the day, and at night, and sleep in."
    )
    assert told(text, "do I call for chills", Limits(6, ()))[:2] == ("Call us for any of these:", "fever")
