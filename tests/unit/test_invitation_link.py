"""The link's rules: what opening, answering, starting, waiting and locking do."""

from datetime import UTC, datetime, timedelta

import pytest

from server.invitation.link import (
    LastWrongAnswer,
    Link,
    LinkState,
    RightAnswer,
    WrongAnswer,
    digest,
    is_day,
    judge,
    looks_minted,
    mint,
    state_of,
)
from server.vocabulary.ids import CheckInId, InvitationId, PatientId

KIND = "unit"

NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
PHONE = mint(bytes(32))
TABLET = mint(bytes([1]) * 32)


def link(
    wrong_answers: int = 0,
    locked_at: datetime | None = None,
    bound_at: datetime | None = None,
    device: str | None = None,
) -> Link:
    return Link(
        InvitationId("in_1"),
        CheckInId("ci_1"),
        PatientId("pt_1"),
        NOW + timedelta(days=1),
        wrong_answers,
        locked_at,
        bound_at,
        digest(device) if device else None,
    )


def state(of: Link | None, device: str | None = None, ended: bool = False, at: datetime = NOW) -> LinkState:
    return state_of(of, ended=ended, device=device, now=at)


def test_a_secret_is_43_characters_of_base64url() -> None:
    assert looks_minted(mint(bytes(range(32))))
    assert mint(bytes([0xFB]) * 32).startswith("-_v7")


def test_a_secret_of_too_little_randomness_is_refused() -> None:
    with pytest.raises(ValueError, match="32 random bytes, not 16"):
        mint(bytes(16))


@pytest.mark.parametrize("text", ["", "short", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "\n", "ä" * 43])
def test_what_we_never_minted_is_recognized(text: str) -> None:
    assert not looks_minted(text)


def test_a_fresh_link_is_ready_for_anybody() -> None:
    assert state(link()) is LinkState.READY
    assert state(link(), device=PHONE) is LinkState.READY


def test_no_link_is_unknown() -> None:
    assert state(None) is LinkState.UNKNOWN


def test_a_claim_before_start_keeps_the_link_open_for_another_device() -> None:
    assert state(link(device=PHONE), device=TABLET) is LinkState.READY


def test_after_start_only_the_bound_device_goes_on() -> None:
    started = link(bound_at=NOW, device=PHONE)
    assert state(started, device=PHONE) is LinkState.READY
    assert state(started, device=TABLET) is LinkState.TAKEN
    assert state(started, device=None) is LinkState.TAKEN


def test_a_link_expires_to_the_second() -> None:
    assert state(link(), at=NOW + timedelta(days=1, seconds=-1)) is LinkState.READY
    assert state(link(), at=NOW + timedelta(days=1)) is LinkState.EXPIRED


def test_an_ended_check_in_is_said_before_anything_else() -> None:
    assert state(link(locked_at=NOW), ended=True, at=NOW + timedelta(days=9)) is LinkState.ENDED


def test_a_lock_stops_everybody_before_start() -> None:
    assert state(link(locked_at=NOW, device=PHONE), device=PHONE) is LinkState.LOCKED


def test_a_lock_never_throws_out_a_running_check_in() -> None:
    assert state(link(locked_at=NOW, bound_at=NOW, device=PHONE), device=PHONE) is LinkState.READY


def test_a_right_answer_counts_nothing() -> None:
    assert judge(link(wrong_answers=4), right=True, now=NOW) == RightAnswer(link(wrong_answers=4))


def test_wrong_answers_are_counted_down() -> None:
    assert judge(link(), right=False, now=NOW) == WrongAnswer(link(wrong_answers=1), 4)
    assert judge(link(wrong_answers=3), right=False, now=NOW) == WrongAnswer(link(wrong_answers=4), 1)


def test_the_fifth_wrong_answer_locks() -> None:
    assert judge(link(wrong_answers=4), right=False, now=NOW) == LastWrongAnswer(link(wrong_answers=5, locked_at=NOW))


def test_a_locked_link_is_not_locked_twice() -> None:
    later = judge(link(wrong_answers=5, locked_at=NOW, bound_at=NOW), right=False, now=NOW + timedelta(hours=1))
    assert later == WrongAnswer(link(wrong_answers=6, locked_at=NOW, bound_at=NOW), 0)


@pytest.mark.parametrize(("month", "day"), [(1, 31), (2, 29), (4, 30), (12, 1)])
def test_days_that_exist(month: int, day: int) -> None:
    assert is_day(month, day)


@pytest.mark.parametrize(("month", "day"), [(0, 1), (13, 1), (2, 30), (4, 31), (6, 0)])
def test_days_that_do_not(month: int, day: int) -> None:
    assert not is_day(month, day)
