"""One RTCPeerConnection of a call, from its offer to its end.

An SDP offer reaches this file only after `signaling.offer` has guarded it, and aiortc still raises every kind of
exception on a hostile one (research/security.md §5), so everything around it is caught, bounded and closed piece by piece.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import RtpPacket
from aiortc.sdp import candidate_from_sdp

from server.media.opus import OpusJitterBuffer, OpusTrack
from server.media.pictures import Pictures, PictureTrack, pass_on
from server.media.playout import FRAME_SAMPLES
from server.media.sight import Sight
from server.media.voices import Sound
from server.record.privacy import log
from server.vocabulary.errors import ServiceError

_logger = logging.getLogger(__name__)

_SET_UP_SECONDS = 5.0
"""Longest an offer may take to answer; a quiet machine needs 0.3 s (research/speech.md §2)."""
_CLOSE_SECONDS = 3.0
"""Longest a peer may take to close (research/security.md §5)."""
_JITTER_DEPTH = 2
"""Packets (40 ms) a missing one is waited for (research/speech.md §6)."""
MOST_MESSAGE_BYTES = 4096
"""Longest data-channel message taken; aiortc itself delivered 8 MiB (research/security.md §0)."""

_VIDEO = re.compile(r"^m=video ", re.MULTILINE)
_CODECS = RTCRtpSender.getCapabilities("video").codecs

LinkState = Literal["connected", "lost"]


class OfferFailed(ServiceError):
    """The offer passed the guard and still could not be answered."""

    code = "offer_failed"
    retryable = True
    patient_sees = "We could not connect. Trying again."


@dataclass(frozen=True)
class IceServer:
    """One STUN or TURN server the peer may use."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


@dataclass(frozen=True)
class RemoteCandidate:
    """One trickled ICE candidate, already guarded by signaling."""

    candidate: str
    """The candidate attribute without its `candidate:` prefix (RFC 8839 §5.1)."""
    mid: str | None
    line: int | None


@dataclass(frozen=True)
class LinkEvents:
    """Where a link reports; all are called on the event loop and must not block."""

    state: Callable[[LinkState], None]
    opened: Callable[[RTCDataChannel], None]
    message: Callable[[str], None]
    clock: Callable[[int], None]
    """RTP timestamp of sample 0 of the persona's track."""


class Ear(Protocol):
    """Where a page's sound goes."""

    def hear(self, frame: av.AudioFrame) -> None: ...


@dataclass(frozen=True)
class LinkEnds:
    """What one link carries besides its data channel."""

    ear: Ear
    says: Sound
    takes: Pictures
    """Where the pictures of the page's camera go."""
    shows: Pictures
    """Whose pictures the page is sent."""
    sight: Sight | None
    """Who of this service may look at the page's pictures; None: nobody, and they are not even decoded."""


