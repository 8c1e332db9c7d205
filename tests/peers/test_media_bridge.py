"""A call that a nurse has joined, between three real peers: who hears and sees whom, and when the persona is silent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np
import pytest

from server.media.link import OfferFailed
from server.media.nurse_call import NurseCall
from server.media.peer import PeerCall
from server.media.playout import PlayoutEvent
from tests.fakes.footprint import Footprint
from tests.fakes.peer import RATE, PatientPeer, Pcm
from tests.fakes.sound import AUDIBLE, joined, strength_of, tone
from tests.fakes.waiting import until
from tests.fakes.wire import Tap, vanish
from tests.peers.test_media_call import connect, speak

KIND = "peers"

PATIENT, NURSE, PERSONA = 440.0, 700.0, 1000.0
"""Pitches in hertz; none is an overtone of another."""
LEVEL = 8000.0
HEARD = LEVEL / 3
"""A tone that arrived: aiortc's own encoder, in the fake devices, spreads mono over two channels at -3 dB."""
NOT_HEARD = 60.0
WHILE = RATE // 2
"""Samples (half a second) in which a pitch is looked for."""


@dataclass
class Three:
    """A patient, a nurse and the service between them."""

    call: PeerCall
    nurse_call: NurseCall
    patient: PatientPeer
    nurse: PatientPeer

    async def close(self) -> None:
        await self.nurse.close()
        await self.patient.close()
        await self.nurse_call.close()
        await self.call.close()


async def join(*, cameras: bool = False) -> Three:
    call = PeerCall([])
    three = Three(
        call,
        NurseCall(call.bridge, []),
        PatientPeer(camera=cameras, watches=True),
        PatientPeer(camera=cameras, watches=True),
    )
    await connect(call, three.patient)
    await three.nurse.connect(three.nurse_call.offer)
    await until(lambda: three.nurse.pc.connectionState == "connected")
    return three


@pytest.fixture
async def three() -> AsyncIterator[Three]:
    made = await join()
    yield made
    await made.close()


def last(peer: PatientPeer) -> Pcm:
    return joined(peer.heard[-60:])[-WHILE:]


async def hears(peer: PatientPeer, pitch: float) -> None:
    await until(lambda: strength_of(last(peer), pitch) > HEARD, 30)


async def hears_no_more(peer: PatientPeer, pitch: float) -> None:
    before = len(peer.heard)
    await until(lambda: len(peer.heard) > before + 30 and strength_of(last(peer), pitch) < NOT_HEARD, 30)


def persona_says(call: PeerCall, seconds: float) -> None:
    call.playout.write(tone(seconds, LEVEL, PERSONA).tobytes(), [], [])
    call.playout.finish_writing()


async def test_a_nurse_who_listens_hears_both_sides_and_is_not_heard(three: Three) -> None:
    three.call.bridge.listen(on=True)
    three.patient.microphone.play(tone(3.0, LEVEL, PATIENT))
    three.nurse.microphone.play(tone(3.0, LEVEL, NURSE))
    persona_says(three.call, 3.0)
    await hears(three.nurse, PATIENT)
    await hears(three.nurse, PERSONA)
    await hears(three.patient, PERSONA)
    assert strength_of(last(three.patient), NURSE) < NOT_HEARD
    assert strength_of(last(three.nurse), NURSE) < NOT_HEARD


async def test_nobody_is_heard_before_the_nurse_was_let_in_or_after_she_left(three: Three) -> None:
    three.patient.microphone.play(tone(4.0, LEVEL, PATIENT))
    persona_says(three.call, 1.0)
    await hears(three.patient, PERSONA)
    assert not any(np.abs(samples.astype(np.int32)).max() > AUDIBLE for _, samples in three.nurse.heard)
    three.call.bridge.listen(on=True)
    await hears(three.nurse, PATIENT)
    three.call.bridge.listen(on=False)
    await hears_no_more(three.nurse, PATIENT)


async def test_with_the_floor_each_hears_the_other_and_the_persona_is_silent(three: Three) -> None:
    events: list[PlayoutEvent] = []
    three.call.bridge.listen(on=True)
    three.call.bridge.speak(on=True)
    three.call.playout.listen(events.append)
    three.patient.microphone.play(tone(3.0, LEVEL, PATIENT))
    three.nurse.microphone.play(tone(3.0, LEVEL, NURSE))
    persona_says(three.call, 3.0)
    await hears(three.nurse, PATIENT)
    await hears(three.patient, NURSE)
    assert strength_of(joined(three.patient.heard), PERSONA) < NOT_HEARD
    assert strength_of(joined(three.nurse.heard), PERSONA) < NOT_HEARD
    assert [(event.what, event.utterance.read) for event in events] == [("cut", 0)]


