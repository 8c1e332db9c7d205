"""A cue buys time and one gentle question; it never pages anyone, and it never counts as an answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.conversation.agenda import Ask, agenda
from server.conversation.cues import holds_after, on_cue, on_dispute, recognized
from server.conversation.policy import decide, greet
from server.conversation.silence import next_silence, on_silence
from server.conversation.state import State, Visit
from server.persona.loading import load_pack
from server.vocabulary.events import CueNoticed
from server.vocabulary.findings import CueEvidence, Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
OPEN = greet(PACK, VISIT, State()).state
WORRIES = replace(
    OPEN, step=next(at for at, one in enumerate(agenda(PACK, VISIT)) if isinstance(one, Ask) and one.key == "bothering")
)
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
def test_what_is_seen_is_asked_about_and_then_left_alone_for_a_while(cue: str) -> None:
    asked = on_cue(PACK, VISIT, OPEN, cue, 1.0, 100.0)
    assert len(asked.lines) == 1
    assert asked.lines[0].text.endswith("?")
    answered = decide(PACK, VISIT, asked.state, "no").state
    assert on_cue(PACK, VISIT, answered, cue, 1.0, 189.0).lines == ()
    assert on_cue(PACK, VISIT, answered, cue, 1.0, 190.0).lines == asked.lines


def test_nobody_is_asked_gently_for_ever() -> None:
    state, asked = OPEN, 0
    for at in range(0, 2000, 200):
        decision = on_cue(PACK, VISIT, state, "mismatch", 1.0, float(at))
        asked += bool(decision.lines)
        state = decide(PACK, VISIT, decision.state, "no").state
    assert asked == PACK.numbers.cue_most.value


@pytest.mark.parametrize("cue", ASKING)
def test_what_is_seen_while_somebody_speaks_is_asked_in_the_place_of_the_next_question(cue: str) -> None:
    seen = on_cue(PACK, VISIT, OPEN, cue, 1.0, 20.0, "speaking")
    assert seen.lines == ()
    question = PACK.staying[PACK.cues[cue].asks or ""]
    after = decide(PACK, VISIT, seen.state, "no")
    said = {line.script for line in after.lines}
    assert question.ask in said
    assert "screen.breath" not in said
    assert "screen.breath" in {line.script for line in decide(PACK, VISIT, after.state, "no").lines}


def test_what_is_seen_while_somebody_speaks_is_asked_when_nobody_does() -> None:
    seen = on_cue(PACK, VISIT, OPEN, "mismatch", 1.0, 20.0, "speaking")
    silent = on_silence(PACK, VISIT, seen.state, PACK.numbers.silence_first.value)
    assert silent
    assert [line.script for line in silent.lines] == ["cue.hard"]


def test_hesitation_puts_off_the_end_of_the_turn_under_way() -> None:
    assert on_cue(PACK, VISIT, OPEN, "hesitation", 0.9, 3.0, "speaking").holds == 1.5
    assert on_cue(PACK, VISIT, OPEN, "hesitation", 0.9, 3.0, "quiet").holds == 0.0


def test_a_face_that_says_otherwise_on_a_clinical_topic_makes_an_answer_more_urgent() -> None:
    seen = on_cue(PACK, VISIT, WORRIES, "mismatch", 0.9, 50.0, "turn").state
    words = "I can't afford my pills"
    plain, raised = (decide(PACK, VISIT, state, words).hits for state in (WORRIES, seen))
    assert [(hit.trigger, hit.tier) for hit in plain] == [("RX_NOT_FILLED", Tier.SAME_DAY)]
    assert [(hit.trigger, hit.tier) for hit in raised] == [("RX_NOT_FILLED", Tier.URGENT)]
    assert raised[0].rule.endswith(", with mismatch")


@pytest.mark.parametrize("words", ["my chest hurts", "I want to kill myself"])
def test_a_face_never_makes_anything_less_urgent(words: str) -> None:
    seen = on_cue(PACK, VISIT, OPEN, "mismatch", 0.9, 50.0, "turn").state
    assert decide(PACK, VISIT, seen, words).hits == decide(PACK, VISIT, OPEN, words).hits


@pytest.mark.parametrize("cue", sorted(PACK.cues))
def test_no_cue_makes_an_emergency_of_anything_that_was_none(cue: str) -> None:
    for words in ("my ankles are swollen", "I ran out of my pills", "yes", "I feel so alone"):
        state = on_cue(PACK, VISIT, WORRIES, cue, 1.0, 50.0, "turn").state
        before = {hit.trigger: hit.tier for hit in decide(PACK, VISIT, WORRIES, words).hits}
        after = {hit.trigger: hit.tier for hit in decide(PACK, VISIT, state, words).hits}
        assert after.keys() == before.keys()
        assert all(tier is before[name] or tier is Tier.URGENT or tier is Tier.SAME_DAY for name, tier in after.items())


def test_the_first_cue_that_fits_is_what_a_finding_is() -> None:
    trails = CueEvidence("trail_off", 11.0, 9.0, 2.0, 2.4, 0.6)
    seen = CueNoticed("hesitation", 0.4, 12.0, "turn", "hesitation", evidence=(trails,))
    steady = replace(seen, evidence=(replace(trails, value=4.9, deviation=1.0),))
    assert named(recognized(PACK, OPEN, seen)) == "trailing_off"
    assert named(recognized(PACK, OPEN, steady)) == "hesitation"
    assert named(recognized(PACK, OPEN, replace(steady, score=0.2))) == ""


def test_words_that_are_still_being_said_do_not_trail_off_yet_and_may_hesitate() -> None:
    trails = CueEvidence("trail_off", 11.0, 9.0, 2.0, 2.4, 0.6)
    saying = CueNoticed("hesitation", 0.9, 12.0, "speaking", "hesitation", evidence=(trails,))
    assert named(recognized(PACK, OPEN, saying)) == "hesitation"
    assert recognized(PACK, OPEN, replace(saying, score=0.3)) is None


def test_the_same_thing_is_not_noticed_again_at_once() -> None:
    seen = CueNoticed("mismatch", 0.9, 40.0, "quiet", "mismatch")
    state = on_cue(PACK, VISIT, OPEN, "mismatch", 0.9, 40.0).state
    assert recognized(PACK, state, replace(seen, at=159.0)) is None
    assert named(recognized(PACK, state, replace(seen, at=160.0))) == "mismatch"


def test_what_the_patient_disputes_changes_nothing_any_more() -> None:
    seen = on_dispute(on_cue(PACK, VISIT, WORRIES, "mismatch", 0.9, 50.0, "turn").state, "mismatch")
    assert decide(PACK, VISIT, seen, "no").lines == decide(PACK, VISIT, WORRIES, "no").lines
    assert recognized(PACK, seen, CueNoticed("mismatch", 0.9, 400.0, "quiet", "mismatch")) is None


def named(seen: CueNoticed | None) -> str:
    return seen.cue if seen else ""


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
    weak = PACK.cues[cue].at_least.value - 0.01
    assert on_cue(PACK, VISIT, OPEN, cue, weak).state == OPEN


@pytest.mark.parametrize("state", [State(), replace(OPEN, mode="staying"), replace(OPEN, mode="ended")])
def test_nobody_in_danger_or_gone_is_asked_about_a_face(state: State) -> None:
    seen = on_cue(PACK, VISIT, state, "mismatch", 1.0)
    assert (seen.lines, seen.state.queue) == ((), ())
    assert decide(PACK, VISIT, seen.state, "no").lines == decide(PACK, VISIT, state, "no").lines


def test_the_open_question_comes_back() -> None:
    asked = on_cue(PACK, VISIT, OPEN, "mismatch", 1.0)
    assert "screen.chest" in {line.script for line in decide(PACK, VISIT, asked.state, "no").lines}


def test_who_stops_on_a_filler_holds_the_floor() -> None:
    assert holds_after(PACK, OPEN, 0.3) == PACK.cues["hesitation"].holds.value  # type: ignore[union-attr]
    assert holds_after(PACK, OPEN, 0.01) == 0.0


def test_who_disputes_hesitating_is_not_waited_for() -> None:
    assert holds_after(PACK, on_dispute(OPEN, "hesitation"), 0.3) == 0.0


@pytest.mark.parametrize(("value", "deviation", "cue"), [(5.0, 0.5, "trailing_off"), (5.0, -0.1, "hesitation")])
def test_words_that_fade_enough_trail_off_before_the_usual_is_known(value: float, deviation: float, cue: str) -> None:
    trails = CueEvidence("trail_off", 11.0, value, 4.0, deviation, 0.1)
    assert (
        named(recognized(PACK, OPEN, CueNoticed("hesitation", 0.4, 12.0, "turn", "hesitation", evidence=(trails,))))
        == cue
    )
