"""One page's place at its check-in: hands what signaling has read to the call or the check-in, and keeps nothing back.

What a patient has sent belongs to the check-in at once: a page that goes away takes nothing with it.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Literal, assert_never

from server.checkin.checkin import CheckIn
from server.media.link import RemoteCandidate
from server.media.peer import PeerCall
from server.record.privacy import log
from server.signaling.candidate import Candidate
from server.signaling.door import Mode
from server.signaling.messages import (
    Camera,
    End,
    Ignored,
    Levels,
    MayNotice,
    Mute,
    NotRight,
    Nurse,
    Page,
    PageMessage,
    Refused,
    Typed,
    read_face,
)
from server.signaling.negotiation import MESSAGES_PER_SECOND
from server.signaling.pace import Pace

_logger = logging.getLogger(__name__)


class Seat:
    """Implements signaling's `VisitSeat`."""

    def __init__(self, checkin: CheckIn, call: PeerCall, on_left: Callable[[], None]) -> None:
        self._checkin = checkin
        self._call = call
        self._on_left = on_left
        self._gone = False
        self._connected = False
        """Whether a peer of this page has been connected: the next one is its camera or a new network, not a return."""
        self._pace = Pace(2 * MESSAGES_PER_SECOND, MESSAGES_PER_SECOND)
        self.dropped = 0
        """Data-channel messages that came faster than any page of ours sends them."""

    async def offer(self, sdp: str, mode: Mode) -> str:
        """See `VisitSeat.offer`."""
        return await self._call.offer(sdp)

    async def candidate(self, candidate: Candidate | None) -> None:
        """See `VisitSeat.candidate`."""
        remote = None
        if candidate is not None:
            remote = RemoteCandidate(candidate.text, candidate.mid, candidate.line)
        await self._call.candidate(remote)

    async def text_only(self) -> None:
        """See `VisitSeat.text_only`."""
        await self._call.text_only()
        self._checkin.connected()
        self._checkin.cues.noticing.line(connected=True)
        self._checkin.types_only()

    async def message(self, message: PageMessage) -> None:
        """See `VisitSeat.message`."""
        self._hand_over(message)

    def _hand_over(self, message: PageMessage) -> None:
        match message:
            case Typed():
                self._checkin.typed(message.text)
            case Nurse():
                self._checkin.nurse_pressed()
            case End():
                self._checkin.patient_ends()
            case Mute():
                self._checkin.mute(message.on)
                self._checkin.cues.noticing.line(muted=message.on)
            case Camera():
                self._checkin.camera(message.on)
                self._checkin.cues.noticing.line(camera=message.on)
            case MayNotice():
                self._checkin.cues.allow(message.what, message.on)
            case Levels():
                self._checkin.cues.noticing.levels(message.kept)
            case NotRight():
                self._checkin.cues.dispute(message.cue, message.at)
            case Page():
                return
            case _:
                assert_never(message)

    async def left(self) -> None:
        """See `VisitSeat.left`: the page is gone, or a newer one has taken its place."""
        if self._gone:
            return
        self.leave()
        await self._call.drop()
        self._checkin.lost()
        self._checkin.cues.noticing.line(connected=False)
        self._on_left()

    def leave(self) -> None:
        """Give the place up; the call stays for whoever comes next."""
        self._gone = True

    def link_state(self, state: Literal["connected", "lost"]) -> None:
        """The peer connection came or went."""
        self._checkin.cues.noticing.line(connected=state == "connected")
        if state == "lost":
            self._connected = False
            self._checkin.lost()
        elif self._connected:
            self._checkin.moved()
        else:
            self._connected = True
            self._checkin.connected()

    def face_message(self, raw: str) -> None:
        """A message over the data channel."""
        if self._gone:
            return
        if not self._pace.allows(asyncio.get_running_loop().time()):
            self.dropped += 1
            if self.dropped == 1:
                log(_logger, logging.WARNING, "face_messages_dropped")
            return
        match read_face(raw):
            case Ignored() | Refused():
                return
            case message:
                self._hand_over(message)
