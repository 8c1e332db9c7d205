"""Amounts as a small recognizer writes them down; what is implausible is not taken as heard."""

from pathlib import Path

import pytest

from server.conversation.amounts import amount_of, pressure_of
from server.conversation.heard import hear
from server.persona.loading import load_pack

KIND = "unit"

MEASURES = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge").measures


@pytest.mark.parametrize(
    ("measure", "words", "value"),
    [
        ("weight", "one eighty four", 184),
        ("weight", "184", 184),
        ("weight", "I was a hundred and eighty four pounds", 184),
        ("weight", "at 7 this morning it was 171", 171),
        ("weight", "one ninety, no wait, one eighty", 180),
        ("weight", "one seventy one and a half", 171.5),
        ("weight", "84 kilos", 185.2),
        ("temperature", "a hundred and one point two", 101.2),
        ("temperature", "ninety eight six", 98.6),
        ("temperature", "98.6", 98.6),
        ("temperature", "a hundred and two five", 102.5),
        ("temperature", "it was 100 2 hours ago", 100),
        ("temperature", "it was ninety nine degrees", 99),
        ("sugar", "one twenty eight", 128),
        ("sugar", "at 8 it was 240", 240),
        ("sugar", "three fifty", 350),
        ("days_of_week", "two days", 2),
        ("days_of_week", "once", 1),
        ("days_of_week", "a couple of times", 2),
        ("days_of_week", "I missed Tuesday and Thursday", 2),
        ("days_of_week", "just the one", 1),
        ("days_left", "about two weeks", 14),
        ("weight_change", "3 more pounds", 3),
        ("puffs", "twice", 2),
        ("pillows", "just two", 2),
        ("zero_to_ten", "seven out of ten", 7),
        ("zero_to_ten", "a ten", 10),
    ],
)
def test_an_amount_surely_heard(measure: str, words: str, value: float) -> None:
    amount = amount_of(MEASURES[measure], hear(words))
    assert amount is not None
    assert (amount.value, amount.sure) == (value, True)


@pytest.mark.parametrize(
    ("measure", "words", "spoken"),
    [
        ("weight", "five ten", "510 pounds"),
        ("weight", "eighteen", "18 pounds"),
        ("weight", "two or three, one ninety or one eighty", "180 pounds"),
        ("temperature", "thirty eight", "38 degrees Celsius"),
        ("days_of_week", "nine days", "9 days"),
        ("sugar", "nine hundred", "900"),
        ("zero_to_ten", "twelve", "12"),
    ],
)
def test_what_may_be_misheard_is_to_be_read_back(measure: str, words: str, spoken: str) -> None:
    amount = amount_of(MEASURES[measure], hear(words))
    assert amount is not None
    assert (amount.spoken, amount.sure) == (spoken, False)


@pytest.mark.parametrize(("measure", "words"), [("weight", "I forget"), ("weight", "a couple"), ("sugar", "")])
def test_no_amount_is_made_up(measure: str, words: str) -> None:
    assert amount_of(MEASURES[measure], hear(words)) is None


@pytest.mark.parametrize("words", ["one twenty over eighty", "120 over 80", "120/80", "120 and 80"])
def test_a_blood_pressure(words: str) -> None:
    found = pressure_of(MEASURES["blood_pressure"], hear(words))
    assert found is not None
    assert (found[0].value, found[1], found[0].sure) == (120, 80, True)


@pytest.mark.parametrize(("words", "sure"), [("eighty over one twenty", False), ("20 over 10", False)])
def test_a_blood_pressure_that_cannot_be(words: str, sure: bool) -> None:
    found = pressure_of(MEASURES["blood_pressure"], hear(words))
    assert found is not None
    assert found[0].sure is sure


def test_one_number_is_no_blood_pressure() -> None:
    assert pressure_of(MEASURES["blood_pressure"], hear("it was 120")) is None


@pytest.mark.parametrize(
    ("measure", "words", "wrong"), [("weight", "100 2 hours ago", 100.2), ("sugar", "95 5 minutes after I ate", 95.5)]
)
def test_two_numbers_are_a_decimal_of_a_temperature_only(measure: str, words: str, wrong: float) -> None:
    amount = amount_of(MEASURES[measure], hear(words))
    assert amount is not None
    assert amount.value != wrong
