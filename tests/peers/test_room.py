"""A nurse in a running check-in: the patient is told, the persona gives the floor and takes it up, and nobody is left alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from server.checkin.nurse_seat import NurseSeat
from server.checkin.room import NotBegun, RoomTaken
from server.escalation import desk
from server.media.nurse_call import NurseCall
from server.record import audit
from server.signaling.messages import Back, End, Leave, Talk
from server.speech.recognizer import Recognizer
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Role, Staff
from tests.fakes.footprint import Footprint
from tests.fakes.outage import Outage
from tests.fakes.peer import PatientPeer
from tests.fakes.records import COMPLIANCE, Records
from tests.fakes.sound import tone
from tests.fakes.speakers import Speaker
from tests.fakes.waiting import until
from tests.peers.bedside import PACK, PAST_THE_SCREEN, Bedside, bedside
from tests.peers.test_media_bridge import LEVEL, NURSE, PATIENT, hears

KIND = "peers"

LISTENING = "A nurse, Nia Nurse, is listening now."
HERE = "Your nurse, Nia Nurse, is here with you now."
QUIET = "I'll be quiet while you two talk."
BACK = "Nia Nurse asked me to go on with you."
CUT_OFF = "The line to the nurse was cut off."
QUESTION = "Since you got home, do you feel better, the same, or worse?"
CHEST = "there is a tight feeling in my chest and it goes down my left arm"
LONG = 40.0
"""Seconds of tone, longer than any test."""


@dataclass
class Nurse:
    """A nurse at her page, with a peer of her own."""

    staff: Staff
    seat: NurseSeat
    peer: PatientPeer
    told: list[dict[str, object]] = field(default_factory=list)
    hung_up: list[bool] = field(default_factory=list)

    def modes(self) -> list[object]:
        return [message["mode"] for message in self.told if message["k"] == "room"]

    async def takes_the_floor(self, there: Bedside) -> None:
        self.peer.microphone.play(tone(LONG, LEVEL, NURSE))
        await self.seat.message(Talk(k="talk"))
        await until(lambda: self.modes()[-1:] == ["talking"], 20)


async def join(there: Bedside, staff: Staff) -> Nurse:
    call = NurseCall(there.call.bridge, [])
    hung_up: list[bool] = []
    told: list[dict[str, object]] = []
    seat = NurseSeat(there.checkin.room, call, lambda: hung_up.append(True))
    await there.checkin.room.enter(staff, lambda message: told.append(dict(message)), seat.over)
    peer = PatientPeer(watches=True)
    await peer.connect(lambda sdp: seat.offer(sdp, "voice"))
    return Nurse(staff, seat, peer, told, hung_up)


@asynccontextmanager
async def in_one_room(
    records: Records, kit: SpeechKit, past: tuple[e.Event, ...] = PAST_THE_SCREEN
) -> AsyncIterator[tuple[Bedside, Nurse, PatientPeer]]:
    """A patient who was greeted and has heard the question, and a nurse who listens."""
    staff, patient = await records.hire(), PatientPeer(watches=True)
    async with bedside(records, kit, None, past=past, peer=patient) as there:
        await there.heard_out()
        nurse = await join(there, staff)
        yield there, nurse, patient
        await nurse.seat.left()
        await nurse.peer.close()
    await patient.close()


def said(there: Bedside) -> list[str]:
    return [one.text for one in there.of(e.SentenceGated) if one.allowed]


def heard(there: Bedside) -> str:
    return " ".join(speech.heard for speech in there.of(e.SpeechHeard))


def room(there: Bedside) -> list[str]:
    return [change.state for change in there.of(e.RoomChanged)]


async def rows(records: Records) -> list[tuple[str, str]]:
    """Who did what in a room, oldest first."""
    found = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    return [(row.actor, row.action) for row in reversed(found) if row.action.startswith("room.")]


async def test_a_nurse_who_listens_is_announced_on_the_page_and_aloud(records: Records, brisk: SpeechKit) -> None:
    async with in_one_room(records, brisk) as (there, nurse, patient):
        shown = await patient.until(lambda message: message.get("k") == "nurse")
        await until(lambda: LISTENING in heard(there))
        assert (shown["state"], shown["name"]) == ("listening", "Nia Nurse")
        assert nurse.told[0] == {"k": "room", "mode": "listening", "patient": "here"}
        assert await rows(records) == [(f"staff:{nurse.staff.id}", "room.joined")]


async def test_the_announcement_waits_for_a_patient_who_speaks_and_comes_first_then(
    records: Records, brisk: SpeechKit
) -> None:
    async with bedside(records, brisk, None, peer=(patient := PatientPeer(watches=True))) as there:
        await there.heard_out()
        there.checkin.state_changed("patient_speaking")
        nurse = await join(there, await records.hire())
        before = said(there)
        assert LISTENING not in before
        there.checkin.state_changed("patient_quiet")
        await there.checkin.typed("I feel about the same")
        await until(lambda: len(said(there)) > len(before))
        assert said(there)[len(before)] == LISTENING
        await nurse.seat.left()
        await nurse.peer.close()
    await patient.close()


async def test_the_persona_introduces_her_and_each_hears_the_other(records: Records, brisk: SpeechKit) -> None:
    async with in_one_room(records, brisk) as (there, nurse, patient):
        await nurse.takes_the_floor(there)
        patient.microphone.play(tone(LONG, LEVEL, PATIENT))
        await hears(patient, NURSE)
        await hears(nurse.peer, PATIENT)
        assert said(there)[-2:] == [HERE, QUIET]
        assert f"{HERE} {QUIET}" in heard(there)
        assert nurse.modes()[-3:] == ["listening", "introducing", "talking"]
        assert room(there) == ["listening", "talking"]


async def test_while_she_talks_words_are_judged_for_danger_and_not_answered(records: Records, brisk: SpeechKit) -> None:
    async with in_one_room(records, brisk) as (there, nurse, _):
        await nurse.takes_the_floor(there)
        before = len(said(there))
        await there.checkin.typed("I feel worse today")
        await there.checkin.typed(CHEST)
        await there.checkin.turn_completed("yes it is bad")
        there.checkin._on_silence()
        answer = [sentence async for sentence in there.checkin.reply()]
        assert answer == []
        assert len(said(there)) == before
        await until(lambda: len(there.of(e.PatientTurn)) == 3)
        assert [turn.text for turn in there.of(e.PatientTurn)] == ["I feel worse today", CHEST, "yes it is bad"]
        assert [(one.trigger, one.tier) for one in there.of(e.EscalationRequested)] == [("CHEST_PAIN", Tier.EMERGENCY)]
        assert [one for one in there.of(e.ObjectiveClosed) if one.status == "met"] == []
        # She has heard it herself: it is marked as hers, and rings nobody.
        (page,) = await records.database.run(lambda tx: desk.open_pages(tx, nurse.staff, answered_since=tx.now))
        assert (page.state, page.claimed_by) == ("in_room", nurse.staff.id)
        assert [one.staff_name for one in there.of(e.EscalationAcknowledged)] == ["Nia Nurse"]


async def test_what_the_nurse_says_is_written_on_the_patients_page_while_she_has_the_floor(
    records: Records, brisk: SpeechKit, recognizer: Recognizer
) -> None:
    hearing = SpeechKit(recognizer, brisk.voice, None)
    async with Speaker() as speaker:
        asked = await speaker.say("My daughter comes over on Tuesdays and Fridays.")
    async with in_one_room(records, hearing) as (there, nurse, patient):
        await nurse.seat.message(Talk(k="talk"))
        await until(lambda: nurse.modes()[-1:] == ["talking"], 20)
        nurse.peer.microphone.play(asked)
        shown = await patient.until(lambda message: message.get("k") == "nurse_cap" and message["done"] is True)
        assert shown["name"] == "Nia Nurse"
        assert "my daughter comes over on" in str(shown["text"]).lower()
        assert there.of(e.PatientTurn)[len(PAST_THE_SCREEN) - 1 :] == []
        await nurse.seat.message(Back(k="back"))
        await until(lambda: not there.call.bridge.open)
        assert there.call.bridge.written is None


async def test_after_hand_back_the_persona_asks_the_open_question_again(records: Records, brisk: SpeechKit) -> None:
    async with in_one_room(records, brisk) as (there, nurse, patient):
        await nurse.takes_the_floor(there)
        await hears(patient, NURSE)
        await nurse.seat.message(Back(k="back"))
        await until(lambda: QUESTION in heard(there).split(BACK)[-1] and BACK in heard(there), 20)
        assert said(there)[-2:] == [BACK, QUESTION]
        assert nurse.modes()[-1] == "listening"
        await there.checkin.typed("I feel better")
        await until(lambda: [one.answer for one in there.of(e.ObjectiveClosed)][-1:] == ["better"])
        assert not there.call.bridge.open


async def test_a_nurse_who_leaves_in_mid_talk_hands_back_first(records: Records, brisk: SpeechKit) -> None:
    async with in_one_room(records, brisk) as (there, nurse, patient):
        await nurse.takes_the_floor(there)
        await nurse.seat.message(Leave(k="leave"))
        await patient.until(lambda message: message.get("state") == "left")
        assert room(there) == ["listening", "talking", "handed_back", "left"]
        assert nurse.hung_up == [True]
        assert [action for _, action in await rows(records)] == [
            "room.joined",
            "room.talked",
            "room.handed_back",
            "room.left",
        ]


@pytest.mark.parametrize("how", ["her page is gone", "her microphone is silent"])
async def test_when_she_drops_out_the_patient_is_told_and_the_persona_goes_on(
    records: Records, brisk: SpeechKit, how: str
) -> None:
    async with in_one_room(records, brisk) as (there, nurse, patient):
        await nurse.takes_the_floor(there)
        await hears(patient, NURSE)
        goes = {"her page is gone": nurse.seat.left, "her microphone is silent": nurse.peer.pc.close}
        await goes[how]()
        await until(lambda: QUESTION in heard(there).split(CUT_OFF)[-1] and CUT_OFF in heard(there), 20)
        assert room(there) == ["listening", "talking", "lost"]
        assert (await rows(records))[-1] == ("service:conductor", "room.lost")


async def test_a_patient_who_comes_back_to_a_nurse_is_shown_her_and_not_talked_to(
    records: Records, brisk: SpeechKit
) -> None:
    async with in_one_room(records, brisk) as (there, nurse, patient):
        await nurse.takes_the_floor(there)
        before = len(said(there))
        await there.checkin.lost()
        await until(lambda: nurse.told[-1] == {"k": "room", "mode": "talking", "patient": "gone"})
        await there.checkin.connected()
        await until(lambda: sum(m.get("k") == "nurse" and m["state"] == "talking" for m in patient.messages) == 2)
        await until(lambda: nurse.told[-1] == {"k": "room", "mode": "talking", "patient": "here"})
        assert len(said(there)) == before


async def test_a_nurse_ends_the_check_in(records: Records, brisk: SpeechKit) -> None:
    async with in_one_room(records, brisk) as (there, nurse, _):
        await nurse.takes_the_floor(there)
        await nurse.seat.message(End(k="end"))
        assert there.of(e.CheckInEnded) == [e.CheckInEnded("staff_ended")]
        assert room(there)[-1] == "left"
        assert there.of(e.EscalationRequested) == []
        assert nurse.told[-1] == {"k": "over", "reason": "staff_ended"}
        with pytest.raises(NotBegun):
            await there.checkin.room.enter(nurse.staff, lambda message: None, lambda: None)


async def test_only_one_nurse_at_a_time_and_the_same_one_from_her_newest_page(
    records: Records, brisk: SpeechKit
) -> None:
    async with in_one_room(records, brisk) as (there, nurse, _):
        other = Staff(StaffId("st_other"), "Otto Other", Role.NURSE)
        with pytest.raises(RoomTaken):
            await there.checkin.room.enter(other, lambda message: None, lambda: None)
        again = await join(there, nurse.staff)
        assert nurse.hung_up == [True]
        await nurse.seat.left()
        assert room(there) == ["listening", "left", "listening"]
        await again.seat.left()
        await again.peer.close()


async def test_who_cannot_be_put_on_record_hears_nothing(records: Records, brisk: SpeechKit) -> None:
    patient = PatientPeer(watches=True)
    async with bedside(records, brisk, None, peer=patient) as there:
        await there.heard_out()
        stranger = Staff(StaffId("st_clinician"), "Cleo Clinician", Role.CLINICIAN)
        with pytest.raises(NotBegun):
            await there.checkin.room.enter(stranger, lambda message: None, lambda: None)
        staff = await records.hire()
        with Outage(records.database, times=100), pytest.raises(NotBegun):
            await there.checkin.room.enter(staff, lambda message: None, lambda: None)
        assert not there.call.bridge.occupied
        assert there.checkin.room.talks is False
    await patient.close()


async def test_after_a_restart_with_a_nurse_in_the_room_she_is_on_record_as_lost(
    records: Records, brisk: SpeechKit
) -> None:
    past = (*PAST_THE_SCREEN, e.RoomChanged(StaffId("st_1"), "Nia Nurse", "talking"))
    patient = PatientPeer(watches=True)
    async with bedside(records, brisk, None, past=past, peer=patient) as there:
        await there.heard_out()
        assert room(there) == ["lost"]
        assert QUESTION in heard(there)
        assert said(there)[0].startswith("Welcome back")
    await patient.close()


async def test_a_check_in_that_closes_with_a_nurse_in_it_leaves_nothing(records: Records, brisk: SpeechKit) -> None:
    before = Footprint.now()
    async with in_one_room(records, brisk) as (there, nurse, _):
        await nurse.takes_the_floor(there)
        await there.checkin.close()
        assert nurse.told[-1]["k"] == "over"
        assert (await there.written())[-1] == e.RoomChanged(nurse.staff.id, "Nia Nurse", "lost")
    assert await before.restored() == []


def test_what_these_tests_wait_for_is_what_the_pack_says() -> None:
    assert {"nurse.listening", "nurse.here", "nurse.back", "nurse.lost"} <= {str(name) for name in PACK.lines}
