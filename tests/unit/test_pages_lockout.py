"""Waiting after wrong passwords, by moving `now`."""

from datetime import UTC, datetime, timedelta

from server.pages.lockout import ACCOUNTS_REMEMBERED, LOCK, Lockout, wait_after

KIND = "unit"

NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
NOTHING = timedelta(0)


def test_two_mistakes_cost_nothing() -> None:
    assert [wait_after(count) for count in (1, 2)] == [NOTHING, NOTHING]


def test_the_wait_doubles_and_the_tenth_failure_locks() -> None:
    seconds = [wait_after(count).total_seconds() for count in range(3, 10)]
    assert seconds == [1, 2, 4, 8, 16, 32, 64]
    assert wait_after(10) == wait_after(50) == LOCK


def test_the_lock_opens_by_itself() -> None:
    lockout = Lockout()
    counts = [lockout.failed("a", NOW) for _ in range(10)]
    assert counts[-1] == 10
    assert lockout.must_wait("a", NOW) == LOCK
    assert lockout.must_wait("a", NOW + LOCK) == NOTHING


def test_a_right_password_forgets_the_failures() -> None:
    lockout = Lockout()
    for _ in range(9):
        lockout.failed("a", NOW)
    lockout.succeeded("a")
    assert lockout.failed("a", NOW) == 1


def test_one_account_never_waits_for_another() -> None:
    lockout = Lockout()
    for _ in range(10):
        lockout.failed("a", NOW)
    assert lockout.must_wait("b", NOW) == NOTHING


def test_the_memory_is_bounded_and_keeps_the_newest() -> None:
    lockout = Lockout()
    for number in range(ACCOUNTS_REMEMBERED + 1):
        lockout.failed(str(number), NOW)
    assert lockout.failed("0", NOW) == 1
    assert lockout.failed(str(ACCOUNTS_REMEMBERED), NOW) == 2
