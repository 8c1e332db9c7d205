"""The SBAR packet: at most 120 words whatever was said, every claim with the words behind it, the suggestion marked a draft."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.escalation.desk import Escalation
from server.nurse.last_time import LastTime
from server.nurse.neighbors import PersonaChoice
from server.nurse.packet import CALLING_911, MOST_WORDS, Packet, PacketLine, clipped, packet
from server.nurse.wording import titles
from server.persona.named import Asked
from server.persona.paging import MOST_SUGGESTED
from server.record.journal import Entry
from server.record.patients import Medicine, PatientCard
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId, PatientId
from server.workbench.lines import Act, PressesNurse, Says, Waits
from server.workbench.rehearsal import rehearse
from tests.screenplay import stage

KIND = "unit"

START = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
ANA = PersonaChoice("post-discharge", "Ana", "After discharge", "", {Tier.EMERGENCY: "Ask whether 911 is called."})
TITLES = titles({"CHEST_PAIN": "Chest pain", "FALL": "Fall"})
CARD = PatientCard(
    id=PatientId("pt_1"),
    name="Maria Alvarez",
    first_name="Maria",
    phone="555-0199",
    birth_month=3,
    birth_day=14,
    birth_year=1959,
    discharged_on=date(2026, 11, 28),
    diagnosis="Heart failure",
    medicines=(Medicine("apixaban", "", "", high_alert=True), Medicine("furosemide", "", "", high_alert=False)),
    address="12 Oak Street",
    callback="555-0143",
)
LONG = replace(
    CARD,
    diagnosis="congestive heart failure with atrial fibrillation " * 6,
    address="the small house behind the old mill at the end of the lane past the second bridge",
    medicines=tuple(Medicine(f"medicine number {index}", "", "", high_alert=True) for index in range(14)),
)


def called(
    trigger: str,
    tier: Tier = Tier.EMERGENCY,
    quote: str = "my chest hurts",
    where: str = "in the kitchen",
    **changes: Any,
) -> Escalation:
    """A page, as the desk shows it."""
    page = Escalation(
        id=EscalationId("esc_1"),
        checkin=CheckInId("ci_1"),
        patient=PatientId("pt_1"),
        patient_name="Maria Alvarez",
        tier=tier,
        trigger=trigger,
        version=1,
        quote=quote,
        turn=1,
        where=where,
        callback="555-0143",
        requested_at=START,
        due_at=START,
        state="paged",
        acknowledged_by=None,
        acknowledged_at=None,
    )
    return replace(page, **changes)


CHEST = called("CHEST_PAIN")
SAID = e.PatientTurn(1, "Well, my chest hurts.", False, False)
FIRED = e.TriggerFired(1, "CHEST_PAIN", 1, Tier.EMERGENCY, "my chest hurts")


def entries(*happened: e.Event) -> list[Entry]:
    return [Entry(seq, START + timedelta(seconds=seq), event) for seq, event in enumerate(happened, 1)]


def made(
    pages: Sequence[Escalation] = (CHEST,),
    happened: Sequence[e.Event] = (SAID, FIRED),
    card: PatientCard = CARD,
    last: LastTime | None = None,
    persona: PersonaChoice = ANA,
) -> Packet:
    found = packet(pages, entries(*happened), card, f"67 · day 2 home · {card.diagnosis}", persona, last, TITLES)
    assert found is not None
    return found


def line(found: Packet, label: str) -> PacketLine:
    return next(one for one in found.lines if one.label == label)


def test_it_answers_the_four_questions() -> None:
    found = made()
    assert [(one.label, one.text) for one in found.of("Situation")] == [
        ("Emergency", "Chest pain: “my chest hurts”"),
        ("911", "no answer yet, ask"),
        ("Where", "in the kitchen, as said"),
        ("Call back", "555-0143"),
    ]
    assert [(one.label, one.text) for one in found.of("Background")] == [
        ("Patient", "67, day 2 home, Heart failure"),
        ("Medicines", "apixaban, and 1 more"),
        ("Allergies", "not on file, ask"),
        ("Last time", "first check-in"),
    ]
    assert line(found, "Rules").text == "CHEST_PAIN@1"
    assert line(found, "Draft, not advice").text == "Ask whether 911 is called."


def test_each_claim_leads_to_the_words_behind_it() -> None:
    denied = e.NegativeFound(2, "FALL", 1, "no")
    calling = e.ObjectiveClosed(CALLING_911, "met", "yes", (3,))
    turns = (e.PatientTurn(2, "No.", False, False), denied, e.PatientTurn(3, "Yes, calling.", False, False), calling)
    heard = e.SpeechHeard(("Please call 911 now.",), "Please call 911 now.", False, 1.0)
    found = made(happened=(e.SpeechHeard(("Hello.",), "Hello.", False, 1.0), SAID, FIRED, heard, *turns))
    assert line(found, "Emergency").support == (2,)
    assert (line(found, "911").text, line(found, "911").support) == ("says: is calling", (7,))
    assert (line(found, "Said no to").text, line(found, "Said no to").support) == ("Fall", (5,))
    assert (line(found, "Ana said").text, line(found, "Ana said").support) == ("“Please call 911 now.”", (4,))


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [("no", "met", "says: is not calling"), ("", "unable", "asked, no clear answer")],
)
def test_what_is_not_known_of_911_is_said(answer: str, status: str, text: str) -> None:
    closed = e.ObjectiveClosed(CALLING_911, status, answer, (1,))  # type: ignore[arg-type]
    assert line(made(happened=(SAID, FIRED, closed)), "911").text == text


def test_the_question_about_911_is_the_packs() -> None:
    assert Asked.CALLING_911.value == CALLING_911


def test_what_changed_since_last_time_is_told_with_both_answers() -> None:
    last = LastTime(START - timedelta(days=2), True, ("FALL",), {"pain": "two", "appetite": "good"})
    now = (e.ObjectiveClosed("pain", "met", "eight", (1,)), e.ObjectiveClosed("appetite", "met", "good", (1,)))
    found = made(happened=(SAID, FIRED, *now), last=last)
    assert (line(found, "Changed").text, line(found, "Changed").support) == ("Pain: two → eight", (1,))
    assert line(found, "Last time").text == "Nov 28, complete, Fall"


def test_the_most_urgent_page_leads_and_closed_ones_are_left_out() -> None:
    fall, closed = called("FALL", Tier.URGENT, "I fell"), called("DVT", Tier.EMERGENCY, state="closed")
    assert line(made(pages=(fall, closed, CHEST)), "Emergency").text == "Chest pain: “my chest hurts”; also Fall"
    assert packet((closed,), [], CARD, "", ANA, None, TITLES) is None


def test_a_place_that_nobody_named_is_said_to_be_the_charts() -> None:
    assert line(made(pages=(called("FALL", where=""),)), "Where").text == "12 Oak Street, from the chart"


def test_whatever_is_said_it_stays_within_its_words_and_keeps_what_a_life_hangs_on() -> None:
    long = " ".join(["my chest hurts so much that I cannot tell you how"] * 10)
    pages = [called("CHEST_PAIN", quote=long, where=long), *(called(f"RULE_{index}", quote=long) for index in range(9))]
    turns = [e.PatientTurn(turn, long, False, False) for turn in range(1, 60)]
    fired = [e.TriggerFired(turn, "CHEST_PAIN", 1, Tier.EMERGENCY, long) for turn in range(1, 60)]
    denied = [e.NegativeFound(turn, f"RED_FLAG_NUMBER_{turn}", 1, "no") for turn in range(1, 60)]
    unable = [e.ObjectiveClosed(f"question_{turn}", "unable", "", (turn,)) for turn in range(1, 40)]
    answers = {f"open_{turn}": "as good as it was before" for turn in range(30)}
    changed = [e.ObjectiveClosed(name, "met", long, (1,)) for name in answers]
    last = LastTime(START, False, tuple(f"RULE_{index}" for index in range(9)), answers)
    persona = replace(ANA, suggests={Tier.EMERGENCY: " ".join(["word"] * MOST_SUGGESTED)})
    heard = e.SpeechHeard((long,), long, False, 9.0)
    found = made(pages, [*turns, *fired, heard, *denied, *unable, *changed], LONG, last, persona)
    assert MOST_WORDS - 12 <= found.words <= MOST_WORDS
    assert line(found, "Emergency").text.startswith("Chest pain: “my chest hurts so much")
    for label in ("911", "Where", "Call back", "Patient", "Medicines", "Rules", "Said no to", "Ana said"):
        assert line(found, label).text
    assert line(found, "Draft, not advice").text == persona.suggests[Tier.EMERGENCY]


def test_what_was_left_out_is_seen() -> None:
    assert clipped("one two, three", 2) == "one two…"
    assert clipped("one two", 2) == "one two"


def acts(play: stage.Screenplay) -> list[Act]:
    """What a screenplay's patient says and does, as a rehearsal plays it."""
    said: list[Act] = [Says(scene.patient) for scene in play.scenes if scene.patient]
    waits: list[Act] = [Waits(scene.silence) for scene in play.scenes if scene.silence]
    return said + waits + [PressesNurse() for scene in play.scenes if scene.nurse_button]


