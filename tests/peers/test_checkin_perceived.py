"""Real sound, the real recognizer and real perception in one check-in: a voice that trails off is waited for and asked,
a steady one is not. No camera: the voice alone is enough for that."""

from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest

from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from server.checkin.perceiver import Perceiver
from server.checkin.seat import Seat
from server.speech.recognizer import Recognizer
from server.speech.session import SpeechKit
from server.speech.voice import Voice
from server.vocabulary import events as e
from tests.fakes.brisk_voice import BriskVoice
from tests.fakes.peer import RATE, PatientPeer, Pcm
from tests.fakes.records import Records
from tests.fakes.speakers import Speaker
from tests.fakes.waiting import until
from tests.peers.bedside import PACK, VISIT, Bedside, bedside

KIND = "peers"

ANSWERS = (
    "no",
    "no",
    "no",
    "no",
    "no",
    "about the same",
    "nothing",
    "yes",
    "no",
    "none",
    "no",
    "yes",
    "next Tuesday",
    "yes",
)
"""Typed; they lead to the question that checks what was understood."""
LESSON = "what would you do first?"
INVITATION = "Is there more?"
PROMISE = "Yes, I understand all of that."


def past() -> tuple[e.Event, ...]:
    started = e.CheckInStarted(PACK.id, PACK.version, PACK.content_hash, resumed=False)
    turns = (e.PatientTurn(turn, text, typed=True, continues=False) for turn, text in enumerate(ANSWERS, 1))
    return (e.ConsentChanged("voice_cues", True), started, *turns)


@pytest.fixture
async def kit(recognizer: Recognizer) -> SpeechKit:
    return SpeechKit(recognizer, Voice(BriskVoice()), None)


@pytest.fixture
async def there(records: Records, kit: SpeechKit, patient: PatientPeer) -> AsyncIterator[Bedside]:
    perceiver = Perceiver(EvidenceModel(load_table()), None)
    visit = replace(VISIT, days_since_discharge=2)
    async with bedside(records, kit, None, past(), peer=patient, visit=visit, perception=perceiver) as made:
        Seat(made.checkin, made.call, lambda: None).face_message('{"k": "levels", "kept": true}')
        await until(lambda: any(LESSON in one.text for one in made.of(e.SentenceGated)), 20)
        await made.heard_out()
        yield made


@pytest.fixture
async def speaker() -> AsyncIterator[Speaker]:
    async with Speaker("flite", "rms") as made:
        yield made


def fading(sound: Pcm) -> Pcm:
    """The same words, ever softer from the middle on."""
    half = len(sound) // 2
    level = np.concatenate([np.ones(half), np.geomspace(1.0, 0.08, len(sound) - half)])
    softer: Pcm = (sound * level).astype(np.int16)
    return softer


def pause(seconds: float) -> Pcm:
    return np.zeros(round(seconds * RATE), np.int16)


def gated(there: Bedside) -> list[str]:
    return [one.text for one in there.of(e.SentenceGated)]


async def test_a_voice_that_trails_off_is_asked_and_what_it_says_then_is_paged(
    there: Bedside, patient: PatientPeer, speaker: Speaker
) -> None:
    await patient.microphone.play(np.concatenate([pause(2.0), fading(await speaker.say(PROMISE))]))
    await until(lambda: INVITATION in gated(there), 20)
    cues = [(one.cue, one.moment) for one in there.of(e.CueNoticed)]
    assert ("trailing_off", "turn") in cues
    assert there.of(e.EscalationRequested) == []
    await there.heard_out()
    await patient.microphone.play(await speaker.say("My chest has been hurting since this morning."))
    await until(lambda: there.of(e.EscalationRequested), 20)
    assert [one.trigger for one in there.of(e.EscalationRequested)] == ["CHEST_PAIN"]


async def test_the_same_words_in_a_steady_voice_are_taught_again(
    there: Bedside, patient: PatientPeer, speaker: Speaker
) -> None:
    before = len(gated(there))
    await patient.microphone.play(np.concatenate([pause(0.3), await speaker.say(PROMISE)]))
    await until(lambda: len(gated(there)) > before + 1, 20)
    assert INVITATION not in gated(there)
    assert [one.cue for one in there.of(e.CueNoticed)] == []
