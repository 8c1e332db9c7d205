"""Days and times, and the date only where there is no doubt."""

from datetime import date

import pytest

from server.conversation.days import moment_of
from server.conversation.heard import hear

KIND = "unit"

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("next Tuesday at two", "next Tuesday at 2:00"),
        ("the 14th", "the 14th (2026-12-14)"),
        ("it's on the fourteenth at ten thirty", "the 14th (2026-12-14)"),
        ("tomorrow morning", "tomorrow morning (2026-11-21)"),
        ("the day after tomorrow", "the day after tomorrow (2026-11-22)"),
        ("Monday at 10 am", "Monday at 10:00 am (2026-11-23)"),
        ("this Wednesday afternoon", "this Wednesday afternoon (2026-11-25)"),
        ("December third", "December 3 (2026-12-03)"),
        ("the third of December", "December 3 (2026-12-03)"),
        ("December twenty third", "December 23 (2026-12-23)"),
        ("in two weeks", "in 2 weeks (2026-12-04)"),
        ("next week", "next week"),
        ("January 5", "January 5 (2027-01-05)"),
        ("Friday", "Friday (2026-11-27)"),
    ],
)
def test_a_day(words: str, said: str) -> None:
    assert str(moment_of(hear(words), FRIDAY)).replace(" at 10:30", "") == said


def test_without_a_calendar_the_words_are_kept() -> None:
    assert str(moment_of(hear("tomorrow at noon"))) == "tomorrow noon"


@pytest.mark.parametrize("words", ["I don't know", "the doctor", "two", "February 30", "", "they will call me"])
def test_no_day_is_made_up(words: str) -> None:
    found = moment_of(hear(words), FRIDAY)
    assert found is None or found.on is None