async def test_after_hand_back_the_persona_is_heard_and_the_nurse_is_not(three: Three) -> None:
    three.call.bridge.listen(on=True)
    three.call.bridge.speak(on=True)
    three.nurse.microphone.play(tone(6.0, LEVEL, NURSE))
    await hears(three.patient, NURSE)
    three.call.bridge.speak(on=False)
    await hears_no_more(three.patient, NURSE)
    persona_says(three.call, 2.0)
    await hears(three.patient, PERSONA)
    await hears(three.nurse, PERSONA)


async def test_a_muted_patient_is_not_heard_by_the_nurse(three: Three) -> None:
    three.call.bridge.listen(on=True)
    three.patient.microphone.play(tone(4.0, LEVEL, PATIENT))
    await hears(three.nurse, PATIENT)
    three.call.intake.muted = True
    await hears_no_more(three.nurse, PATIENT)


async def test_the_clock_of_the_mouth_stays_right_beside_a_nurse() -> None:
    call, patient = PeerCall([]), PatientPeer(watches=True)
    call.bridge.listen(on=True)
    clock = await connect(call, patient)
    tap = Tap.on(patient)
    utterance = await asyncio.wait_for(speak(call.playout, 0.3), 10)
    await until(lambda: any(loud(samples) for _, samples in patient.heard))
    first = next(timestamp for timestamp, samples in tap.decoded() if loud(samples))
    assert utterance.starts_at is not None
    assert (clock["rtp0"] + utterance.starts_at) & 0xFFFFFFFF == first
    await patient.close()
    await call.close()


def loud(samples: Pcm) -> bool:
    return bool(np.abs(samples.astype(np.int32)).max() > AUDIBLE)


async def test_each_sees_the_other_only_when_that_is_due() -> None:
    three = await join(cameras=True)
    bridge = three.call.bridge
    await until(lambda: bridge.of_patient.frames > 5 and bridge.of_nurse.frames > 5)
    assert (three.patient.seen, three.nurse.seen) == ([], [])
    bridge.listen(on=True)
    await until(lambda: len(three.nurse.seen) > 5)
    assert three.patient.seen == []
    bridge.speak(on=True)
    await until(lambda: len(three.patient.seen) > 5)
    bridge.speak(on=False)
    more = len(three.nurse.seen)
    await until(lambda: len(three.nurse.seen) > more + 5)  # those on their way have arrived
    shown = len(three.patient.seen)
    await until(lambda: len(three.nurse.seen) > more + 15)
    assert len(three.patient.seen) == shown
    assert three.nurse.seen[-1] != three.nurse.seen[0]
    await three.close()


async def test_pictures_go_on_when_the_patient_comes_back_over_a_new_peer() -> None:
    three = await join(cameras=True)
    three.call.bridge.listen(on=True)
    await until(lambda: len(three.nurse.seen) > 5)
    again = PatientPeer(camera=True)
    await connect(three.call, again)
    await three.patient.close()
    shown = len(three.nurse.seen)
    await until(lambda: len(three.nurse.seen) > shown + 5)
    await again.close()
    await three.close()


@pytest.mark.parametrize("goes", ["leaves", "vanishes"])
async def test_a_nurse_who_goes_leaves_nothing_behind_and_the_patient_in_the_call(goes: str) -> None:
    before = Footprint.now()
    three = await join(cameras=True)
    three.call.bridge.listen(on=True)
    three.call.bridge.speak(on=True)
    await until(lambda: three.patient.seen)
    {"leaves": lambda peer: None, "vanishes": vanish}[goes](three.nurse)
    await three.nurse_call.close()
    three.call.bridge.listen(on=False)
    persona_says(three.call, 1.0)
    await hears(three.patient, PERSONA)
    await three.close()
    assert await before.restored() == []


async def test_a_nurse_whose_call_is_over_may_not_come_back_over_it(three: Three) -> None:
    await three.nurse_call.close()
    again = PatientPeer()
    with pytest.raises(OfferFailed):
        await again.connect(three.nurse_call.offer)
    await again.close()
