"""A patient's side of a call as a real aiortc peer: plays prepared sound as a microphone, keeps what it hears."""

import asyncio
import fractions
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from server.media.link import replace_jitter_buffer
from tests.fakes.timing import pause, until

RATE = 48_000
FRAME = 960
_TIME_BASE = fractions.Fraction(1, RATE)
_VOICE = 200
"""Samples (of 32,768) from which sound counts as voice."""

_OTHER_FINGERPRINT = re.compile(r"a=fingerprint:sha-(?:384|512).*\r\n")

Pcm = npt.NDArray[np.int16]


class Microphone(MediaStreamTrack):
    """Plays queued sound in real time over a faint noise, as a room has."""

    kind = "audio"

    def __init__(self, noise: float = 20.0) -> None:
        super().__init__()
        self._noise = noise
        self._random = np.random.default_rng(1)
        self._sound: Pcm = np.zeros(0, np.int16)
        self._started: float | None = None
        self._frames = 0
        self.finished: asyncio.Future[float] | None = None
        """Resolves with the loop time at which the last queued sample was spoken."""

    def play(self, sound: Pcm) -> asyncio.Future[float]:
        """Queue mono 48 kHz sound."""
        self._sound = np.concatenate([self._sound, sound])
        self.finished = asyncio.get_running_loop().create_future()
        return self.finished

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        if self._started is None:
            self._started = loop.time()
        due = self._started + self._frames * FRAME / RATE
        await until(due)
        count = min(FRAME, len(self._sound))
        samples = self._random.normal(0, self._noise, FRAME)
        samples[:count] += self._sound[:count]
        self._sound = self._sound[count:]
        if count and not len(self._sound) and self.finished is not None and not self.finished.done():
            self.finished.set_result(loop.time() - (FRAME - count) / RATE)
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(np.clip(samples, -32768, 32767).astype(np.int16).tobytes())
        frame.sample_rate = RATE
        frame.pts = self._frames * FRAME
        frame.time_base = _TIME_BASE
        self._frames += 1
        return frame


class Camera(MediaStreamTrack):
    """A small moving picture, 320x180 at 10 frames a second."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._frames = 0

    async def recv(self) -> av.VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        await pause(0.1)
        picture = np.full((180, 320, 3), self._frames * 5 % 255, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = self._frames * 9000
        frame.time_base = fractions.Fraction(1, 90_000)
        self._frames += 1
        return frame


class PatientPeer:
    """One peer connection of a patient's device."""

    def __init__(self, *, microphone: bool = True, camera: bool = False, watches: bool = False) -> None:
        """`watches`: it can be sent pictures though it has no camera, as every page of ours."""
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.microphone = Microphone()
        self.messages: list[dict[str, Any]] = []
        self.arrived = asyncio.Condition()
        self.heard: list[tuple[float, Pcm]] = []
        """(loop time of arrival, mono samples) of every frame received."""
        self.voiced: list[float] = []
        """Loop time of arrival of every frame with voice in it."""
        self.seen: list[float] = []
        """Mean brightness, 0 to 255, of every picture received."""
        self._tasks: list[asyncio.Task[None]] = []
        if microphone:
            self.pc.addTrack(self.microphone)
        else:
            self.pc.addTransceiver("audio", direction="recvonly")
        if camera:
            self.pc.addTrack(Camera())
        elif watches:
            self.pc.addTransceiver("video", direction="recvonly")
        self.channel = self.pc.createDataChannel("face")
        self.channel.on("message", self.on_message)
        self.pc.on("track", self._on_track)

    async def connect(self, exchange: Callable[[str], Awaitable[str]]) -> None:
        """Offer through `exchange`, which returns the answer."""
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await exchange(_as_browsers_write(self.pc.localDescription.sdp))
        for transceiver in self.pc.getTransceivers():
            if transceiver.kind == "audio":
                replace_jitter_buffer(transceiver.receiver)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def send(self, message: dict[str, object]) -> None:
        self.channel.send(json.dumps(message))

    async def until(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 30.0) -> dict[str, Any]:
        """The first message, old or new, that `wanted` accepts."""

        async def search() -> dict[str, Any]:
            async with self.arrived:
                while True:
                    for message in self.messages:
                        if wanted(message):
                            return message
                    await self.arrived.wait()

        return await asyncio.wait_for(search(), timeout)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pc.close()

    def on_message(self, raw: str) -> None:
        message = json.loads(raw)
        message["at"] = asyncio.get_running_loop().time()
        self.messages.append(message)
        self._tasks.append(asyncio.ensure_future(self._notify()))

    async def _notify(self) -> None:
        async with self.arrived:
            self.arrived.notify_all()

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.ensure_future(self._listen(track)))

    async def _listen(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, av.AudioFrame):
                    samples = frame.to_ndarray().astype(np.int16).reshape(-1)[:: len(frame.layout.channels)]
                    self._hear(asyncio.get_running_loop().time(), samples)
                elif isinstance(frame, av.VideoFrame):
                    self.seen.append(float(frame.to_ndarray(format="gray").mean()))
        except MediaStreamError:
            return

    def _hear(self, at: float, samples: Pcm) -> None:
        self.heard.append((at, samples))
        if np.abs(samples.astype(np.int32)).max() > _VOICE:
            self.voiced.append(at)


def _as_browsers_write(sdp: str) -> str:
    """aiortc names its certificate by three hashes; browsers, and our guard, by one."""
    return _OTHER_FINGERPRINT.sub("", sdp)
