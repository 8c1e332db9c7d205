"""The embedded `Call`: an aiortc peer in this process, replaced whenever the patient's page connects anew."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from server.media.bridge import Bridge, PatientEar, ToPatient
from server.media.intake import Intake
from server.media.link import IceServer, LinkEnds, LinkEvents, LinkState, OfferFailed, PeerLink, RemoteCandidate
from server.media.playout import SAMPLE_RATE, Playout
from server.media.sight import Sight
from server.media.silent import SilentDrain

Send = Callable[[Mapping[str, object]], None]


class _Channel(Protocol):
    @property
    def readyState(self) -> str: ...  # noqa: N802  (the W3C name)

    def send(self, data: str) -> None: ...


class PeerCall:
    """One patient's connection through the embedded peer, with the signaling socket as the way around it."""

    def __init__(self, servers: list[IceServer]) -> None:
        self.intake = Intake()
        self.sight = Sight()
        self.playout = Playout()
        self.bridge = Bridge(self.playout)
        """The way to a nurse who joins."""
        self.beside: Send = lambda message: None
        """Told every message that the page is sent."""
        self._servers = servers
        self.on_message: Callable[[str], None] = lambda message: None
        """Called with every data-channel message; set by whoever sits at this call."""
        self.on_state: Callable[[Literal["connected", "lost"]], None] = lambda state: None
        self._link: PeerLink | None = None
        self._channel: _Channel | None = None
        self._socket: Send | None = None
        self._drain: SilentDrain | None = None
        self._lock = asyncio.Lock()
        self._closed = False
        self.unsent = 0
        """Messages dropped because nothing was connected."""

    def use_socket(self, send: Send | None) -> None:
        """Send messages this way while no data channel is open."""
        self._socket = send

    def use_servers(self, servers: list[IceServer]) -> None:
        """Ask these from the next connection on: credentials end before a long check-in does."""
        self._servers = servers

    async def offer(self, sdp: str) -> str:
        """Answer a guarded offer with a fresh peer; the old one, if any, is closed first."""
        async with self._lock:
            if self._closed:
                raise OfferFailed("the call is over")
            await self._drop_link()
            self._link = link = PeerLink(self._ends(), self._servers, self._events())
            try:
                return await link.answer(sdp)
            except BaseException:  # also when the page gives up half way
                await self._drop_link()
                raise

    async def candidate(self, remote: RemoteCandidate | None) -> None:
        """Add one trickled candidate to the current peer."""
        if self._link is not None:
            await self._link.candidate(remote)

    async def text_only(self) -> None:
        """Go on without sound: captions and typing over the socket."""
        async with self._lock:
            if self._closed:
                return
            await self._drop_link()
            self._drain = SilentDrain(ToPatient(self.playout, self.bridge))

    def send(self, message: Mapping[str, object]) -> None:
        """See `Call.send`."""
        self.beside(message)
        if self._channel is not None and self._channel.readyState == "open":
            self._channel.send(json.dumps(message, separators=(",", ":")))
        elif self._socket is not None:
            self._socket(message)
        else:
            self.unsent += 1

    async def drop(self) -> None:
        """Let go of the connection but keep the call, so that the patient can come back to it."""
        async with self._lock:
            await self._drop_link()

    async def close(self) -> None:
        """See `Call.close`."""
        async with self._lock:
            self._closed = True
            await self._drop_link()
            self._socket = None
            self.intake.close()

    async def _drop_link(self) -> None:
        link, self._link, self._channel = self._link, None, None
        drain, self._drain = self._drain, None
        if link is not None:
            await link.close()
        if drain is not None:
            await drain.close()

    def _ends(self) -> LinkEnds:
        bridge = self.bridge
        ear, says = PatientEar(self.intake, bridge), ToPatient(self.playout, bridge)
        return LinkEnds(ear, says, bridge.of_patient, bridge.of_nurse, self.sight)

    def _events(self) -> LinkEvents:
        def opened(channel: _Channel) -> None:
            self._channel = channel

        def clock(rtp0: int) -> None:
            self.send({"k": "clk", "rtp0": rtp0, "rate": SAMPLE_RATE})

        def state(now: LinkState) -> None:
            self.on_state(now)

        def message(raw: str) -> None:
            self.on_message(raw)

        return LinkEvents(state=state, opened=opened, message=message, clock=clock)
