"""A check-in that is taken up again stands where it stood: the journal's events, replayed, give the state that was left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from server.checkin.thread import Thread
from server.conversation.gate import Gate
from server.conversation.state import Decision, Visit
from server.persona.loading import load_pack
from server.vocabulary import events as e
from server.vocabulary.findings import Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
JOURNAL: TypeAdapter[list[e.Event]] = TypeAdapter(list[e.Event])

CALM = (
    "No.",
    "Nope, none.",
    "no",
    "I don't think so.",
    "No, my mind's clear.",
    "Better, I think.",
    "Just tired.",
    "Yeah, I got them all.",
    "No, nothing else.",
    "No, I take them every day.",
    "No, just what it says.",
    "Two weeks.",
    "My wife does that.",
    "Next Tuesday at two.",
    "My son drives me.",
    "I'd call 911 and sit down.",
    "My daughter lives so far away.",
    "Yes, that's right.",
)
ARM = "there is a tight feeling in my chest and it goes down my left arm"


@dataclass
class Live:
    """A check-in that runs, and the journal it leaves; in the order in which the conductor moves and records."""

    thread: Thread = field(default_factory=lambda: Thread(PACK, VISIT))
    journal: list[e.Event] = field(default_factory=list)
    gate: Gate = field(default_factory=lambda: Gate(PACK, VISIT))

    def start(self) -> Decision:
        self.journal += [e.CheckInStarted(PACK.id, PACK.version, PACK.content_hash, resumed=False)]
        self.journal += [e.ConnectionChanged("connected")]
        return self.said(self.thread.greet())

    def turn(self, text: str, *, continues: bool = False) -> Decision:
        decision = self.thread.turn(text, continues=continues)
        turn = self.thread.turns
        self.journal.append(e.PatientTurn(turn, text, typed=False, continues=continues))
        self.journal += [e.TriggerFired(turn, h.trigger, h.version, h.tier, h.quote) for h in decision.hits]
        self.journal += [e.NegativeFound(turn, n.trigger, n.version, n.quote) for n in decision.negatives]
        self.journal += decision.closed
        return self.said(decision)

    def silent(self, seconds: float) -> Decision | None:
        decision = self.thread.silent(seconds)
        if decision is None:
            return None
        self.journal.append(e.PatientSilent(seconds))
        return self.said(decision)

    def nurse(self) -> Decision:
        decision = self.thread.nurse_asked()
        self.journal.append(e.NurseAsked())
        return self.said(decision)

    def fail(self) -> Decision:
        decision = self.thread.failed()
        self.journal.append(e.FailedSafe("speech_failed"))
        return self.said(decision)

    def cut(self, planned: tuple[str, ...], heard: str) -> None:
        self.journal.append(e.SpeechHeard(planned, heard, interrupted=True, seconds=1.0))
        self.thread.cut_off(planned, heard)

    def heard_all(self, planned: tuple[str, ...]) -> None:
        self.journal.append(e.SpeechHeard(planned, " ".join(planned), interrupted=False, seconds=4.0))

    def reconnect(self) -> Decision:
        self.journal += [e.ConnectionChanged("lost"), e.ConnectionChanged("reconnected")]
        return self.said(self.thread.welcome_back())

    def restart(self) -> Decision:
        """The server died: another takes the check-in up from the journal."""
        self.thread = self.replayed()
        self.journal += [e.CheckInStarted(PACK.id, PACK.version, PACK.content_hash, resumed=True)]
        return self.said(self.thread.welcome_back())

    def said(self, decision: Decision) -> Decision:
        """Every sentence passes the gate on its way out."""
        for line in decision.lines:
            receipt = self.gate.judge(line.text)
            self.thread.sentences += 1
            number = self.thread.sentences
            self.journal.append(e.SentenceGated(number, line.text, receipt.allowed, receipt.script, receipt.reason))
        return decision

    def replayed(self) -> Thread:
        """A fresh thread brought there by what was written and read again."""
        thread = Thread(PACK, VISIT)
        thread.replay(JOURNAL.validate_json(JOURNAL.dump_json(self.journal)))
        return thread


@pytest.fixture
def live() -> Live:
    running = Live()
    running.start()
    return running


def texts(decision: Decision) -> tuple[str, ...]:
    return tuple(line.text for line in decision.lines)


def scripts(decision: Decision) -> set[str]:
    return {line.script for line in decision.lines}


def take(live: Live, turns: Sequence[str]) -> None:
    for text in turns:
        live.turn(text)


@pytest.mark.parametrize("turns", range(len(CALM) + 1))
def test_a_calm_check_in_replays_from_every_turn(live: Live, turns: int) -> None:
    take(live, CALM[:turns])
    assert live.replayed() == live.thread
    assert live.thread.turns == turns


def test_the_calm_check_in_ends(live: Live) -> None:
    take(live, CALM)
    assert live.replayed().state.mode == live.thread.state.mode == "ended"


def test_an_emergency_replays_with_what_fired_and_stays_with_the_patient(live: Live) -> None:
    take(live, ["no", ARM, "I can't reach the phone", "they're on their way"])
    again = live.replayed()
    assert again == live.thread
    assert again.state.mode == "staying"
    assert {hit.trigger for hit in again.state.fired} == {"CHEST_PAIN", "CANNOT_CALL_911"}


def test_a_turn_that_goes_on_is_judged_as_one_from_the_state_before_it(live: Live) -> None:
    live.turn("No.")
    live.turn("No, but I have a tight feeling in my")
    live.turn("chest and it goes down my left arm", continues=True)
    again = live.replayed()
    assert again == live.thread
    assert again.state.turn == 2
    assert again.turns == 3
    assert "CHEST_PAIN" in {hit.trigger for hit in again.state.fired}


def test_a_turn_that_goes_on_twice_is_one_turn(live: Live) -> None:
    take(live, ["No."])
    live.turn("I would like")
    live.turn("to tell you", continues=True)
    live.turn("that I am fine.", continues=True)
    whole = Live()
    whole.start()
    take(whole, ["No.", "I would like to tell you that I am fine."])
    assert live.replayed() == live.thread
    assert live.thread.state == whole.thread.state


def test_a_cut_off_instruction_is_said_again_after_a_restart_too(live: Live) -> None:
    planned = texts(live.turn("yes it hurts"))
    heard = " ".join(planned).split("Please call")[0] + "Please call"
    live.cut(planned, heard)
    again = live.replayed()
    assert again == live.thread
    assert again.state.again
    assert "p911.call" in scripts(again.turn("okay", continues=False))


def test_a_question_that_was_cut_off_is_not_answered_by_the_next_words(live: Live) -> None:
    live.cut(("Do you have any chest pain right now?",), "Do you")
    again = live.replayed()
    assert again == live.thread
    assert again.state.unheard
    assert again.turn("no", continues=False).closed == ()


def test_what_is_asked_of_us_over_a_question_counts_though_it_answers_nothing(live: Live) -> None:
    live.cut(("Do you have any chest pain right now?",), "Do you")
    assert live.thread.turn("please stop, I want to end this call", continues=False).end_reason == "patient_ended"


def test_what_was_heard_in_full_changes_nothing(live: Live) -> None:
    before = live.thread.state
    live.heard_all(("Do you have any chest pain right now?",))
    assert live.replayed().state == live.thread.state == before


def test_a_turn_that_goes_on_after_a_cut_replays(live: Live) -> None:
    live.turn("no")
    planned = texts(live.turn("I feel a"))
    live.cut(planned, planned[0].split()[0])
    live.turn("bit tired", continues=True)
    assert live.replayed() == live.thread


@pytest.mark.parametrize("seconds", [(5.0, 8.0), (8.0, 20.0), (8.0, 20.0, 45.0), (8.0, 20.0, 45.0, 90.0)])
def test_the_steps_of_silence_replay(live: Live, seconds: tuple[float, ...]) -> None:
    steps = [live.silent(each) for each in seconds]
    assert live.replayed() == live.thread
    assert live.thread.state.rung == len([step for step in steps if step is not None])


def test_silence_and_speech_in_turns_replay(live: Live) -> None:
    live.silent(8.0)
    live.turn("no")
    live.silent(20.0)
    live.silent(20.5)
    live.turn("no")
    assert live.replayed() == live.thread


def test_silence_beside_someone_in_danger_replays(live: Live) -> None:
    take(live, [ARM])
    for seconds in (10.0, 20.0, 60.0):
        live.silent(seconds)
    again = live.replayed()
    assert again == live.thread
    assert "UNRESPONSIVE" in {hit.trigger for hit in again.state.fired}


def test_a_resumed_check_in_replays_and_goes_on_with_the_open_question(live: Live) -> None:
    take(live, CALM[:3])
    before = live.thread.state
    assert "welcome.back" in scripts(live.restart())
    assert live.thread.state.asks == before.asks
    take(live, CALM[3:])
    assert live.replayed() == live.thread
    assert live.thread.state.mode == "ended"


def test_resumed_twice_reconnected_and_the_nurse_button_replay(live: Live) -> None:
    live.turn("no")
    live.restart()
    live.nurse()
    live.reconnect()
    live.turn("no")
    live.restart()
    live.cut(("Do you have any bleeding?",), "")
    assert live.replayed() == live.thread


def test_a_turn_that_goes_on_after_a_restart_starts_from_the_state_before_its_first_half(live: Live) -> None:
    live.turn("no")
    live.turn("My breath is")
    live.restart()
    live.turn("very short right now", continues=True)
    assert live.replayed() == live.thread


@pytest.mark.parametrize("before", [("no",), (ARM,), CALM], ids=["routine", "staying", "ended"])
def test_a_failure_replays(live: Live, before: tuple[str, ...]) -> None:
    take(live, before)
    live.fail()
    live.turn("no")
    live.fail()
    assert live.replayed() == live.thread


def test_sentence_numbers_go_on_after_a_restart(live: Live) -> None:
    take(live, CALM[:2])
    assert live.replayed().sentences == live.thread.sentences > 0


def test_an_emergency_in_words_that_are_not_a_turn_changes_nothing(live: Live) -> None:
    before = live.thread.state
    hits = live.thread.emergencies("I have crushing chest pain right now")
    assert [hit.tier for hit in hits] == [Tier.EMERGENCY]
    assert live.thread.state == before
    assert live.thread.turns == 0
