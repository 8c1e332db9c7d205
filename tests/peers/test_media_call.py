"""A call between two real peers: sound both ways, the clock of the mouth, messages, and an end that leaves nothing behind."""

import asyncio
import json
from typing import Any

import numpy as np
import pytest

from server.media.link import OfferFailed, PeerLink
from server.media.peer import PeerCall
from server.media.playout import SAMPLE_RATE, Playout, PlayoutEvent, Utterance
from tests.fakes.footprint import Footprint
from tests.fakes.peer import PatientPeer
from tests.fakes.sound import AUDIBLE, joined, level_of, loud, seconds_of_sound, tone
from tests.fakes.waiting import until
from tests.fakes.wire import Loss, Tap, hold_channel, vanish
from tests.peers.conftest import Recording
from tests.unit.offers import CHROME_VIDEO

KIND = "peers"

IN_RATE = 16_000
LEVEL = 8000.0
DEVICE_LEVEL = LEVEL / 2**0.5
"""The fake device is an aiortc peer, whose encoder spreads mono over two channels at -3 dB; the service adds no loss."""
CODEC_SECONDS = 0.06
"""Opus smears the edges of a tone by its lookahead and one frame (RFC 6716 §2.1.4)."""


async def connect(call: PeerCall, peer: PatientPeer) -> dict[str, Any]:
    """Both sides connected and the channel open; returns the clock message, which comes by whichever way is open first."""
    call.use_socket(lambda message: peer.on_message(json.dumps(message)))
    await peer.connect(call.offer)
    clock = await peer.until(lambda message: message.get("k") == "clk")
    await until(lambda: call._channel is not None and peer.channel.readyState == "open")
    return clock


def link_of(call: PeerCall) -> PeerLink:
    assert call._link is not None
    return call._link


def speak(playout: Playout, seconds: float) -> asyncio.Future[Utterance]:
    """Write a tone as one utterance; resolves once all of it was handed to the wire."""
    finished: asyncio.Future[Utterance] = asyncio.get_running_loop().create_future()

    def on_playout(event: PlayoutEvent) -> None:
        if event.what == "finished" and not finished.done():
            finished.set_result(event.utterance)

    playout.listen(on_playout)
    playout.write(tone(seconds, LEVEL).tobytes(), [], [])
    playout.finish_writing()
    return finished


