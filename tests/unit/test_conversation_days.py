"""Days and times, and the date only where there is no doubt."""

from datetime import date

import pytest

from server.conversation.days import WEEKDAYS, moment_of
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
        ("December the third", "December 3 (2026-12-03)"),
        ("3rd of December", "December 3 (2026-12-03)"),
        ("Dec 3", "December 3 (2026-12-03)"),
        ("two weeks from now", "in 2 weeks (2026-12-04)"),
        ("Monday the 30th", "Monday the 30th (2026-11-30)"),
        ("Wednesday, December second", "Wednesday December 2 (2026-12-02)"),
        ("not Monday, Tuesday", "Tuesday (2026-11-24)"),
        ("the second of the month I think", "None"),
        ("the second, I think", "the 2nd (2026-12-02)"),
    ],
)
def test_a_day(words: str, said: str) -> None:
    assert str(moment_of(hear(words), FRIDAY)).replace(" at 10:30", "") == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Friday", "Friday"),
        ("this Friday at nine", "this Friday at 9:00"),
        ("last Monday", "last Monday"),
        ("a week from Monday", "a week from Monday"),
        ("two weeks from tomorrow", "2 weeks from tomorrow"),
        ("a week from today", "a week from today"),
        ("in a week or two", "in a week or 2"),
        ("in three or four days", "in 3 or 4 days"),
        ("in a couple of weeks", "in a couple of weeks"),
        ("Monday the 24th", "Monday the 24th"),
        ("in 99999999999 days, on Friday", "Friday"),
    ],
)
def test_where_two_days_may_be_meant_the_words_are_kept(words: str, said: str) -> None:
    """20 November 2026 is a Friday, and the 24th is no Monday."""
    assert str(moment_of(hear(words), FRIDAY)) == said


@pytest.mark.parametrize("today", [date(2026, 11, day) for day in range(16, 23)])
def test_a_weekday_is_one_of_the_next_six_days(today: date) -> None:
    found = [moment_of(hear(name), today) for name in WEEKDAYS]
    days = [(one.on - today).days for one in found if one and one.on]
    assert sorted(days) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("at ten forty", "10:40"),
        ("at ten oh five", "10:05"),
        ("at two thirty", "2:30"),
        ("half past two", "2:30"),
        ("quarter to one", "12:45"),
        ("quarter past nine", "9:15"),
        ("at 2 p.m.", "2:00 pm"),
        ("2pm", "2:00 pm"),
        ("10:20 am", "10:20 am"),
        ("one o'clock", "1:00"),
        ("between two and three", "2:00"),
        ("for 20 minutes", ""),
    ],
)
def test_a_time(words: str, time: str) -> None:
    found = moment_of(hear(f"Monday {words}"), FRIDAY)
    assert found is not None
    assert found.time == time


@pytest.mark.parametrize(
    "words",
    ["the second pill", "the two of them", "the 20 milligrams", "the second floor", "the first week of December"],
)
def test_a_count_is_no_day(words: str) -> None:
    assert moment_of(hear(words), FRIDAY) is None


def test_without_a_calendar_the_words_are_kept() -> None:
    assert str(moment_of(hear("tomorrow at noon"))) == "tomorrow noon"


@pytest.mark.parametrize("words", ["I don't know", "the doctor", "two", "February 30", "", "they will call me"])
def test_no_day_is_made_up(words: str) -> None:
    found = moment_of(hear(words), FRIDAY)
    assert found is None or found.on is None
