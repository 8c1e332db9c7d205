"""Step 2 of a visit: what signaling needs of the part that owns check-ins; the conductor implements it.

A page that has shown its cookie is let in at the `VisitDoor` and holds one `VisitSeat` until its socket closes.
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from server.signaling.candidate import Candidate
from server.signaling.messages import PageMessage
from server.vocabulary.principals import Patient

Send = Callable[[Mapping[str, object]], None]
"""Queues one message for the page and never waits."""
Mode = Literal["voice", "video", "listen"]


class VisitSeat(Protocol):
    """One page's place in its check-in. Every method may raise `ServiceError`, which the page is shown."""

    async def offer(self, sdp: str, mode: Mode) -> str:
        """The answer SDP to a guarded offer; a second offer replaces the peer under the same conversation."""
        ...

    async def candidate(self, candidate: Candidate | None) -> None:
        """One more allowed address of the page; None once the page has no more and none was taken out."""
        ...

    async def text_only(self) -> None:
        """The page cannot make a peer connection."""
        ...

    async def message(self, message: PageMessage) -> None:
        """The page said something that could have come over the data channel as well."""
        ...

    async def left(self) -> None:
        """The socket closed; called exactly once, whatever happened before."""
        ...


class VisitDoor(Protocol):
    """Where pages enter."""

    async def enter(self, patient: Patient, send: Send) -> VisitSeat:
        """Raises `ServiceError` where this check-in takes nobody in."""
        ...
