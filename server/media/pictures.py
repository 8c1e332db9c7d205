"""Moving pictures handed from one peer to another as they came, encoded: nothing is decoded, looked at or kept.

aiortc decodes what it receives and encodes what it sends (research/security.md §5: 8 to 13 % of a core for 320x240); what
is passed on costs neither, adds no delay and looks as it was sent. Every link takes VP8, which every browser has (RFC 7742 §5).
"""

import asyncio
import fractions
import queue
from collections import deque
from collections.abc import Callable
from typing import Any

import av
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

CLOCK_RATE = 90_000
"""Hertz (RFC 7741 §4.1)."""
_TIME_BASE = fractions.Fraction(1, CLOCK_RATE)
_MOST = 30
"""Frames (two seconds at 15 a second) a watcher may lag behind; drop policy: all, and a whole picture is asked for."""
_ASK_EVERY = 0.5
"""Seconds between two requests for a whole picture: each costs the sender some fifty small ones."""
_GAP = 1.0
"""Seconds without a frame after which the sender's clock says nothing about ours."""

Ask = Callable[[], None]
"""Asks a sender for a whole picture."""


class Pictures:
    """One camera's frames on their way to whoever watches; cameras and watchers come and go."""

    def __init__(self) -> None:
        self._watching: PictureTrack | None = None
        self._ask: Ask = lambda: None
        self._asked_at = float("-inf")
        self._pts = 0
        self._last: tuple[int, float] | None = None
        self._shown = False
        self.frames = 0
        """Frames that came from a camera."""

    def from_camera(self, ask: Ask) -> None:
        """Another camera takes the place of the last; `ask` asks it for a whole picture."""
        self._ask = ask
        self._last = None
        if self._watching is not None:
            self._watching.start_over()

    def show(self, *, on: bool) -> None:
        """Let whoever watches see them, or not."""
        self._shown = on
        self._last = None
        if self._watching is not None:
            self._watching.start_over()

    def take(self, data: bytes, timestamp: int) -> None:
        """One encoded frame with its RTP timestamp."""
        self.frames += 1
        if self._watching is not None and self._shown:
            self._watching.put(data, self._next_pts(timestamp))

    def watch(self, track: "PictureTrack") -> None:
        """This one sees them from now on, in the place of the last."""
        self._watching = track

    def unwatch(self, track: "PictureTrack") -> None:
        """This one sees them no more."""
        if self._watching is track:
            self._watching = None

    def want_whole(self) -> None:
        """Ask for a picture that needs none before it, not too often."""
        now = asyncio.get_running_loop().time()
        if self._shown and now - self._asked_at >= _ASK_EVERY:
            self._asked_at = now
            self._ask()

    def _next_pts(self, timestamp: int) -> int:
        """One clock for all cameras: the sender's steps while it sends, ours across a gap or a change."""
        now = asyncio.get_running_loop().time()
        if self._last is not None:
            before, at = self._last
            step = (timestamp - before) & 0xFFFFFFFF
            ours = int((now - at) * CLOCK_RATE)
            self._pts += step if step < _GAP * CLOCK_RATE else max(1, ours)
        else:
            self._pts += CLOCK_RATE // 15
        self._last = (timestamp, now)
        return self._pts


class PictureTrack(MediaStreamTrack):
    """What one peer is sent of somebody's pictures."""

    kind = "video"

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._due: deque[tuple[bytes, int]] = deque()
        self._ready = asyncio.Event()
        self._whole = False
        """Whether the watcher has a picture that the next ones can be built on."""
        self._watches = False

    def sent_by(self, sender: RTCRtpSender) -> None:
        """`sender` passes the watcher's requests for a whole picture on; the private method is aiortc's only hook."""
        sender._send_keyframe = self._pictures.want_whole  # type: ignore[method-assign]

    def start_over(self) -> None:
        """Show nothing before the next whole picture."""
        self._due.clear()
        self._whole = False

    def put(self, data: bytes, pts: int) -> None:
        """A frame to be sent."""
        if len(self._due) >= _MOST:
            self.start_over()
        self._whole = self._whole or is_whole(data)
        if not self._whole:
            self._pictures.want_whole()
            return
        self._due.append((data, pts))
        self._ready.set()

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        """The next frame, once there is one; raises `MediaStreamError` once stopped."""
        if not self._watches:
            self._watches = True
            self._pictures.watch(self)
        while not self._due:
            if self.readyState != "live":
                raise MediaStreamError
            self._ready.clear()
            await self._ready.wait()
        data, pts = self._due.popleft()
        packet = av.Packet(data)
        packet.pts, packet.time_base = pts, _TIME_BASE
        return packet

    def stop(self) -> None:
        super().stop()
        self._pictures.unwatch(self)
        self._ready.set()


def is_whole(data: bytes) -> bool:
    """Whether a VP8 frame is a key frame (RFC 6386 §9.1: the lowest bit of the first byte is 0)."""
    return bool(data) and not data[0] & 1


class _Tap(queue.Queue[Any]):
    """In the place of a receiver's queue of encoded frames: shows each to `pictures`, and only then to the decoder."""

    def __init__(self, pictures: Pictures, *, decode: bool) -> None:
        super().__init__()
        self._pictures = pictures
        self._decode = decode

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        if item is not None:
            self._pictures.take(item[1].data, item[1].timestamp)
        if item is None or self._decode:
            super().put(item, block, timeout)


def pass_on(receiver: RTCRtpReceiver, pictures: Pictures, ask: Ask, *, decode: bool) -> None:
    """Hand what `receiver` gets to `pictures`; call before it starts. Without `decode` its own track stays empty.

    Relies on a private name, so the version is pinned and a test holds it.
    """
    if not hasattr(receiver, "_RTCRtpReceiver__decoder_queue"):
        raise RuntimeError("this version of aiortc keeps its decoder's queue elsewhere; see docs/decisions")
    receiver._RTCRtpReceiver__decoder_queue = _Tap(pictures, decode=decode)
    pictures.from_camera(ask)