async def quiet_again(recording: Recording) -> None:
    """Wait until a sound has arrived and a tenth of a second of silence after it."""
    await until(lambda: loud(recording.sound, IN_RATE).any())
    await until(lambda: not loud(recording.sound[-IN_RATE // 10 :], IN_RATE).any())


async def heard_all(peer: PatientPeer, seconds: float) -> None:
    """Wait until the patient has heard that much sound and then a tenth of a second of silence."""
    await until(lambda: seconds_of_sound(joined(peer.heard)) >= seconds)
    await until(lambda: not loud(joined(peer.heard)[-SAMPLE_RATE // 10 :]).any())


async def test_the_microphone_arrives_as_16_khz_in_full_length_and_level(
    call: PeerCall, patient: PatientPeer, recording: Recording
) -> None:
    await connect(call, patient)
    await patient.microphone.play(tone(1.0, LEVEL))
    await quiet_again(recording)
    assert seconds_of_sound(recording.sound, IN_RATE) == pytest.approx(1.0, abs=CODEC_SECONDS)
    assert level_of(recording.sound, IN_RATE) == pytest.approx(DEVICE_LEVEL, rel=0.1)
    assert call.intake.dropped == 0


async def test_a_muted_microphone_arrives_as_silence_of_the_same_length(
    call: PeerCall, patient: PatientPeer, recording: Recording
) -> None:
    await connect(call, patient)
    call.intake.muted = True
    await until(lambda: recording.frames)
    before = len(recording.sound)
    await patient.microphone.play(tone(0.5, LEVEL))
    await until(lambda: len(recording.sound) - before > 0.5 * IN_RATE)
    assert not loud(recording.sound[before:], IN_RATE).any()


async def test_what_is_written_to_the_playout_arrives_at_the_patient(call: PeerCall, patient: PatientPeer) -> None:
    await connect(call, patient)
    await asyncio.wait_for(speak(call.playout, 1.0), 10)
    await heard_all(patient, 0.9)
    assert seconds_of_sound(joined(patient.heard)) == pytest.approx(1.0, abs=CODEC_SECONDS)
    assert level_of(joined(patient.heard)) == pytest.approx(LEVEL, rel=0.15)


async def test_the_clock_maps_an_utterance_to_the_rtp_timestamp_of_its_first_sound(
    call: PeerCall, patient: PatientPeer
) -> None:
    clock = await connect(call, patient)
    tap = Tap.on(patient)
    utterance = await asyncio.wait_for(speak(call.playout, 0.3), 10)
    await heard_all(patient, 0.2)
    first = next(timestamp for timestamp, samples in tap.decoded() if np.abs(samples.astype(np.int32)).max() > AUDIBLE)
    assert utterance.starts_at is not None
    assert clock["rate"] == SAMPLE_RATE
    assert (clock["rtp0"] + utterance.starts_at) & 0xFFFFFFFF == first


async def test_the_clock_waits_for_the_data_channel(call: PeerCall, patient: PatientPeer) -> None:
    """Only there does the page know which receiver it belongs to; a clock over the socket stops the mouth."""
    over_socket: list[object] = []
    call.use_socket(over_socket.append)
    released = hold_channel(patient)
    await patient.connect(call.offer)
    await until(lambda: link_of(call)._track.frames >= 10)
    released.set()
    await patient.until(lambda message: message.get("k") == "clk", timeout=10)
    assert over_socket == []


async def test_camera_pictures_are_counted_and_nothing_of_them_is_kept(call: PeerCall) -> None:
    peer = PatientPeer(camera=True)
    await connect(call, peer)
    link = link_of(call)
    await until(lambda: call.sight.received >= 5)
    kept = [name for name, value in vars(link).items() if isinstance(value, list | bytes | bytearray | np.ndarray)]
    video = next(each.receiver for each in link._pc.getTransceivers() if each.kind == "video")
    assert kept == []
    assert video.track._queue.qsize() <= 1  # type: ignore[attr-defined]
    await peer.close()


async def test_messages_go_both_ways_over_the_data_channel(call: PeerCall, patient: PatientPeer) -> None:
    received: list[str] = []
    call.on_message = received.append
    await connect(call, patient)
    patient.send({"k": "end"})
    call.send({"k": "s", "state": "listening"})
    await patient.until(lambda message: message.get("state") == "listening")
    await until(lambda: received)
    assert [json.loads(message) for message in received] == [{"k": "end"}]


@pytest.mark.parametrize(
    ("refused", "what"),
    [("x" * 4097, "long"), ("€" * 1366, "long once encoded"), (b"{}", "binary")],
    ids=["long", "long-encoded", "binary"],
)
async def test_a_message_over_4_kib_or_binary_is_refused_and_counted(
    call: PeerCall, patient: PatientPeer, refused: str | bytes, what: str
) -> None:
    received: list[str] = []
    call.on_message = received.append
    await connect(call, patient)
    patient.channel.send(refused)
    patient.channel.send("y" * 4096)
    await until(lambda: received)
    assert received == ["y" * 4096], what
    assert link_of(call).refused_messages == 1


async def test_messages_take_the_socket_while_no_channel_is_open(call: PeerCall, patient: PatientPeer) -> None:
    over_socket: list[object] = []
    call.send({"n": 0})
    call.use_socket(over_socket.append)
    call.send({"n": 1})
    await connect(call, patient)
    call.use_socket(over_socket.append)
    call.send({"n": 2})
    await patient.until(lambda message: message.get("n") == 2)
    await call.drop()
    call.send({"n": 3})
    assert over_socket == [{"n": 1}, {"n": 3}]
    assert call.unsent == 1


async def test_after_close_nothing_is_left(patient: PatientPeer) -> None:
    await patient.close()
    before = Footprint.now()
    call, peer = PeerCall([]), PatientPeer(camera=True)
    await connect(call, peer)
    await until(lambda: call.sight.received)
    await call.close()
    await peer.close()
    assert await before.restored() == []


async def test_after_the_patient_vanished_nothing_is_left() -> None:
    before = Footprint.now()
    call, peer = PeerCall([]), PatientPeer(camera=True)
    await connect(call, peer)
    await until(lambda: call.sight.received)
    vanish(peer)
    speaking = speak(call.playout, 0.3)
    await asyncio.wait_for(speaking, 10)
    await call.drop()
    await call.close()
    await peer.close()
    assert await before.restored() == []


async def test_close_and_drop_may_be_repeated(call: PeerCall, patient: PatientPeer) -> None:
    await connect(call, patient)
    await asyncio.gather(call.drop(), call.close(), call.drop(), call.close())
    assert call._link is None


async def test_a_closed_call_takes_no_offer_and_drains_nothing(call: PeerCall, patient: PatientPeer) -> None:
    """A page may still be offering while its check-in ends."""
    before = Footprint.now()
    await call.close()
    with pytest.raises(OfferFailed):
        await patient.connect(call.offer)
    await call.text_only()
    await patient.close()
    assert await before.restored() == []


@pytest.mark.parametrize("steps", [0, 1, 4, 8, 12, 16, 24])
async def test_an_offer_that_is_given_up_half_way_leaves_nothing(steps: int) -> None:
    """The page's socket closes while its offer is being answered."""
    before = Footprint.now()
    call = PeerCall([])
    answering = asyncio.create_task(call.offer(CHROME_VIDEO))
    for _ in range(steps):
        await asyncio.sleep(0)
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)
    await call.close()
    assert await before.restored() == []


async def test_a_second_offer_replaces_the_first_peer_and_the_voice_goes_on(
    call: PeerCall, patient: PatientPeer
) -> None:
    before = Footprint.now()
    await connect(call, patient)
    second = PatientPeer()
    speaking = speak(call.playout, 2.0)
    await until(lambda: seconds_of_sound(joined(patient.heard)) > 0.3)
    first_link = link_of(call)
    await connect(call, second)
    await asyncio.wait_for(speaking, 10)
    await heard_all(second, 0.3)
    together = seconds_of_sound(joined(patient.heard)) + seconds_of_sound(joined(second.heard))
    assert first_link._pc.connectionState == "closed"
    assert together == pytest.approx(2.0, abs=0.3)
    await patient.close()
    await second.close()
    await call.close()
    assert await before.restored() == []


async def test_typing_only_drains_the_voice_at_the_speed_of_speech(call: PeerCall) -> None:
    before = Footprint.now()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await call.text_only()
    utterance = await asyncio.wait_for(speak(call.playout, 0.5), 10)
    assert loop.time() - began >= 0.45
    assert utterance.played == pytest.approx(0.5)
    await call.drop()
    assert await before.restored() == []


async def test_of_sound_over_a_line_that_loses_5_percent_at_least_90_percent_arrives(
    call: PeerCall, patient: PatientPeer, recording: Recording
) -> None:
    await connect(call, patient)
    loss = Loss.on(call, 0.05, seed=7)
    await patient.microphone.play(tone(5.0, LEVEL))
    await quiet_again(recording)
    share = seconds_of_sound(recording.sound, IN_RATE) / 5.0
    print(f"{loss.dropped} of {loss.dropped + loss.passed} packets lost, {share:.1%} of the sound arrived")
    assert loss.dropped >= 5
    assert share >= 0.90
