"""A nurse in the call, as the thread sees it: live and in a replay the same, silent while she talks, and on where it was."""

import pytest

from server.conversation.gate import Gate
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.ids import StaffId
from tests.unit.test_checkin_thread import ARM, CALM, PACK, Live, live, scripts, take, texts

KIND = "unit"

__all__ = ["live"]

QUESTION = "Do you have any chest pain right now?"


def room(live: Live, *states: str) -> tuple[str, ...]:
    """What the nurse does, one after the other; the lines of the last."""
    said: tuple[str, ...] = ()
    for state in states:
        change = e.RoomChanged(StaffId("st_1"), "Dana Lee", state)  # type: ignore[arg-type]
        live.journal.append(change)
        said = texts(live.thread.room(change))
    return said


@pytest.mark.parametrize("turns", [0, 5, 9])
@pytest.mark.parametrize(
    "states",
    [
        ("listening",),
        ("listening", "talking"),
        ("listening", "talking", "handed_back"),
        ("listening", "talking", "handed_back", "left"),
        ("listening", "talking", "lost"),
        ("listening", "lost"),
    ],
    ids="-".join,
)
def test_whatever_she_does_replays(live: Live, turns: int, states: tuple[str, ...]) -> None:
    take(live, CALM[:turns])
    room(live, *states)
    live.turn("I feel worse, and my foot is swollen")
    live.silent(20.0)
    live.reconnect()
    live.nurse()
    live.fail()
    assert live.replayed() == live.thread


@pytest.mark.parametrize("how", ["handed_back", "lost"])
def test_the_persona_goes_on_where_it_was(live: Live, how: str) -> None:
    said = room(live, "listening", "talking", how)
    assert said[-1] == QUESTION
    assert {"handed_back": "Dana Lee asked me to go on with you.", "lost": "The line to the nurse was cut off."}[
        how
    ] in said
    assert "screen.breath" in scripts(live.turn("no"))


def test_one_who_only_listened_is_gone_without_a_word(live: Live) -> None:
    assert room(live, "listening", "left") == ()
    assert room(live, "listening", "lost") == ()


def test_while_she_talks_only_danger_counts(live: Live) -> None:
    room(live, "listening", "talking")
    plain, wish, danger = live.turn("no"), live.turn("can I talk to a nurse please"), live.turn(ARM)
    assert (plain.closed, plain.lines, plain.hits) == ((), (), ())
    assert (wish.hits, wish.lines) == ((), ())
    assert [(hit.trigger, hit.tier) for hit in danger.hits] == [("CHEST_PAIN", Tier.EMERGENCY)]
    assert (danger.lines, danger.ended) == ((), False)
    assert live.silent(90.0) is None


def test_a_danger_told_to_her_is_known_when_the_persona_goes_on(live: Live) -> None:
    room(live, "listening", "talking")
    live.turn(ARM)
    room(live, "handed_back")
    assert "CHEST_PAIN" in {hit.trigger for hit in live.thread.state.fired}
    assert live.thread.state.mode == "routine"


def test_an_announcement_that_was_talked_over_is_made_with_the_next_reply(live: Live) -> None:
    told = room(live, "listening")
    live.cut(told, "A nurse")
    assert texts(live.turn("no"))[0] == "A nurse, Dana Lee, is listening now."
    assert live.replayed() == live.thread


def test_nobody_is_announced_who_has_gone(live: Live) -> None:
    live.cut(room(live, "listening"), "")
    room(live, "left")
    assert "nurse.listening" not in scripts(live.turn("no"))


def test_a_check_in_that_was_over_ends_when_the_floor_comes_back(live: Live) -> None:
    take(live, CALM)
    room(live, "listening", "talking")
    change = e.RoomChanged(StaffId("st_1"), "Dana Lee", "handed_back")
    decision = live.thread.room(change)
    assert (decision.lines, decision.ended) == ((), True)


def test_a_nurse_may_be_named_only_once_she_is_there(live: Live) -> None:
    sentence = "A nurse, Dana Lee, is listening now."
    assert not Gate(PACK, live.thread.visit).judge(sentence).allowed
    room(live, "listening")
    assert Gate(PACK, live.thread.visit).judge(sentence).script == "nurse.listening"
    assert not Gate(PACK, live.thread.visit).judge("A nurse, Otto Other, is listening now.").allowed
