"""How often a medicine is taken, by the list and by the patient."""

import pytest

from server.conversation.doses import differs, times_a_day
from server.conversation.heard import hear

KIND = "unit"


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("one tablet morning and evening", 2),
        ("one tablet every morning", 1),
        ("One in the morning and one at night", 2),
        ("twice a day", 2),
        ("three times a day", 3),
        ("once a day", 1),
        ("every twelve hours", 2),
        ("every 6 hours", 4),
        ("with breakfast and supper", 2),
        ("morning, noon and night", 3),
        ("I take one every day", 1),
        ("one pill a day", 1),
        ("one tablet every six hours if needed", None),
        ("one when it hurts", None),
        ("with water", None),
        ("", None),
    ],
)
def test_times_a_day(words: str, times: int | None) -> None:
    assert times_a_day(hear(words)) == times


@pytest.mark.parametrize(
    ("label", "said", "wrong"),
    [
        ("one tablet morning and evening", "once a day", True),
        ("one tablet morning and evening", "one with breakfast", True),
        ("one tablet morning and evening", "twice a day", False),
        ("one tablet morning and evening", "like the bottle says", False),
        ("one tablet every six hours if needed", "twice a day", False),
    ],
)
def test_a_difference_is_seen_only_where_both_say(label: str, said: str, *, wrong: bool) -> None:
    assert differs(hear(label), hear(said)) is wrong
