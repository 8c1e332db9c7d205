"""The wire between two real peers, as a test needs it: listened to, made to lose packets, or cut without a word.

All of it reaches into private parts of aiortc and aioice, which are pinned.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from aiortc import RTCPeerConnection
from aiortc.rtp import RtpPacket

from server.media.peer import PeerCall
from tests.fakes.peer import PatientPeer, Pcm


def connection_of(call: PeerCall) -> RTCPeerConnection:
    """The service's side of the connection."""
    link = call._link
    if link is None:
        raise RuntimeError("the call has no link")
    return link._pc


def _audio_buffer(connection: RTCPeerConnection) -> Any:
    receivers = (each.receiver for each in connection.getTransceivers() if each.kind == "audio")
    return next(receivers)._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]


@dataclass
class Tap:
    """Every packet of sound that reached a peer, in the order of arrival."""

    packets: list[tuple[int, bytes]] = field(default_factory=list)
    """(RTP timestamp, Opus data)"""

    @classmethod
    def on(cls, peer: PatientPeer) -> "Tap":
        tap, buffer = cls(), _audio_buffer(peer.pc)
        add = buffer.add

        def tapped(packet: RtpPacket) -> object:
            tap.packets.append((packet.timestamp, bytes(packet.payload)))
            return add(packet)

        buffer.add = tapped
        return tap

    def decoded(self) -> list[tuple[int, Pcm]]:
        """(RTP timestamp, mono samples) of each packet."""
        decoder = av.CodecContext.create("libopus", "r")
        assert isinstance(decoder, av.AudioCodecContext)
        decoder.format, decoder.layout, decoder.sample_rate = av.AudioFormat("s16"), av.AudioLayout("mono"), 48_000
        return [
            (timestamp, np.concatenate([frame.to_ndarray().reshape(-1) for frame in decoder.decode(av.Packet(data))]))
            for timestamp, data in self.packets
        ]


@dataclass
class Loss:
    """Drops a share of the packets of sound that reach the service, the same ones every time."""

    share: float
    dropped: int = 0
    passed: int = 0

    @classmethod
    def on(cls, call: PeerCall, share: float, seed: int) -> "Loss":
        loss, buffer, chance = cls(share), _audio_buffer(connection_of(call)), random.Random(seed)
        add = buffer.add

        def lossy(packet: RtpPacket) -> object:
            if chance.random() < share:
                loss.dropped += 1
                return False, None
            loss.passed += 1
            return add(packet)

        buffer.add = lossy
        return loss


def hold_channel(peer: PatientPeer) -> asyncio.Event:
    """Let sound connect but not the data channel, as on a slow line, until the event is set."""
    sctp: Any = peer.pc.sctp
    start, released = sctp.start, asyncio.Event()

    async def held(*arguments: object) -> None:
        await released.wait()
        await start(*arguments)

    sctp.start = held
    return released


def vanish(peer: PatientPeer) -> None:
    """Cut the peer's sockets: it says no goodbye, as a device does whose battery is empty."""
    for transport in peer.pc._RTCPeerConnection__iceTransports:  # type: ignore[attr-defined]
        for protocol in transport._connection._protocols:
            protocol.transport.abort()
