"""The embedded peer of a nurse who has joined a patient's call; replaced, like a patient's, with every offer of her page."""

import asyncio
from collections.abc import Callable

from server.media.bridge import Bridge, NurseEar, ToNurse
from server.media.link import IceServer, LinkEnds, LinkEvents, LinkState, OfferFailed, PeerLink, RemoteCandidate


class NurseCall:
    """One nurse's connection to one bridge."""

    def __init__(self, bridge: Bridge, servers: list[IceServer]) -> None:
        self._bridge = bridge
        self._servers = servers
        self._link: PeerLink | None = None
        self._lock = asyncio.Lock()
        self._closed = False
        self.on_state: Callable[[LinkState], None] = lambda state: None

    async def offer(self, sdp: str) -> str:
        """Answer a guarded offer with a fresh peer; the old one, if any, is closed first."""
        async with self._lock:
            if self._closed:
                raise OfferFailed("the call is over")
            await self._drop()
            self._link = link = PeerLink(self._ends(), self._servers, self._events())
            try:
                return await link.answer(sdp)
            except BaseException:  # also when the page gives up half way
                await self._drop()
                raise

    async def candidate(self, remote: RemoteCandidate | None) -> None:
        """Add one trickled candidate to the current peer."""
        if self._link is not None:
            await self._link.candidate(remote)

    async def close(self) -> None:
        """Release every task, socket and thread; safe to repeat."""
        async with self._lock:
            self._closed = True
            await self._drop()

    async def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    def _ends(self) -> LinkEnds:
        bridge = self._bridge
        return LinkEnds(NurseEar(bridge), ToNurse(bridge), bridge.of_nurse, bridge.of_patient, sight=None)

    def _events(self) -> LinkEvents:
        # Her page speaks over its socket; a channel it opens all the same is read by nobody.
        return LinkEvents(
            state=lambda state: self.on_state(state),
            opened=lambda channel: None,
            message=lambda message: None,
            clock=lambda rtp0: None,
        )
