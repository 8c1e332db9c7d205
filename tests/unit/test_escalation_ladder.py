"""The ladder's rules: everybody in turn, louder the second time, never an end, and sleep only where a page may wait."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.escalation.ladder import (
    About,
    Address,
    Channel,
    Climb,
    Person,
    Roster,
    Rung,
    State,
    Step,
    climb,
    quiet_until,
)
from tests.fakes.ladder import MINUTE, NIGHT, POLICY

KIND = "unit"

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")
UTC_ZONE = ZoneInfo("UTC")
FOOT = Rung(1, 0, 0)


def person(name: str, *channels: Channel, zone: ZoneInfo = UTC_ZONE) -> Person:
    return Person(name, tuple(Address(f"{name}-{channel}", channel) for channel in channels), zone)


NIA = person("nia", Channel.PUSH, Channel.SMS)
OLA = person("ola", Channel.SMS)
EVERYBODY = person("catch_all", Channel.PAGER)
OPS = person("operations", Channel.CHAT)
ROSTER = Roster({"nurse": (NIA,), "charge_nurse": (OLA,)}, {"ola@clinic.example": OLA}, EVERYBODY, OPS)
EMPTY = replace(ROSTER, on_call={})


def rung(step: Climb) -> list[tuple[str, float, About]]:
    return [(ring.address.id, ring.wait.total_seconds(), ring.about) for ring in step.rings]


def look(state: str = "requested", at: Rung = FOOT, roster: Roster = ROSTER, **policy: object) -> Climb:
    return climb(replace(POLICY, **policy), state, None, at, roster, NOON)  # type: ignore[arg-type]


def test_the_first_step_rings_the_nurse_on_one_address_after_the_other() -> None:
    step = look()
    assert rung(step) == [("nia-push", 0, About.PAGE), ("nia-sms", 30, About.PAGE)]
    assert (step.rung, step.due) == (Rung(2, 1, 0), NOON + 3 * MINUTE)


@pytest.mark.parametrize("state", ["requested", "paged", "seen"])
def test_as_long_as_nobody_answers_the_next_step_rings(state: str) -> None:
    step = look(state, Rung(2, 1, 0))
    assert ("ola-sms", 0, About.PAGE) in rung(step)


def test_after_the_last_step_it_begins_again_and_operations_are_told() -> None:
    last = look("paged", Rung(2, 1, 0))
    assert (last.rung, last.due) == (Rung(3, 0, 1), NOON + 5 * MINUTE)
    assert ("operations-chat", 0, About.EXHAUSTED) in rung(last)
    again = look("paged", last.rung)
    assert rung(again) == [("nia-push", 0, About.PAGE), ("nia-sms", 0, About.PAGE)], "all of them at once"


def test_later_rounds_are_louder() -> None:
    steps = (Step(timedelta(), ("nurse",), frozenset({Channel.PUSH})),)
    assert [ring.address.id for ring in look(steps=steps).rings if ring.about is About.PAGE] == ["nia-push"]
    assert rung(look(at=Rung(2, 0, 1), steps=steps))[:2] == [("nia-push", 0, About.PAGE), ("nia-sms", 0, About.PAGE)]


def test_nobody_on_call_rings_whoever_catches_everything_and_is_told() -> None:
    step = look(roster=EMPTY)
    assert rung(step) == [
        ("catch_all-pager", 0, About.PAGE),
        ("operations-chat", 0, About.NOBODY_ON_CALL),
    ]


def test_somebody_on_call_without_an_address_is_no_better_than_nobody() -> None:
    step = look(roster=replace(ROSTER, on_call={"nurse": (person("new"),)}))
    assert [about for _, _, about in rung(step)] == [About.PAGE, About.NO_ADDRESS]


def test_a_member_of_staff_can_be_named() -> None:
    step = look(steps=(Step(timedelta(), ("ola@clinic.example", "gone@clinic.example")),))
    assert [name for name, _, about in rung(step) if about is About.PAGE] == ["ola-sms", "catch_all-pager"]


def test_nobody_is_rung_twice_in_one_step() -> None:
    both = replace(ROSTER, on_call={"nurse": (OLA,), "charge_nurse": (OLA,)})
    step = look(roster=both, steps=(Step(timedelta(), ("nurse", "charge_nurse", "ola@clinic.example")),))
    assert [name for name, _, about in rung(step) if about is About.PAGE] == ["ola-sms"]


@pytest.mark.parametrize("state", ["claimed", "in_room", "closed"])
def test_a_page_that_somebody_has_taken_rings_nobody(state: str) -> None:
    assert look(state) == Climb((), FOOT, None)


def test_an_acknowledged_page_waits_for_its_claim_and_then_rings_from_the_foot() -> None:
    waiting = climb(POLICY, "acknowledged", None, Rung(2, 1, 0), ROSTER, NOON)
    assert waiting == Climb((), Rung(2, 1, 0), NOON + 2 * MINUTE, claim_by=NOON + 2 * MINUTE)
    again = climb(POLICY, "acknowledged", NOON, Rung(2, 1, 0), ROSTER, NOON)
    assert again.reopened
    assert [ring.address.id for ring in again.rings] == ["nia-push", "nia-sms"]
    assert again.rung == Rung(3, 1, 1)


def test_a_state_of_another_version_rings_and_operations_are_told() -> None:
    step = look("pondered")
    assert ("nia-push", 0, About.PAGE) in rung(step)
    assert ("operations-chat", 0, About.UNKNOWN_STATE) in rung(step)
    assert step.due is not None


def test_a_policy_that_became_shorter_begins_again() -> None:
    assert look(at=Rung(9, 7, 0)).rung == Rung(10, 1, 1)


def test_at_night_a_page_that_may_wait_is_put_off_until_somebody_wakes() -> None:
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    west = person("west", Channel.SMS, zone=ZoneInfo("America/Los_Angeles"))
    asleep = climb(replace(POLICY, quiet=NIGHT), "requested", None, FOOT, ROSTER, night)
    assert asleep == Climb((), FOOT, datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    both = replace(ROSTER, on_call={"nurse": (NIA, west)})
    awake = climb(replace(POLICY, quiet=NIGHT), "requested", None, FOOT, both, night)
    assert [ring.address.id for ring in awake.rings] == ["west-sms"], "it is afternoon there"


@pytest.mark.parametrize(
    ("now", "end"),
    [
        # The night in which clocks go forward is an hour shorter, the one in which they go back an hour longer.
        (datetime(2026, 3, 8, 4, 0, tzinfo=UTC), datetime(2026, 3, 8, 12, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 4, 0, tzinfo=UTC), datetime(2026, 11, 1, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 8, 0, tzinfo=UTC), datetime(2026, 11, 1, 13, 0, tzinfo=UTC)),
        (datetime(2026, 6, 1, 18, 0, tzinfo=UTC), None),
    ],
)
def test_the_night_ends_by_the_local_clock(now: datetime, end: datetime | None) -> None:
    assert quiet_until(NIGHT, CHICAGO, now) == end


ROSTERS = [ROSTER, EMPTY, replace(ROSTER, on_call={"nurse": (person("new"),)})]
CLAIM_BY = [None, NOON]
RUNGS = [Rung(level, step, turn) for level in (1, 2, 50) for step in range(4) for turn in (0, 1, 9)]


@pytest.mark.parametrize("state", [*(one.value for one in State), "", "pondered"])
def test_whatever_the_state_a_page_ends_with_a_nurse_or_rings(state: str) -> None:
    taken = state in ("claimed", "in_room", "closed")
    for at, roster, claim_by in itertools.product(RUNGS, ROSTERS, CLAIM_BY):
        step = climb(POLICY, state, claim_by, at, roster, NOON)
        waits = state == "acknowledged" and claim_by is None
        assert (step.due is None) == taken
        assert bool(step.rings) == (not taken and not waits)
        assert taken or waits or step.rung.level == at.level + 1, "no level is skipped"
        assert step.due is None or step.due > NOON
