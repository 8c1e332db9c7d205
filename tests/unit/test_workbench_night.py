"""What a night leaves to the day: quiet hours do not count against whoever may not be rung in them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.escalation.ladder import QuietHours
from server.workbench.night.left import Left, slept

KIND = "unit"

CHICAGO = ZoneInfo("America/Chicago")
NIGHT = QuietHours(time(21), time(7))
NOON_REST = QuietHours(time(12), time(13))
HOUR = timedelta(hours=1)


def at(clock: str, day: int = 1) -> datetime:
    """Local time in December 2026."""
    return datetime.combine(date(2026, 12, day), time.fromisoformat(clock), CHICAGO).astimezone(UTC)


@pytest.mark.parametrize(
    ("quiet", "begin", "end", "hours"),
    [
        (NIGHT, at("19:00"), at("09:00", 2), 10.0),
        (NIGHT, at("22:30"), at("02:30", 2), 4.0),
        (NIGHT, at("07:00"), at("20:59"), 0.0),
        (NIGHT, at("05:00"), at("22:00", 2), 2.0 + 10.0 + 1.0),
        (NOON_REST, at("11:30"), at("12:15", 3), 1.0 + 1.0 + 0.25),
    ],
)
def test_quiet_time_is_counted_in_local_hours(quiet: QuietHours, begin: datetime, end: datetime, hours: float) -> None:
    assert slept(quiet, CHICAGO, begin, end) == hours * HOUR


@pytest.mark.parametrize(
    ("state", "late", "quiet", "in_time"),
    [
        ("paged", 0 * HOUR, 0 * HOUR, True),
        ("paged", 2 * HOUR, 10 * HOUR, True),
        ("paged", 2 * HOUR, 1 * HOUR, False),
    ],
)
def test_a_page_is_in_time_as_long_as_its_hours_awake_are_not_over(
    state: str, late: timedelta, quiet: timedelta, *, in_time: bool
) -> None:
    page = Left("esc_1", "same_day", state, at("19:00"), at("03:00", 2), late, quiet, (), at("11:00", 2))
    assert page.in_time is in_time
    assert not page.answered
