"""A cue buys time and one gentle question; it never pages anyone, and it never counts as an answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.conversation.cues import on_cue
from server.conversation.policy import decide, greet
from server.conversation.silence import next_silence, on_silence
from server.conversation.state import State, Visit
from server.persona.loading import load_pack
from server.vocabulary.findings import Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
OPEN = greet(PACK, VISIT, State()).state
ASKING = sorted(cue.id for cue in PACK.cues.values() if cue.does == "ask")


def test_hesitation_gives_time_then_asks_once() -> None:
    hesitant = on_cue(PACK, VISIT, OPEN, "hesitation", 0.9)
    assert hesitant.lines == ()
    first = next_silence(PACK, hesitant.state) or 0.0
    assert first == PACK.cues["hesitation"].wait.value  # type: ignore[union-attr]
    assert first > PACK.numbers.silence_first.value
    patient = on_silence(PACK, VISIT, hesitant.state, first)
    assert patient
    assert {line.script for line in patient.lines} == {"quiet.first"}
    asked = on_silence(PACK, VISIT, patient.state, PACK.numbers.silence_again.value)
    assert asked
    assert [line.script for line in asked.lines] == ["cue.hard"]


def test_hesitation_is_over_with_the_next_words() -> None:
    hesitant = on_cue(PACK, VISIT, OPEN, "hesitation", 0.9).state
    assert next_silence(PACK, decide(PACK, VISIT, hesitant, "no").state) == PACK.numbers.silence_first.value


@pytest.mark.parametrize("cue", ASKING)
def test_what_is_seen_is_asked_about_once_in_a_check_in(cue: str) -> None:
    asked = on_cue(PACK, VISIT, OPEN, cue, 1.0)
    assert len(asked.lines) == 1
    assert asked.lines[0].text.endswith("?")
    answered = decide(PACK, VISIT, asked.state, "no")
    assert on_cue(PACK, VISIT, answered.state, cue, 1.0).lines == ()


@pytest.mark.parametrize("cue", sorted(PACK.cues))
def test_a_cue_alone_finds_nothing(cue: str) -> None:
    decision = on_cue(PACK, VISIT, OPEN, cue, 1.0)
    assert (decision.hits, decision.closed, decision.negatives) == ((), (), ())


@pytest.mark.parametrize("cue", ASKING)
def test_even_a_yes_to_its_question_is_no_more_than_urgent(cue: str) -> None:
    answered = decide(PACK, VISIT, on_cue(PACK, VISIT, OPEN, cue, 1.0).state, "yes")
    assert all(hit.tier.rank >= Tier.URGENT.rank for hit in answered.hits)


@pytest.mark.parametrize("cue", sorted(PACK.cues))
def test_a_weak_cue_changes_nothing(cue: str) -> None:
    assert on_cue(PACK, VISIT, OPEN, cue, 0.3).state == OPEN


@pytest.mark.parametrize("state", [State(), replace(OPEN, mode="staying"), replace(OPEN, mode="ended")])
def test_nobody_in_danger_or_gone_is_asked_about_a_face(state: State) -> None:
    assert on_cue(PACK, VISIT, state, "mismatch", 1.0).state == state


def test_the_open_question_comes_back() -> None:
    asked = on_cue(PACK, VISIT, OPEN, "mismatch", 1.0)
    assert "screen.chest" in {line.script for line in decide(PACK, VISIT, asked.state, "no").lines}
