"""A rehearsal is a call without sound: the same journal, on a time that only words and silences move."""

from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import TypeAdapter

from server.checkin.thread import Thread
from server.config import Settings
from server.conversation.state import Visit
from server.persona.loading import load_pack
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.workbench.lines import parse
from server.workbench.rehearsal import KEPT_SECONDS, Rehearsal, rehearse
from server.workbench.summary import summary_of

KIND = "unit"

E = TypeVar("E")
PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
JOURNAL: TypeAdapter[list[e.Event]] = TypeAdapter(list[e.Event])
CHEST = "there is a tight feeling in my chest"


def played(*lines: str, stop_at_end: bool = True) -> Rehearsal:
    return rehearse(PACK, VISIT, parse(lines, "talk", PACK.cues), stop_at_end=stop_at_end)[0]


def of(rehearsal: Rehearsal, kind: type[E]) -> list[E]:
    return [moment.event for moment in rehearsal.moments if isinstance(moment.event, kind)]


def said(rehearsal: Rehearsal) -> list[str]:
    return [event.script for event in of(rehearsal, e.SentenceGated)]


@pytest.mark.parametrize(
    "lines",
    [
        ("No.", "nope", "no", "no", "no, my head is clear", "better"),
        ("no", "@interrupt 10%", "no wait", "um", "@nurse", "@drop 20", CHEST, "yes I am calling"),
        ("@cue hesitation 0.9", "@wait 60", "no", "@cue mismatch 0.9", "yes", "it is my son", "no"),
        (CHEST, "@interrupt 20%", "@drop 900", "@wait 25", "I'm back"),
    ],
)
def test_its_journal_replays_to_the_very_state(lines: tuple[str, ...]) -> None:
    rehearsal = played(*lines, stop_at_end=False)
    events = [moment.event for moment in rehearsal.moments]
    replayed = Thread(PACK, VISIT)
    replayed.replay(JOURNAL.validate_json(JOURNAL.dump_json(events)))
    assert (replayed.state, replayed.turns) == (rehearsal.thread.state, rehearsal.thread.turns)


def test_time_only_goes_forward_and_words_take_it() -> None:
    rehearsal = played("no", "@wait 40", "no", stop_at_end=False)
    times = [moment.at for moment in rehearsal.moments]
    assert times == sorted(times)
    greeting = of(rehearsal, e.SpeechHeard)[0]
    words = sum(len(sentence.split()) for sentence in greeting.planned)
    assert greeting.seconds == pytest.approx(words * 0.4 + (len(greeting.planned) - 1) * 0.55, abs=0.01)


def test_an_emergency_is_paged_in_the_turn_it_is_said_in() -> None:
    rehearsal = played("no", CHEST)
    page = next(m for m in rehearsal.moments if isinstance(m.event, e.EscalationRequested))
    turn = [m for m in rehearsal.moments if isinstance(m.event, e.PatientTurn)][-1]
    assert page.at == turn.at
    assert (page.event.kind, rehearsal.ended) == ("escalation_requested", False)


def test_a_wait_climbs_the_ladder_of_silence() -> None:
    rehearsal = played("no", "@wait 7.9")
    assert of(rehearsal, e.PatientSilent) == []
    assert [event.seconds for event in of(played("no", "@wait 8"), e.PatientSilent)] == [8.0]


def test_silence_runs_to_its_end_unless_told_to_stop() -> None:
    assert played("no", stop_at_end=False).ended
    assert not played("no").ended


def test_what_was_talked_over_was_not_heard() -> None:
    rehearsal = played("@interrupt 40%", "no")
    greeting = of(rehearsal, e.SpeechHeard)[0]
    whole = " ".join(greeting.planned).split()
    assert greeting.interrupted
    assert greeting.heard.split() == whole[: round(len(whole) * 0.4)]


def test_an_instruction_that_was_talked_over_is_said_again() -> None:
    rehearsal = played(CHEST, "@interrupt 5%", "what")
    assert said(rehearsal).count("p911.call") > 1


def test_a_long_absence_is_taken_up_from_the_journal() -> None:
    rehearsal = played("no", "no", "@drop 700", "no")
    assert [event.resumed for event in of(rehearsal, e.CheckInStarted)] == [False, True]
    assert rehearsal.thread.turns == 3


def test_an_absence_is_as_long_as_in_a_service_that_sets_nothing() -> None:
    assert Settings.model_fields["drop_off_minutes"].default * 60 == KEPT_SECONDS


def test_the_end_button_ends_it() -> None:
    rehearsal = played("no", "@end", "no")
    assert [event.reason for event in of(rehearsal, e.CheckInEnded)] == ["patient_ended"]
    closed = {event.objective: event.status for event in of(rehearsal, e.ObjectiveClosed)}
    assert (closed["chest_pain"], closed["bleeding"]) == ("met", "not_reached")
    assert rehearsal.thread.turns == 1


def test_nobody_is_told_twice_of_the_same() -> None:
    pages = of(played(CHEST, CHEST, CHEST), e.EscalationRequested)
    assert [page.trigger for page in pages].count("CHEST_PAIN") == 1


def test_a_case_may_begin_at_a_question() -> None:
    rehearsal = Rehearsal(PACK, VISIT)
    rehearsal.begin_at("teach_back")
    rehearsal.play(parse(["I'd call 911 and sit down"], "talk", PACK.cues)[0])
    assert of(rehearsal, e.ObjectiveClosed)[0].objective == "teach_back"
    with pytest.raises(KeyError):
        Rehearsal(PACK, VISIT).begin_at("nothing_of_the_kind")


def test_the_summary_holds_what_came_of_it() -> None:
    summary = summary_of(played("no", "I can't breathe, I'm gasping", stop_at_end=False).moments)
    sentences = summary["sentences"]
    assert isinstance(sentences, list)
    assert all(one["heard"] == one["text"] and one["script"] for one in sentences)
    assert summary["ended"] == "expired"
    assert summary["objectives"]["chest_pain"]["status"] == "met"  # type: ignore[index]
    assert summary["escalations"][0]["tier"] == Tier.EMERGENCY  # type: ignore[index]
    assert summary["negatives"][0]["trigger"] == "CHEST_PAIN"  # type: ignore[index]


def test_the_end_button_over_a_danger_question_pages() -> None:
    pages = of(played("sort of not really", "@end"), e.EscalationRequested)
    assert {page.trigger for page in pages} == {"RED_FLAG_UNKNOWN", "NOT_FINISHED"}
