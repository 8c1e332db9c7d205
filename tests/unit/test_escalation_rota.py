"""Who is on call: a week each, at the same local time in winter and in summer; overrides beat it; gaps are found."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.escalation.rota import Period, Rotation, Schedule, Shift, Source
from server.vocabulary.ids import StaffId

KIND = "unit"

CHICAGO = ZoneInfo("America/Chicago")
NIA, OLA, PIA = StaffId("st_nia"), StaffId("st_ola"), StaffId("st_pia")
EVERYBODY = frozenset({NIA, OLA, PIA})
TURNS = Rotation("nurse", CHICAGO, date(2026, 3, 2), time(8), (NIA, OLA))
"""From Monday, 8:00 in Chicago; the clocks go forward on the following Sunday."""


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def shift(who: StaffId, start: datetime, end: datetime, source: Source = Source.OVERRIDE) -> Shift:
    return Shift("nurse", who, start, end, source)


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        (at(2, 13, 59), None),
        (at(2, 14, 0), NIA),
        (at(9, 12, 59), NIA),
        (at(9, 13, 0), OLA),
        (at(16, 12, 59), OLA),
        (at(16, 13, 0), NIA),
        (at(2, 13, 59, month=11), NIA),
        (at(2, 14, 0, month=11), OLA),
    ],
)
def test_the_handover_is_at_the_same_local_time_in_winter_and_in_summer(moment: datetime, who: StaffId | None) -> None:
    assert TURNS.on_call(moment) == who


@pytest.mark.parametrize("minutes", range(0, 240, 10))
def test_nobody_comes_back_in_the_hour_that_happens_twice(minutes: int) -> None:
    turns = Rotation("nurse", CHICAGO, date(2026, 10, 25), time(1, 30), (NIA, OLA))
    handover = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    moment = handover + timedelta(minutes=minutes - 120)
    assert turns.on_call(moment) == {True: OLA, False: NIA}[moment >= handover]


def test_an_override_replaces_everybody_and_the_later_one_counts() -> None:
    shifts = (shift(PIA, at(3, 0), at(4, 0)), shift(OLA, at(3, 12), at(3, 18)))
    schedule = Schedule((TURNS,), shifts, EVERYBODY)
    asked = [schedule.on_call("nurse", at(3, hour)) for hour in (0, 12, 18)]
    assert asked == [(PIA,), (OLA,), (PIA,)]
    assert schedule.on_call("nurse", at(4, 0)) == (NIA,)


def test_a_calendar_beats_the_rotation_and_may_name_several() -> None:
    shifts = tuple(shift(who, at(3, 0), at(4, 0), Source.CALENDAR) for who in (PIA, OLA))
    assert Schedule((TURNS,), shifts, EVERYBODY).on_call("nurse", at(3, 1)) == (PIA, OLA)


def test_whoever_has_left_is_on_call_for_nothing() -> None:
    assert Schedule((TURNS,), (), EVERYBODY - {NIA}).on_call("nurse", at(3, 1)) == ()


def test_gaps_are_found() -> None:
    shifts = (shift(NIA, at(3, 0), at(3, 8), Source.CALENDAR), shift(OLA, at(3, 10), at(3, 18), Source.CALENDAR))
    schedule = Schedule((), shifts, EVERYBODY)
    assert schedule.gaps("nurse", at(3, 0), at(3, 18)) == [Period(at(3, 8), at(3, 10), ())]
    assert schedule.gaps("charge_nurse", at(3, 0), at(3, 18)) == [Period(at(3, 0), at(3, 18), ())]


def test_periods_leave_no_time_out() -> None:
    shifts = (shift(PIA, at(8, 20), at(9, 20)),)
    periods = Schedule((TURNS,), shifts, EVERYBODY).periods("nurse", at(2, 0), at(17, 0))
    assert [(period.start, period.staff) for period in periods] == [
        (at(2, 0), ()),
        (at(2, 14), (NIA,)),
        (at(8, 20), (PIA,)),
        (at(9, 20), (OLA,)),
        (at(16, 13), (NIA,)),
    ]
    assert [period.end for period in periods[:-1]] == [period.start for period in periods[1:]]
