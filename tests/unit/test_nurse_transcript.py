"""The transcript a nurse reads: who said what, what was heard, what was why."""

from datetime import UTC, datetime, timedelta

import pytest

from server.nurse.transcript import Line, Part, marked, transcript
from server.nurse.wording import age, birth, day_home, dialable, plain, titles, years_old
from server.record.journal import Entry
from server.vocabulary import events
from server.vocabulary.events import Event
from server.vocabulary.findings import Tier
from server.vocabulary.ids import EscalationId, StaffId

KIND = "unit"

CLOSED = (EscalationId("esc_1"), Tier.URGENT, "CHEST_PAIN", 4, StaffId("st_1"), "Nia")
START = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)


def lines(*happened: tuple[float, Event]) -> tuple[Line, ...]:
    """What the nurse reads of these events, given with their seconds."""
    entries = [Entry(seq, START + timedelta(seconds=at), event) for seq, (at, event) in enumerate(happened, 1)]
    return transcript(entries, "Maria", "Ana", titles({"CHEST_PAIN": "Chest pain"}))


def words(line: Line) -> str:
    return "".join(part.text for part in line.parts)


def test_both_sides_are_told_apart_and_timed() -> None:
    first, second = lines(
        (0, events.SpeechHeard(("How are you?",), "How are you?", False, 1.0)),
        (98, events.PatientTurn(1, "A bit dizzy.", True, False)),
    )
    assert (first.at, first.speaker, first.side, words(first)) == ("0:00", "Ana", "persona", "How are you?")
    assert (second.at, second.speaker, second.typed, words(second)) == ("1:38", "Maria", True, "A bit dizzy.")


def test_what_fired_is_marked_in_the_turn_that_fired() -> None:
    turn = events.PatientTurn(2, "Okay. My Chest feels tight today.", False, False)
    fired = events.TriggerFired(2, "CHEST_PAIN", 4, Tier.EMERGENCY, "my chest feels tight")
    (line,) = lines((0, turn), (0, fired))
    assert line.parts == (Part("Okay. "), Part("My Chest feels tight", marked=True), Part(" today."))


@pytest.mark.parametrize("quotes", [[], [""], ["something else"]])
def test_words_without_their_quote_stay_whole(quotes: list[str]) -> None:
    assert marked("No pain.", quotes) == (Part("No pain."),)


def test_a_sentence_is_on_its_way_until_it_was_heard() -> None:
    gated = events.SentenceGated(1, "Please sit down.", True, "s", "script")
    assert [line.pending for line in lines((0, gated))] == [True]
    heard = events.SpeechHeard(("Please sit down.",), "Please sit down.", False, 1.0)
    assert [(line.pending, words(line)) for line in lines((0, gated), (1, heard))] == [(False, "Please sit down.")]


def test_a_refused_sentence_is_never_shown() -> None:
    assert lines((0, events.SentenceGated(1, "Take two.", False, "", "not_in_pack"))) == ()


def test_words_cut_off_are_shown_as_not_heard() -> None:
    (line,) = lines((0, events.SpeechHeard(("Do not take it today.",), "Do not take", True, 0.8)))
    assert (words(line), line.unheard) == ("Do not take", "it today.")


def test_a_sentence_given_up_does_not_stay_on_its_way() -> None:
    result = lines(
        (0, events.SentenceGated(1, "First.", True, "a", "script")),
        (0, events.SentenceGated(2, "Second.", True, "b", "script")),
        (0, events.SentenceGated(3, "Third.", True, "c", "script")),
        (1, events.SpeechHeard(("Second.",), "Second.", False, 0.5)),
    )
    assert [(words(line), line.pending) for line in result] == [("Second.", False), ("Third.", True)]


def test_a_speaker_is_named_once_in_a_row() -> None:
    result = lines(
        (0, events.PatientTurn(1, "Well.", False, False)),
        (1, events.PatientTurn(2, "Yes.", False, True)),
        (2, events.ConnectionChanged("lost")),
        (3, events.PatientTurn(3, "Hello?", False, False)),
    )
    assert [line.opens for line in result if line.side == "patient"] == [True, False, True]


def test_what_happened_reads_as_a_sentence() -> None:
    result = lines(
        (0, events.CheckInStarted("p", "1", "00", False)),
        (1, events.NurseAsked()),
        (2, events.ConsentChanged("camera", False)),
        (2, events.ConsentChanged("camera_cues", True)),
        (2, events.ConsentChanged("voice_cues", False)),
        (2, events.CueNoticed("trailing_off", 0.4, 12.0, "turn", "hesitation")),
        (2, events.CueNoticed("absence", 0.9, 20.0, "quiet", "absence", absence="muted")),
        (2, events.CueDisputed("trailing_off", 12.0)),
        (2, events.CueJudged("trailing_off", 12.0, "hesitation", 1.4, "prior", "not_right", StaffId("st_1"), "Nia")),
        (2, events.EscalationClosed(*CLOSED, "no", "seen_today", "noise", "misheard", "see her gp")),
        (3, events.CheckInEnded("patient_ended")),
        (4, events.TurnTimed(1, 1, 1, 1, 1, 1)),
    )
    assert [words(line) for line in result] == [
        "The check-in began.",
        "Maria pressed the nurse button.",
        "Maria turned the camera off.",
        "Maria allows cues from the face.",
        "Maria does not allow cues from the voice.",
        "Noticed: the voice trailed off. A cue, not a diagnosis.",
        "Noticed: the microphone is muted. A cue, not a diagnosis.",
        "Maria says this is not right: the voice trailed off.",
        "Nia on “the voice trailed off”: not right.",
        "Nia closed this: Chest pain. To be seen today. Noise.",
        "Maria ended the check-in.",
    ]
    assert {line.speaker for line in result} == {""}


def test_times_and_names_read_the_way_nurses_say_them() -> None:
    due = START + timedelta(minutes=2)
    assert age(START, due, START + timedelta(seconds=48)) == "0:48"
    assert age(START, due, START + timedelta(minutes=3, seconds=5)) == "late 1:05"
    assert age(START, None, START + timedelta(hours=1, minutes=2)) == "1 h 02"
    assert (plain("WOUND_INFECTION"), dialable("(503) 555-0177")) == ("Wound infection", "5035550177")


def test_births_and_days_at_home() -> None:
    assert (birth(2, 29, None), birth(3, 12, 1958)) == ("February 29", "March 12, 1958")
    today = START.date()
    assert (years_old(11, 17, 1958, today), years_old(11, 18, 1958, today), years_old(1, 1, None, today)) == (
        68,
        67,
        None,
    )
    assert day_home(today, today) == "came home today"
    assert (day_home(today - timedelta(days=2), today), day_home(today + timedelta(days=1), today)) == (
        "day 2 home",
        "",
    )


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("listening", "Dana Lee joined and listens. Maria was told."),
        ("talking", "Dana Lee talks with Maria."),
        ("handed_back", "Dana Lee handed back, and listens."),
        ("left", "Dana Lee left the call."),
        ("lost", "Dana Lee’s connection was lost."),
    ],
)
def test_the_transcript_says_who_was_in_the_room_and_how(state: str, sentence: str) -> None:
    (line,) = lines((0, events.RoomChanged(StaffId("st_1"), "Dana Lee", state)))  # type: ignore[arg-type]
    assert words(line) == sentence