class PeerLink:
    """One peer connection: a page's tracks in, one track of sound and one of pictures out, one data channel."""

    def __init__(self, ends: LinkEnds, servers: list[IceServer], events: LinkEvents) -> None:
        self._ends = ends
        self._events = events
        self._pc = RTCPeerConnection(
            RTCConfiguration(
                iceServers=[RTCIceServer(list(s.urls), s.username or None, s.credential or None) for s in servers]
            )
        )
        self._track = OpusTrack(ends.says)
        self._pictures = PictureTrack(ends.shows)
        self._tasks: set[asyncio.Task[None]] = set()
        self._sender: RTCRtpSender | None = None
        self._closed = False
        self._answering: asyncio.Future[str] | None = None
        self._channel_open = False
        self.ignored_candidates = 0
        """Trickled candidates that could not be read."""
        self.refused_messages = 0
        """Data-channel messages dropped for their size or for being binary."""
        self._pc.on("track", self._on_track)
        self._pc.on("datachannel", self._on_channel)
        self._pc.on("connectionstatechange", self._on_state)

    async def answer(self, sdp: str) -> str:
        """Answer a guarded offer; raises `OfferFailed`, after which the link must be closed."""
        try:
            self._answering = asyncio.ensure_future(self._answer(sdp))
            return await asyncio.wait_for(asyncio.shield(self._answering), _SET_UP_SECONDS)
        except Exception as error:  # noqa: BLE001  aiortc escapes with anything at all on a malformed description
            raise OfferFailed(f"the peer refused the offer: {type(error).__name__}") from None

    async def _answer(self, sdp: str) -> str:
        if _VIDEO.search(sdp):
            self._prepare_pictures()
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        for transceiver in self._pc.getTransceivers():
            if transceiver.kind == "audio":
                replace_jitter_buffer(transceiver.receiver)
        self._sender = self._pc.addTrack(self._track)
        answer = await self._pc.createAnswer()
        if answer is None:
            raise OfferFailed("the peer made no answer")
        await self._pc.setLocalDescription(answer)
        return str(self._pc.localDescription.sdp)

    def _prepare_pictures(self) -> None:
        """A place for pictures both ways, before the offer is read: only so can the codec be chosen."""
        transceiver = self._pc.addTransceiver(self._pictures, direction="sendrecv")
        transceiver.setCodecPreferences([codec for codec in _CODECS if codec.mimeType in ("video/VP8", "video/rtx")])
        self._pictures.sent_by(transceiver.sender)
        receiver = transceiver.receiver
        pass_on(receiver, self._ends.takes, lambda: self._ask_whole(receiver), decode=self._ends.sight is not None)

    def _ask_whole(self, receiver: RTCRtpReceiver) -> None:
        if self._closed:
            return
        for source in receiver.getSynchronizationSources():
            self._spawn(_ask_for_key_frame(receiver, source.source))

    async def candidate(self, remote: RemoteCandidate | None) -> None:
        """Add one trickled candidate; None is the end of them."""
        if remote is None or self._closed:
            return
        try:
            candidate = candidate_from_sdp(remote.candidate)
            candidate.sdpMid, candidate.sdpMLineIndex = remote.mid, remote.line
            await self._pc.addIceCandidate(candidate)
        except Exception:  # noqa: BLE001  aiortc escapes with anything at all on a malformed candidate
            self.ignored_candidates += 1

    async def close(self) -> None:
        """Stop everything of this link; safe to repeat, never longer than a few seconds."""
        if self._closed:
            return
        self._closed = True
        self._track.stop()
        self._pictures.stop()
        await self._stop_answering()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await asyncio.wait_for(self._pc.close(), _CLOSE_SECONDS)
        except Exception as error:  # noqa: BLE001  after some malformed offers aiortc's own close raises
            log(_logger, logging.WARNING, "peer_close_failed", error=type(error).__name__)
        self._pc.remove_all_listeners()

    async def _stop_answering(self) -> None:
        """Let it finish: aioice loses the sockets of a gathering that is cancelled."""
        if self._answering is not None:
            await asyncio.wait({self._answering}, timeout=_CLOSE_SECONDS)
            self._answering.cancel()
            await asyncio.gather(self._answering, return_exceptions=True)

    def _on_state(self) -> None:
        state = self._pc.connectionState
        if self._closed:
            return
        if state == "connected":
            self._events.state("connected")
        elif state in ("failed", "closed"):
            self._events.state("lost")

    def _on_channel(self, channel: RTCDataChannel) -> None:
        def on_message(message: str | bytes) -> None:
            if not isinstance(message, str) or len(message.encode()) > MOST_MESSAGE_BYTES:
                self.refused_messages += 1
                return
            self._events.message(message)

        channel.on("message", on_message)
        self._events.opened(channel)
        if not self._channel_open:
            self._channel_open = True
            # Over the socket the page could not tell whose clock it is.
            self._spawn(self._announce_clock())

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._spawn(self._hear(track) if track.kind == "audio" else self._see(track))

    async def _hear(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if not isinstance(frame, av.AudioFrame):
                    continue
                frame.pts = None
                self._ends.ear.hear(frame)
        except MediaStreamError:
            return

    async def _see(self, track: MediaStreamTrack) -> None:
        sight = self._ends.sight
        if sight is not None:
            sight.begin()
        try:
            while True:
                frame = await track.recv()
                if sight is not None and isinstance(frame, av.VideoFrame):
                    sight.offer(frame)
        except MediaStreamError:
            return

    async def _announce_clock(self) -> None:
        """Derive the random RTP origin aiortc keeps to itself from the newest packet sent."""
        while self._track.frames < 3:
            await asyncio.sleep(0.02)
        sent = int(getattr(self._sender, "_RTCRtpSender__rtp_timestamp"))  # noqa: B009  (private to aiortc, so no attribute to type-check)
        self._events.clock((sent - (self._track.frames - 1) * FRAME_SAMPLES) & 0xFFFFFFFF)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log(_logger, logging.ERROR, "media_task_failed", error=type(error).__name__)
            self._events.state("lost")


async def _ask_for_key_frame(receiver: RTCRtpReceiver, source: int) -> None:
    with contextlib.suppress(ConnectionError):  # it has just gone
        await receiver._send_rtcp_pli(source)


def replace_jitter_buffer(receiver: RTCRtpReceiver) -> None:
    """Swap aiortc's audio jitter buffer for ours; relies on private names, so the version is pinned and a test holds it."""

    def release(packet: RtpPacket, frame: JitterFrame) -> None:
        codec = receiver._RTCRtpReceiver__codecs.get(packet.payload_type)  # type: ignore[attr-defined]
        frame.timestamp = receiver._RTCRtpReceiver__timestamp_mapper.map(frame.timestamp)  # type: ignore[attr-defined]
        receiver._RTCRtpReceiver__decoder_queue.put((codec, frame))  # type: ignore[attr-defined]

    if not hasattr(receiver, "_RTCRtpReceiver__jitter_buffer"):
        raise RuntimeError("this version of aiortc keeps its jitter buffer elsewhere; see docs/decisions")
    receiver._RTCRtpReceiver__jitter_buffer = OpusJitterBuffer(_JITTER_DEPTH, release)
