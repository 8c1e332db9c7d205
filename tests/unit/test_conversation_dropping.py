"""Who is lost after a danger sign and does not come back is looked for; who is lost in ordinary talk is waited for."""

from pathlib import Path

import pytest

from server.checkin.thread import Thread
from server.conversation.state import Visit
from server.persona.loading import load_pack
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.workbench.lines import Drops, Says
from server.workbench.rehearsal import Rehearsal, rehearse

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa")
EMERGENCY, URGENT = PACK.numbers.dropped_emergency.value, PACK.numbers.dropped_urgent.value


def played(words: str, away: float) -> Rehearsal:
    return rehearse(PACK, VISIT, (Says(words), Drops(away)), stop_at_end=True)[0]


def pages(rehearsal: Rehearsal) -> list[tuple[float, str, Tier]]:
    found = [(moment.at, moment.event) for moment in rehearsal.moments]
    return [(at, event.trigger, event.tier) for at, event in found if isinstance(event, e.EscalationRequested)]


@pytest.mark.parametrize(
    ("words", "seconds", "tier"),
    [("my chest hurts", EMERGENCY, Tier.EMERGENCY), ("I slid off the bed", URGENT, Tier.URGENT)],
)
def test_a_page_goes_out_when_the_time_is_over(words: str, seconds: float, tier: Tier) -> None:
    rehearsal = played(words, seconds + 30)
    lost = next(one.at for one in rehearsal.moments if one.event == e.ConnectionChanged("lost"))
    at, trigger, urgency = pages(rehearsal)[-1]
    assert (trigger, urgency) == ("DROPPED_IN_RED", tier)
    assert at - lost == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize(
    ("words", "away"), [("my chest hurts", EMERGENCY - 1), ("I slid off the bed", URGENT - 1), ("no", URGENT + 60)]
)
def test_back_in_time_or_nothing_open_is_no_page(words: str, away: float) -> None:
    assert "DROPPED_IN_RED" not in [trigger for _, trigger, _ in pages(played(words, away))]


def test_nobody_is_looked_for_after_the_goodbye() -> None:
    thread = Thread(PACK, VISIT)
    thread.greet()
    thread.turn("I slid off the bed", continues=False)
    assert thread.unreachable_after() == URGENT
    thread.ended_by_patient()
    assert thread.unreachable_after() is None
    assert thread.unreachable().hits == ()


def test_a_replay_of_the_journal_ends_in_the_same_state() -> None:
    rehearsal = played("my chest hurts", EMERGENCY + 5)
    again = Thread(PACK, VISIT)
    again.replay(moment.event for moment in rehearsal.moments)
    assert again.state.fired == rehearsal.thread.state.fired
    assert "DROPPED_IN_RED" in {hit.trigger for hit in again.state.fired}
