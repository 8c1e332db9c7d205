"""On-call shifts of an iCalendar feed: whose they are, when, and what a change of the clocks does to them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from server.escalation.calendar_feed import Feed, Named, WrongCalendar, read_feed
from server.vocabulary.ids import StaffId

KIND = "unit"

NIA, OLA = StaffId("st_nia"), StaffId("st_ola")
PEOPLE = {
    "nia@clinic.example": Named(NIA, ZoneInfo("America/Chicago"), "Nia Nurse"),
    "ola@clinic.example": Named(OLA, ZoneInfo("America/New_York"), "Ola Olsen"),
}
BEGIN, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def feed(*events: str) -> Feed:
    """Events with an identifier of their own, unless they say which."""
    named = [event if event.startswith("UID:") else f"UID:{at}\n{event}" for at, event in enumerate(events)]
    inner = "".join(f"BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n" for event in named)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{inner}END:VCALENDAR\n".replace("\n", "\r\n")
    return read_feed(text, "nurse", PEOPLE, BEGIN, END)


def times(found: Feed) -> list[tuple[str, str]]:
    return [(f"{shift.start:%m-%d %H:%M}", f"{shift.end:%m-%d %H:%M}") for shift in found.shifts]


@pytest.mark.parametrize(
    ("named", "who"),
    [
        ("ATTENDEE:mailto:Nia@clinic.example\nSUMMARY:On call", NIA),
        ("SUMMARY:On call: Ola Olsen", OLA),
        ("SUMMARY:ola@clinic.example", OLA),
        ("ORGANIZER:mailto:nia@clinic.example\nSUMMARY:On call", NIA),
        ("ATTENDEE:mailto:x@y.example\nATTENDEE:mailto:ola@clinic.example\nSUMMARY:Nia Nurse", OLA),
    ],
)
def test_an_event_is_a_shift_of_whom_it_names(named: str, who: StaffId) -> None:
    found = feed(f"DTSTART:20260302T080000Z\nDTEND:20260302T160000Z\n{named}")
    assert [shift.staff for shift in found.shifts] == [who]


def test_times_without_a_zone_are_the_persons_own() -> None:
    found = feed(
        "DTSTART:20260302T080000\nDTEND:20260302T160000\nSUMMARY:Nia Nurse",
        "DTSTART;TZID=Europe/Berlin:20260303T080000\nDTEND;TZID=Europe/Berlin:20260303T160000\nSUMMARY:Nia Nurse",
    )
    assert times(found) == [("03-02 14:00", "03-02 22:00"), ("03-03 07:00", "03-03 15:00")]


def test_a_whole_day_is_midnight_to_midnight_where_they_live() -> None:
    found = feed("DTSTART;VALUE=DATE:20260308\nDTEND;VALUE=DATE:20260309\nSUMMARY:Ola Olsen")
    assert times(found) == [("03-08 05:00", "03-09 04:00")], "23 hours: the clocks go forward that night"


def test_a_series_keeps_its_local_time() -> None:
    found = feed(
        "DTSTART;TZID=America/Chicago:20260305T190000\nDTEND;TZID=America/Chicago:20260306T070000\n"
        "RRULE:FREQ=WEEKLY;BYDAY=TH;UNTIL=20260320T000000Z\nSUMMARY:Nia Nurse"
    )
    assert times(found) == [
        ("03-06 01:00", "03-06 13:00"),
        ("03-13 00:00", "03-13 12:00"),
        ("03-20 00:00", "03-20 12:00"),
    ]


def test_what_is_taken_out_moved_or_cancelled_is_heeded() -> None:
    series = "DTSTART:20260302T080000Z\nDTEND:20260302T160000Z\nSUMMARY:Nia Nurse"
    series += "\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260303T080000Z"
    moved = "UID:0\nDTSTART:20260304T200000Z\nDTEND:20260304T220000Z\nRECURRENCE-ID:20260304T080000Z\nSUMMARY:Ola Olsen"
    cancelled = "DTSTART:20260310T080000Z\nDTEND:20260310T160000Z\nSTATUS:CANCELLED\nSUMMARY:Nia Nurse"
    found = feed(series, moved, cancelled)
    assert times(found) == [
        ("03-02 08:00", "03-02 16:00"),
        ("03-04 20:00", "03-04 22:00"),
        ("03-05 08:00", "03-05 16:00"),
    ]


def test_what_is_over_or_far_away_is_left_out() -> None:
    found = feed(
        "DTSTART:20260227T080000Z\nDTEND:20260227T160000Z\nSUMMARY:Nia Nurse",
        "DTSTART:20260228T200000Z\nDTEND:20260301T040000Z\nSUMMARY:Nia Nurse",
        "DTSTART:20260401T080000Z\nDTEND:20260401T160000Z\nSUMMARY:Nia Nurse",
    )
    assert times(found) == [("02-28 20:00", "03-01 04:00")]


def test_events_about_nobody_are_named() -> None:
    found = feed("DTSTART:20260302T080000Z\nDTEND:20260302T160000Z\nSUMMARY:Staff party")
    assert found == Feed((), ("Staff party",))


@pytest.mark.parametrize("text", ["", "<html></html>", "BEGIN:VCALENDAR\nnonsense"])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(WrongCalendar):
        read_feed(text, "nurse", PEOPLE, BEGIN, END)
