"""Words made comparable, and the patient's own words kept."""

import pytest

from server.conversation.heard import hear
from server.conversation.interruption import merge
from server.conversation.spoken import spoken

KIND = "unit"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("I can't breathe!", " i cant breathe . "),
        ("I can not breathe", " i cant breathe "),
        ("I don t know", " i dont know "),
        ("It’s 41", " its 41 "),
        ("My leg's hot", " my leg s hot "),
        ("eighty eight over fifty", " 88 over 50 "),
        ("call nine one one", " call 911 "),
        ("three fifty all day", " 350 all day "),
        ("one hundred and one", " 101 "),
        ("a hundred and one point two", " 101.2 "),
        ("one twenty over eighty", " 120 over 80 "),
        ("one eighty four", " 184 "),
        ("one oh five", " 105 "),
        ("ninety eight six", " 98 6 "),
        ("five ten", " 510 "),
        ("one hundred two", " 102 "),
        ("98.6", " 98.6 "),
        ("this one hurts", " this one hurts "),
        ("", " "),
    ],
)
def test_becomes_comparable(raw: str, text: str) -> None:
    assert hear(raw).text == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Call if it is a hundred and one.", " call if it is 101 "),
        ("one hundred point four", " 100.4 "),
        ("two thousand milligrams", " 2000 milligrams "),
        ("Keep it between 100 and 80.", " keep it between 100 and 80 "),
    ],
)
def test_numbers_of_the_persona_are_those_that_were_written(raw: str, text: str) -> None:
    assert spoken(raw).text == text


def test_quotes_the_original() -> None:
    heard = hear("Well... My CHEST's tight, dear. Bye.")
    at = heard.text.index("chest")
    assert heard.quote(at, at + 5) == "My CHEST's tight, dear"


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("My chest...", "hurts", "My chest hurts"),
        ("I took.", "two of them", "I took two of them"),
        ("No.", "My knee hurts.", "No. My knee hurts."),
        ("", "yes", "yes"),
    ],
)
def test_two_halves_make_one_turn(before: str, after: str, whole: str) -> None:
    assert merge(before, after) == whole
