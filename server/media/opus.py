"""Opus on the wire: the paced outgoing track and a jitter buffer that skips holes.

aiortc's own audio buffer waits at a missing packet until 16 have piled up (research/security.md §5: 5 % loss leaves
73 to 75 % of the sound); one Opus packet is one frame, so ours waits for `depth` packets and goes on.
"""

import asyncio
import fractions
from collections.abc import Callable

import av
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtpPacket

from server.media.playout import FRAME_SAMPLES, SAMPLE_RATE
from server.media.voices import Sound

_TIME_BASE = fractions.Fraction(1, SAMPLE_RATE)
_FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE
_BIT_RATE = 32_000
"""Bits a second; fullband mono speech (RFC 7587 §3.1.1 gives 28 to 40 kbit/s)."""
_CANNED_AFTER = 25
"""Silent frames (0.5 s) after which one encoded silence is sent again instead of encoding it anew."""
_RE_ANCHOR = 0.5
"""Seconds behind at which the clock is set anew instead of sending a burst."""


class OpusTrack(MediaStreamTrack):
    """What one peer hears, one pre-encoded Opus packet every 20 ms."""

    kind = "audio"

    def __init__(self, sound: Sound) -> None:
        super().__init__()
        self._sound = sound
        self._encoder = _encoder()
        self._started: float | None = None
        self._idle = 0
        self._silence: bytes | None = None
        self.frames = 0
        """Packets handed to the sender so far."""
        self.late = 0
        """Packets that were due before they could be made."""

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        """The next packet, when it is due; raises `MediaStreamError` once stopped."""
        if self.readyState != "live":
            raise MediaStreamError
        await self._pace()
        at = self.frames * FRAME_SAMPLES
        self.frames += 1
        packet = av.Packet(self._encode(self._sound.pull(at)))
        packet.pts = at
        packet.time_base = _TIME_BASE
        return packet

    async def _pace(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._started is None:
            self._started = now
        due = self._started + self.frames * _FRAME_SECONDS
        if due > now:
            await asyncio.sleep(due - now)
            return
        self.late += 1
        if now - due > _RE_ANCHOR:
            self._started += now - due

    def _encode(self, pcm: bytes | None) -> bytes:
        self._idle = self._idle + 1 if pcm is None else 0
        if self._idle > _CANNED_AFTER and self._silence is not None:
            return self._silence
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
        frame.planes[0].update(pcm or bytes(FRAME_SAMPLES * 2))
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self.frames * FRAME_SAMPLES
        frame.time_base = _TIME_BASE
        data = b"".join(bytes(packet) for packet in self._encoder.encode(frame))
        if self._idle == _CANNED_AFTER:
            self._silence = data
        return data


def _encoder() -> av.AudioCodecContext:
    encoder = av.CodecContext.create("libopus", "w")
    if not isinstance(encoder, av.AudioCodecContext):
        raise TypeError("this build of PyAV has no Opus encoder")
    encoder.bit_rate = _BIT_RATE
    encoder.format = av.AudioFormat("s16")
    encoder.layout = av.AudioLayout("mono")
    encoder.sample_rate = SAMPLE_RATE
    encoder.time_base = _TIME_BASE
    encoder.options = {"application": "voip", "frame_duration": "20"}
    return encoder


class OpusJitterBuffer:
    """Hands packets on in order at once; waits `depth` packets for a missing one, then skips it."""

    capacity = 16

    def __init__(self, depth: int, release: Callable[[RtpPacket, JitterFrame], None]) -> None:
        self._depth = depth
        self._release = release
        self._next: int | None = None
        self._waiting: dict[int, RtpPacket] = {}
        self.lost = 0
        """Packets given up on."""

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Take one packet; the newest frame due is returned, earlier ones go to `release`."""
        if self._next is None:
            self._next = packet.sequence_number
        ahead = (packet.sequence_number - self._next) & 0xFFFF
        if ahead >= 0x8000:
            return False, None
        if ahead > 200:  # the sender started over
            self._waiting.clear()
            self._next = packet.sequence_number
        self._waiting[packet.sequence_number] = packet
        due = self._due()
        for frame in due[:-1]:
            self._release(packet, frame)
        return False, due[-1] if due else None

    def _due(self) -> list[JitterFrame]:
        due: list[JitterFrame] = []
        while self._next is not None:
            packet = self._waiting.pop(self._next, None)
            if packet is not None:
                due.append(JitterFrame(data=packet._data, timestamp=packet.timestamp))  # type: ignore[attr-defined]
            elif len(self._waiting) > self._depth:
                self.lost += 1
            else:
                break
            self._next = (self._next + 1) & 0xFFFF
        return due
