"""A patient's page without a browser: the same link, birth date, socket and peer connection, driven by a test."""

import asyncio
import json
from bisect import bisect_right
from types import TracebackType
from typing import Any

import aiohttp
import numpy as np

from tests.fakes.peer import RATE, PatientPeer, Pcm
from tests.fakes.timing import pause

_GAP = 0.6
"""Seconds without sound that end a stretch; the persona's pauses between sentences are shorter."""
_LOST = 15.0
"""Seconds beyond its length after which prepared sound will not be played any more: the connection was lost."""


class SimulatedPatient:
    """Opens a link, goes through identity and Start, and talks."""

    def __init__(self, address: str, token: str, birth: tuple[int, int] = (3, 14)) -> None:
        self._address = address
        self._token = token
        self._birth = birth
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": address})
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[str] | None = None
        self.peer = PatientPeer()
        self.errors: list[dict[str, Any]] = []

    async def __aenter__(self) -> "SimulatedPatient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()
        await self._session.close()

    async def post(self, path: str, body: dict[str, object]) -> tuple[int, dict[str, Any]]:
        async with self._session.post(f"{self._address}{path}", json=body) as answer:
            return answer.status, await answer.json()

    async def enter(self) -> None:
        """Link, birth date, Start."""
        month, day = self._birth
        steps: tuple[tuple[str, dict[str, object]], ...] = (
            ("/api/link", {"token": self._token}),
            ("/api/claim", {"token": self._token, "month": month, "day": day}),
            ("/api/start", {"camera": False}),
        )
        for path, body in steps:
            status, answer = await self.post(path, body)
            if status != 200:
                raise RuntimeError(f"{path}: {status} {answer}")

    async def connect(self, peer: PatientPeer | None = None) -> None:
        """Open the socket and a peer connection; returns when the persona's clock is known."""
        self.peer = peer or self.peer
        url = f"{self._address.replace('http', 'ws', 1)}/api/visit/socket"
        self._socket = await self._session.ws_connect(url)
        self._reader = asyncio.ensure_future(self._read(self._socket))
        await self.peer.connect(self._exchange)
        await self.peer.until(lambda message: message.get("k") == "clk")

    async def refusal(self) -> dict[str, Any]:
        """Knock on the socket; what the server says in place of letting this page in."""
        url = f"{self._address.replace('http', 'ws', 1)}/api/visit/socket"
        async with self._session.ws_connect(url) as socket:
            async for frame in socket:
                message: dict[str, Any] = json.loads(frame.data)
                if message.get("type") == "error":
                    return message
        raise RuntimeError("the socket closed without a reason")

    async def leave(self) -> None:
        """Vanish: close the peer and the socket."""
        await self.peer.close()
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)

    async def speak(self, sound: Pcm) -> float:
        """Say prepared sound; returns the loop time of its last sample."""
        spoken = self.peer.microphone.play(sound)
        return await asyncio.wait_for(spoken, len(sound) / RATE + _LOST)

    async def first_sound_after(self, moment: float, timeout: float = 8.0) -> float | None:
        """Loop time at which the persona's next audible frame arrived after `moment`, or None."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + timeout
        while loop.time() < latest:
            if self.peer.voiced and self.peer.voiced[-1] > moment:
                return self.peer.voiced[bisect_right(self.peer.voiced, moment)]
            await pause(0.004)
        return None

    def silent_since(self, moment: float) -> float:
        """Loop time of the last audible frame of the stretch of sound that was playing at `moment`."""
        last = moment
        for at in self.peer.voiced[bisect_right(self.peer.voiced, moment - 0.5) :]:
            if at - last > _GAP:
                break
            last = max(last, at)
        return last

    async def until_listening(self, timeout: float = 40.0, quiet: float = 0.5) -> None:
        """Wait until the persona has said something, finished, and has been quiet for a moment."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + timeout
        while loop.time() < latest:
            states = [message["state"] for message in self.peer.messages if message.get("k") == "s"]
            spoken = self.peer.voiced
            resting = bool(states) and states[-1] not in ("speaking", "thinking", "urgent")
            if resting and spoken and loop.time() - spoken[-1] > quiet:
                return
            await pause(0.05)
        raise TimeoutError("the persona never stopped speaking")

    def captions(self) -> list[str]:
        """What the persona said, as captioned, one entry an utterance."""
        return [m["text"] for m in self.peer.messages if m.get("k") == "cap" and m["done"]]

    def sound(self) -> Pcm:
        """Everything heard so far."""
        return np.concatenate([samples for _, samples in self.peer.heard] or [np.zeros(0, np.int16)])

    async def _exchange(self, sdp: str) -> str:
        if self._socket is None:
            raise RuntimeError("connect first")
        self._answer = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"type": "offer", "sdp": sdp, "mode": "voice"})
        return await asyncio.wait_for(self._answer, 10)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            if message.get("type") == "answer" and self._answer is not None:
                self._answer.set_result(message["sdp"])
            elif message.get("type") == "error":
                self.errors.append(message)
                if self._answer is not None and not self._answer.done():
                    self._answer.set_exception(RuntimeError(str(message)))
            elif "k" in message:
                self.peer.on_message(frame.data)


__all__ = ["RATE", "SimulatedPatient"]
