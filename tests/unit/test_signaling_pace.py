"""How often one page may do something."""

from server.signaling.pace import Pace

KIND = "unit"


def test_a_full_bucket_lets_a_burst_pass_and_then_stops() -> None:
    pace = Pace(most=3, per_second=1)
    assert [pace.allows(10.0) for _ in range(4)] == [True, True, True, False]


def test_it_refills_evenly_and_never_over_the_brim() -> None:
    pace = Pace(most=2, per_second=0.5)
    assert [pace.allows(at) for at in (0.0, 0.0, 1.0, 2.0, 100.0, 100.0, 100.0)] == [
        True,
        True,
        False,
        True,
        True,
        True,
        False,
    ]


def test_time_running_backwards_gives_nothing() -> None:
    pace = Pace(most=1, per_second=1)
    assert [pace.allows(at) for at in (50.0, 0.0, 0.5)] == [True, False, False]
