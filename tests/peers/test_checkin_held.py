"""Somebody who stops on an "uuuhm" is waited for, with consent: real sound, the real recognizer and real perception."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import numpy as np
import pytest
from scipy.signal import resample_poly

from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from server.checkin.perceiver import Perceiver
from server.speech.recognizer import Recognizer
from server.speech.session import SpeechKit
from server.speech.voice import Voice
from server.vocabulary import events as e
from tests.fakes.brisk_voice import BriskVoice
from tests.fakes.patients_voice import Line, PatientsVoice
from tests.fakes.peer import PatientPeer, Pcm
from tests.fakes.records import Records
from tests.fakes.waiting import until
from tests.peers.bedside import PAST_THE_SCREEN, Bedside, bedside

KIND = "peers"

ROOM = 0.4
"""Seconds before the words, in which the room is heard."""
LAST = "sleep"
There = Callable[[bool], AbstractAsyncContextManager[Bedside]]


@pytest.fixture
def there(records: Records, recognizer: Recognizer, patient: PatientPeer) -> There:
    """At the bed of a patient who allows their voice to be measured, or does not."""
    kit, perceiver = SpeechKit(recognizer, Voice(BriskVoice()), None), Perceiver(EvidenceModel(load_table()), None)
    return lambda allowed: bedside(
        records,
        kit,
        None,
        (e.ConsentChanged("voice_cues", allowed), *PAST_THE_SCREEN),
        peer=patient,
        perception=perceiver,
    )


@pytest.fixture
def hesitant() -> Pcm:
    """ "It is about the same … uuuh … [1.2 s] and I can sleep", at 48 kHz; the recognizer drops the filler."""
    with PatientsVoice() as voices:
        line = Line().silence(ROOM).speech(voices.say("It is about the same.")).silence(0.25)
        line.filler(voices.say("[[V:]]", rate=80, pitch=42) * np.float32(0.6)).silence(1.2)
        sound = line.speech(voices.say("And I can sleep well at night.")).silence(0.2).planted().sound
    faster: Pcm = (resample_poly(sound, 3, 1) * 20_000).astype(np.int16)
    return faster


async def turns(there: Bedside, patient: PatientPeer, sound: Pcm) -> list[str]:
    """The turns that were made of it."""
    await there.heard_out()
    before = len(there.of(e.PatientTurn))
    await patient.microphone.play(sound)
    await until(lambda: any(LAST in one.text for one in there.of(e.PatientTurn)[before:]), 20)
    return [one.text for one in there.of(e.PatientTurn)[before:]]


async def test_who_stops_on_a_filler_is_waited_for(there: There, patient: PatientPeer, hesitant: Pcm) -> None:
    async with there(True) as bed:
        said = await turns(bed, patient, hesitant)
    assert len(said) == 1


async def test_without_consent_the_same_sound_is_two_turns(there: There, patient: PatientPeer, hesitant: Pcm) -> None:
    async with there(False) as bed:
        said = await turns(bed, patient, hesitant)
    assert len(said) == 2
