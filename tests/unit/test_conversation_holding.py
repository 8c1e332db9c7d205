"""Words that trail off: silence, one invitation to go on, and what follows is judged with them. Nothing said is lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.checkin.thread import Thread
from server.conversation.cues import on_cue
from server.conversation.gate import Gate
from server.conversation.policy import decide, greet, welcome_back
from server.conversation.silence import next_silence, on_silence
from server.conversation.state import Decision, State, Visit
from server.persona.loading import load_pack
from server.persona.pack import Pack
from server.vocabulary import events as e

KIND = "unit"

PACKS = [load_pack(Path(__file__).parents[2] / "personas" / name) for name in ("post-discharge", "medication-check-in")]
PACK = PACKS[0]
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
OPEN = greet(PACK, VISIT, State()).state
WAIT = 2.5


def trails(state: State, words: str, at: float = 10.0) -> Decision:
    return decide(PACK, VISIT, on_cue(PACK, VISIT, state, "trailing_off", 0.3, at, "turn").state, words)


def probed(state: State) -> State:
    decision = on_silence(PACK, VISIT, state, WAIT)
    assert decision
    assert [line.script for line in decision.lines] == ["cue.stopped", "cue.stopped"]
    return decision.state


def test_nothing_is_said_to_words_that_trail_off() -> None:
    held = trails(OPEN, "no...")
    assert (held.lines, held.closed, held.hits) == ((), (), ())
    assert next_silence(PACK, held.state) == WAIT


def test_words_without_the_cue_are_answered_at_once() -> None:
    assert decide(PACK, VISIT, OPEN, "no...").lines


def test_going_on_by_oneself_is_one_turn() -> None:
    held = trails(OPEN, "no, I don't").state
    went_on = decide(PACK, VISIT, held, "have any chest pain")
    assert [(one.objective, one.answer) for one in went_on.closed] == [("chest_pain", "no")]
    assert went_on.hits == ()


def test_no_more_to_say_lets_the_words_stand() -> None:
    after = decide(PACK, VISIT, probed(trails(OPEN, "no...").state), "No, that's it.")
    assert [(one.objective, one.answer) for one in after.closed] == [("chest_pain", "no")]
    assert "screen.breath" in {line.script for line in after.lines}


def test_a_yes_is_asked_for_what_there_is() -> None:
    more = decide(PACK, VISIT, probed(trails(OPEN, "no...").state), "Yes.")
    assert [line.script for line in more.lines] == ["cue.more"]
    assert (more.hits, more.closed) == ((), ())
    told = decide(PACK, VISIT, more.state, "I can hardly breathe at night")
    assert told.hits


@pytest.mark.parametrize("words", ["my chest is killing me", "No, my chest is killing me.", "yes, my chest hurts"])
def test_what_follows_is_judged_like_any_words(words: str) -> None:
    after = decide(PACK, VISIT, probed(trails(OPEN, "no...").state), words)
    assert {hit.trigger for hit in after.hits} == {"CHEST_PAIN"}


def test_danger_in_the_words_themselves_waits_for_nothing() -> None:
    assert {hit.trigger for hit in trails(OPEN, "my chest hurts").hits} == {"CHEST_PAIN"}


@pytest.mark.parametrize("words", ["I want to talk to a nurse", "stop", "what did you say?"])
def test_what_is_asked_of_us_waits_for_nothing(words: str) -> None:
    assert trails(OPEN, words).lines


def test_nobody_is_probed_twice_in_a_row() -> None:
    after = decide(PACK, VISIT, probed(trails(OPEN, "no...", 10.0).state), "No, that's it.").state
    assert trails(after, "no...", 60.0).lines
    assert trails(after, "no...", 100.0).lines == ()


def test_silence_after_the_invitation_is_the_usual_silence() -> None:
    state = probed(trails(OPEN, "no...").state)
    said: list[str] = []
    for due in filter(None, (next_silence(PACK, state) for _ in range(6))):
        decision = on_silence(PACK, VISIT, state, due)
        assert decision
        said += [line.script for line in decision.lines]
        state = decision.state
    assert "cue.stopped_again" in said
    assert state.mode == "ended"
    assert "RED_FLAG_UNKNOWN" in {hit.trigger for hit in state.fired}  # a question about danger is still open


def test_a_break_brings_the_open_question_back() -> None:
    back = welcome_back(PACK, VISIT, trails(OPEN, "no...").state)
    assert back.state.noticed.held is None
    assert "screen.chest" in {line.script for line in back.lines}


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_the_invitation_is_approved(pack: Pack) -> None:
    gate = Gate(pack, VISIT)
    for name in ("cue.stopped", "cue.stopped_again", "cue.more"):
        assert all(gate.judge(text).script == name for text in pack.lines[name].sentences)


def test_a_replay_ends_in_the_same_state() -> None:
    live = Thread(PACK, VISIT)
    replayed: list[e.Event] = [e.CheckInStarted(PACK.id, PACK.version, PACK.content_hash, resumed=False)]
    live.greet()
    seen = e.CueNoticed("trailing_off", 0.3, 10.0, "turn", "hesitation")
    live.cue(seen)
    live.turn("no...", continues=False)
    live.silent(WAIT)
    replayed += [seen, e.PatientTurn(1, "no...", typed=False, continues=False), e.PatientSilent(WAIT)]
    for turn, words in enumerate(("Yes.", "it's hard to say"), 2):
        live.turn(words, continues=False)
        replayed.append(e.PatientTurn(turn, words, typed=False, continues=False))
    again = Thread(PACK, VISIT)
    again.replay(replayed)
    assert again.state == live.state
    assert replace(live.state, noticed=OPEN.noticed) != live.state  # something was noticed at all


def test_the_classifier_is_asked_about_the_whole() -> None:
    thread = Thread(PACK, VISIT)
    thread.greet()
    thread.cue(e.CueNoticed("trailing_off", 0.3, 10.0, "turn", "hesitation"))
    thread.turn("no, I don't", continues=False)
    assert thread.whole("know really", continues=False) == "no, I don't know really"
