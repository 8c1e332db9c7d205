"""How a model's stream becomes sentences, however it comes in."""

import pytest

from server.speech.sentences import Sentences

KIND = "unit"


def cut(*pieces: str) -> list[str]:
    sentences = Sentences()
    return [one for piece in pieces for one in sentences.feed(piece)] + sentences.finish()


@pytest.mark.parametrize(
    ("pieces", "sentences"),
    [
        (("That must be ", "hard. I he", "ar you."), ["That must be hard.", "I hear you."]),
        (("It costs 2.50 a day. ", "Yes!"), ["It costs 2.50 a day.", "Yes!"]),
        (("One.\nTwo. ", "\n\n"), ["One.", "Two."]),
        (("I hear", " you.\n\nThat is", " hard.\n\n"), ["I hear you.", "That is hard."]),
        (("Half a sent",), []),
        (("That must be hard. Half a sent",), ["That must be hard."]),
        (("", " ", "\n"), []),
        (('She said "go." Then left.',), ['She said "go."', "Then left."]),
    ],
)
def test_a_stream_becomes_sentences(pieces: tuple[str, ...], sentences: list[str]) -> None:
    assert cut(*pieces) == sentences


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    "sentence",
    [
        "I will ask Dr. Patel about that.",
        "You told me that Mrs. Jones helps you.",
        "Your visit at St. Mary's was long.",
        "You took it at 5 p.m. every day.",
        "Dr. Lee, M.D. of the U.S. clinic came by.",
    ],
)
def test_a_short_form_ends_no_sentence(sentence: str, size: int) -> None:
    text = f"{sentence} I hear you."
    assert cut(*(text[at : at + size] for at in range(0, len(text), size))) == [sentence, "I hear you."]


def test_a_sentence_waits_until_the_next_one_has_begun() -> None:
    sentences = Sentences()
    assert sentences.feed("I hear you. ") == []
    assert sentences.feed("T") == ["I hear you."]


def test_a_stream_without_an_end_is_found_out() -> None:
    sentences = Sentences()
    assert sentences.feed("blah " * 60) == []
    assert sentences.runs_on
