"""How often faces are looked at: slower under load, back when it is over, never faster than asked for."""

import pytest

from perception.face.pace import FASTEST, SLOWEST, USUAL, Pace, pace

KIND = "unit"


def run(start: Pace, frames: int, took: float, sessions: int = 1, dropped: int = 0) -> Pace:
    for _ in range(frames):
        start = start.after(took, sessions, dropped)
    return start


def test_it_starts_at_the_usual_rate() -> None:
    assert pace().rate == USUAL == 5
    assert pace().interval == pytest.approx(0.2)


@pytest.mark.parametrize(("wanted", "given"), [(1, SLOWEST), (2, 2), (7, 7), (10, 10), (30, FASTEST)])
def test_the_rate_wanted_is_held_between_two_and_ten(wanted: float, given: float) -> None:
    assert run(pace(wanted), 200, took=0.001).rate == given


def test_one_session_on_a_quiet_machine_keeps_the_usual_rate() -> None:
    assert run(pace(), 100, took=0.012).rate == USUAL


def test_many_sessions_share_one_processor() -> None:
    slowed = run(pace(), 100, took=0.025, sessions=8)
    assert slowed.rate == pytest.approx(3.0)
    assert slowed.rate * 8 * 0.025 <= 0.6 + 1e-9


def test_a_frame_that_costs_ten_times_as_much_slows_it_down_within_a_second_or_two() -> None:
    assert run(run(pace(), 50, took=0.012), 8, took=0.3).rate < 4


def test_it_never_goes_below_two() -> None:
    assert run(pace(), 100, took=2.0, sessions=20, dropped=3).rate == SLOWEST


def test_frames_that_wait_in_vain_slow_it_down() -> None:
    assert run(pace(), 2, took=0.012, dropped=1).rate == pytest.approx(USUAL * 0.8**2)


def test_it_recovers_when_the_load_is_gone() -> None:
    loaded = run(pace(), 50, took=0.3, dropped=1)
    assert loaded.rate == SLOWEST
    assert run(loaded, 20, took=0.012).rate < USUAL
    assert run(loaded, 80, took=0.012).rate == USUAL
