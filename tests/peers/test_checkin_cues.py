"""What voice and face show in a real check-in: heard of in time, acted on as the pack says, and only with consent."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from perception.finding import Observable
from perception.fusion.baseline import VoiceUsual
from perception.reading import Cue
from server.checkin.journal import CONDUCTOR
from server.checkin.seat import Seat
from server.record import journal
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.findings import CueUsual
from tests.fakes.peer import PatientPeer
from tests.fakes.records import Records
from tests.fakes.senses import QUICKER, SLOWER, SOFTER, ScriptedPerception, finding
from tests.fakes.waiting import until
from tests.peers.bedside import PACK, PAST_THE_SCREEN, Bedside, bedside

KIND = "peers"

ALLOWED: tuple[e.Event, ...] = (e.ConsentChanged("voice_cues", True), e.ConsentChanged("camera_cues", True))
BEGUN: tuple[e.Event, ...] = (*ALLOWED, *PAST_THE_SCREEN)
INVITATION = "Is there more?"


@pytest.fixture
def perception() -> ScriptedPerception:
    return ScriptedPerception()


def gated(there: Bedside) -> list[str]:
    return [one.text for one in there.of(e.SentenceGated) if one.allowed]


async def spoken(there: Bedside, text: str) -> None:
    """A spoken turn, as speech hands it over."""
    await there.checkin.turn_completed(text)


async def test_words_that_trail_off_are_answered_with_silence_then_with_the_invitation(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception) as there:
        await there.heard_out()
        perception.patient.next_turn = [finding(Observable.HESITATION, 0.3, 30.0, SLOWER, SOFTER, QUICKER)]
        before = len(gated(there))
        await spoken(there, "about the same, I guess")
        assert [sentence async for sentence in there.checkin.reply()] == []
        there.checkin.state_changed("listening")
        await until(lambda: INVITATION in gated(there)[before:], 10)
        seen = there.of(e.CueNoticed)
        shown = [message for message in there.shown if message["k"] == "noticed"]
    assert [(one.cue, one.moment, one.observable) for one in seen] == [("trailing_off", "turn", "hesitation")]
    assert [one.cue for one in seen[0].evidence] == ["response_latency", "trail_off", "articulation_rate"]
    assert shown[0]["shows"] == ["response_latency", "trail_off"]
    kinds = [one.kind for one in there.events]
    assert kinds.index("cue_noticed") < kinds.index("patient_turn")
    assert there.of(e.EscalationRequested) == []


async def test_what_the_invitation_brings_is_paged(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception) as there:
        await there.heard_out()
        perception.patient.next_turn = [finding(Observable.HESITATION, 0.3, 30.0, SLOWER, SOFTER)]
        await spoken(there, "about the same, I guess")
        there.checkin.state_changed("listening")
        await until(lambda: INVITATION in gated(there), 10)
        await spoken(there, "well, my chest has been hurting")
        pages = [one.trigger for one in there.of(e.EscalationRequested)]
        live = there.checkin._thread.state
        written = await there.written()
    assert pages == ["CHEST_PAIN"]
    replayed = type(there.checkin._thread)(PACK, there.checkin._setting.visit)
    replayed.replay([*PAST_THE_SCREEN, *(one for one in written if one not in PAST_THE_SCREEN)])
    assert replayed.state.noticed == live.noticed
    assert replayed.state.fired == live.fired


async def test_without_a_cue_the_same_words_are_answered(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception) as there:
        await there.heard_out()
        await spoken(there, "about the same, I guess")
        answer = [sentence async for sentence in there.checkin.reply()]
    assert answer
    assert there.of(e.CueNoticed) == []


async def test_a_turn_does_not_wait_for_senses_that_hang(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception) as there:
        await there.heard_out()
        perception.patient.hangs = True
        async with asyncio.timeout(2):
            await spoken(there, "about the same, I guess")
        assert [sentence async for sentence in there.checkin.reply()]


async def test_senses_that_fail_end_neither_hearing_nor_the_check_in(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception) as there:
        await there.heard_out()
        perception.patient.breaks = True
        there.checkin.cues.noticing.window(bytes(1024), 0.9)
        await spoken(there, "about the same, I guess")
        assert [sentence async for sentence in there.checkin.reply()]
        there.checkin.cues.noticing.window(bytes(1024), 0.9)
    assert there.of(e.FailedSafe) == []
    assert perception.patient.windows == 0


async def test_what_is_seen_while_nobody_speaks_is_asked_about(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception) as there:
        await there.heard_out()
        there.checkin.state_changed("listening")
        await until(lambda: (there.checkin._silence.seconds or 0) > PACK.numbers.cue_quiet.value, 10)
        perception.patient.found(finding(Observable.MISMATCH, 0.8, 40.0, SLOWER))
        await until(lambda: "Is something making this hard to say?" in gated(there), 10)
    assert [(one.cue, one.moment) for one in there.of(e.CueNoticed)] == [("mismatch", "quiet")]


async def test_what_is_not_right_is_on_record_and_not_acted_on_again(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception) as there:
        await there.heard_out()
        seat = Seat(there.checkin, there.call, lambda: None)
        perception.patient.found(finding(Observable.CONFUSION, 0.8, 40.0, SLOWER))
        await until(lambda: there.of(e.CueNoticed))
        seat.face_message('{"k": "not_right", "cue": "confusion", "at": 40.0}')
        seat.face_message('{"k": "not_right", "cue": "never_noticed", "at": 40.0}')
        await until(lambda: there.of(e.CueDisputed))
        perception.patient.found(finding(Observable.CONFUSION, 0.9, 400.0, SLOWER))
        await there.checkin.types_only()
    assert there.of(e.CueDisputed) == [e.CueDisputed("confusion", 40.0)]
    assert perception.patient.disputed == ["confusion"]
    assert len(there.of(e.CueNoticed)) == 1
    assert {"k": "not_right", "cue": "confusion", "at": 40.0} in there.shown


async def test_a_page_that_was_loaded_again_is_told_what_it_has_lost(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    past = (*BEGUN, e.CueNoticed("confusion", 0.8, 12.0, "speaking", "confusion"))
    async with bedside(records, brisk, None, past, perception=perception) as there:
        await there.greeted()
    told = [message["k"] for message in there.shown if message["k"] in ("cues", "noticed")]
    assert told == ["cues", "cues", "noticed"]


@pytest.fixture
async def camera() -> AsyncIterator[PatientPeer]:
    peer = PatientPeer(camera=True)
    yield peer
    await peer.close()


async def test_no_picture_is_looked_at_without_consent_nor_after_it_was_withdrawn(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception, camera: PatientPeer
) -> None:
    async with bedside(records, brisk, None, PAST_THE_SCREEN, peer=camera, perception=perception) as there:
        seat = Seat(there.checkin, there.call, lambda: None)
        pictures = perception.patient.pictures
        await until(lambda: there.call.sight.received >= 10, 10)
        assert pictures == []
        seat.face_message('{"k": "cues", "what": "camera", "on": true}')
        await until(lambda: len(pictures) >= 3, 10)
        seat.face_message('{"k": "cues", "what": "camera", "on": false}')
        seen, received = len(pictures), there.call.sight.received
        await until(lambda: there.call.sight.received >= received + 15, 10)
        assert len(pictures) == seen
        await until(lambda: len(there.of(e.ConsentChanged)) == 2)
        entries = await there.database.run(lambda tx: journal.read(tx, CONDUCTOR, there.id))
    assert [(one.what, one.allowed) for one in there.of(e.ConsentChanged)] == [
        ("camera_cues", True),
        ("camera_cues", False),
    ]
    assert [entry.event for entry in entries if isinstance(entry.event, e.ConsentChanged)] == there.of(e.ConsentChanged)


async def test_a_call_without_perception_goes_on_as_ever(records: Records, brisk: SpeechKit) -> None:
    async with bedside(records, brisk, None, BEGUN) as there:
        await there.heard_out()
        await spoken(there, "about the same, I guess")
        assert [sentence async for sentence in there.checkin.reply()]


LEARNED = e.VoiceTimingLearned(9, (CueUsual("pause_ratio", 0.4, 0.1), CueUsual("a_cue_of_long_ago", 1.0, 1.0)))


async def test_a_voice_that_may_be_measured_is_kept_for_the_next_check_in(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception, voice_usual=LEARNED) as there:
        assert perception.patient.usual == VoiceUsual(9, {Cue.PAUSE_RATIO: 0.4}, {Cue.PAUSE_RATIO: 0.1})
        there.checkin.cues.noticing.turn_ended("about the same", 0.5)
        await there.checkin.patient_ends()
        kept = [one.kind for one in await there.written()]
    assert there.of(e.VoiceTimingLearned) == [e.VoiceTimingLearned(9, (CueUsual("pause_ratio", 0.4, 0.1),))]
    assert kept[-2:] == ["voice_timing_learned", "check_in_ended"]


async def test_nothing_of_a_voice_is_kept_that_may_no_longer_be_measured(
    records: Records, brisk: SpeechKit, perception: ScriptedPerception
) -> None:
    async with bedside(records, brisk, None, BEGUN, perception=perception, voice_usual=LEARNED) as there:
        there.checkin.cues.noticing.turn_ended("about the same", 0.5)
        there.checkin.cues.allow("voice", on=False)
        await there.checkin.patient_ends()
    assert there.of(e.VoiceTimingLearned) == []