@pytest.mark.parametrize("path", stage.SCREENPLAYS, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_the_packet_of_every_screenplay_fits_and_is_supported(path: Path) -> None:
    rules, play = stage.pack_of(path), stage.read(path)
    played, _ = rehearse(rules, stage.visit_of(play), [*acts(play), PressesNurse()], stop_at_end=False)
    journal = entries(*(moment.event for moment in played.moments))
    asked = [entry.event for entry in journal if isinstance(entry.event, e.EscalationRequested)]
    pages = [called(event.trigger, event.tier, event.quote, version=event.version) for event in asked] or [CHEST]
    suggests = {tier: one.text for tier, one in rules.escalation.suggests.items()}
    persona = PersonaChoice(rules.id, rules.name, rules.title, rules.purpose, suggests)
    last = LastTime(
        START,
        True,
        (),
        {entry.event.objective: "before" for entry in journal if isinstance(entry.event, e.ObjectiveClosed)},
    )
    found = packet(pages, journal, LONG, f"67 · {LONG.diagnosis}", persona, last, titles({}))
    assert found is not None
    assert found.words <= MOST_WORDS
    words = {entry.seq for entry in journal if isinstance(entry.event, e.PatientTurn | e.SpeechHeard)}
    assert {seq for one in found.lines for seq in one.support} <= words
    assert line(found, "Draft, not advice").text == suggests[max(pages, key=lambda page: -page.tier.rank).tier]
