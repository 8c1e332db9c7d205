"""Restarts and fillers in recognized words."""

import pytest

from perception.voice.limits import limits
from perception.voice.restarts import filler_words, restarts, spoken_words

KIND = "unit"


def count(text: str) -> int:
    return restarts(text.split(), limits().restart, limits().filler)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("I I took it", 1),
        ("it was it was in the morning", 1),
        ("I went to the I went to the clinic", 1),
        ("the um the wound", 1),
        ("the the the wound", 2),
        ("I took the wou- the wound dressing", 1),
        ("I b-b-bought it", 1),
        ("She said Tuesday, no wait, she said Monday", 1),
        ("The. The first one", 1),
    ],
)
def test_what_is_taken_up_again_is_a_restart(text: str, times: int) -> None:
    assert count(text) == times


@pytest.mark.parametrize(
    "text",
    [
        "I took the first pill yesterday and I feel fine today",
        "no no it is very very good",
        "yes, yes, I know that that is so",
        "five five two one",
        "bye bye",
        "a follow-up visit with the well-known doctor",
        "I had had it before",
        "um uh",
        "",
    ],
)
def test_what_is_said_twice_on_purpose_is_none(text: str) -> None:
    assert count(text) == 0


def test_fillers_are_counted_and_are_no_words() -> None:
    text = "Um, I, uh... took it. Hmm!".split()
    assert filler_words(text, limits().filler) == 3
    assert spoken_words(text, limits().filler) == ["i", "took", "it"]
