"""One page's place at its check-in: guards nothing itself, hands what signaling has read to the call or the check-in."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Literal, assert_never

from server.checkin.checkin import CheckIn
from server.media.link import RemoteCandidate
from server.media.peer import PeerCall
from server.record.privacy import log
from server.signaling.candidate import Candidate
from server.signaling.door import Mode
from server.signaling.messages import Camera, End, Ignored, Mute, Nurse, Page, PageMessage, Refused, Typed, read_face

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
        self._tasks: set[asyncio.Task[None]] = set()

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
        await self._checkin.connected()
        self._checkin.types_only()

    async def message(self, message: PageMessage) -> None:
        """See `VisitSeat.message`."""
        match message:
            case Typed():
                await self._checkin.typed(message.text)
            case Nurse():
                await self._checkin.nurse_pressed()
            case End():
                await self._checkin.patient_ends()
            case Mute():
                self._checkin.mute(message.on)
            case Camera():
                self._checkin.camera(message.on)
            case Page():
                return
            case _:
                assert_never(message)

    async def left(self) -> None:
        """See `VisitSeat.left`: the page is gone, or a newer one has taken its place."""
        if self._gone:
            return
        await self.leave()
        await self._call.drop()
        self._checkin.lost()
        self._on_left()

    async def leave(self) -> None:
        """Give the place up; the call stays for whoever comes next."""
        self._gone = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def link_state(self, state: Literal["connected", "lost"]) -> None:
        """The peer connection came or went."""
        if state == "lost":
            self._connected = False
            self._checkin.lost()
        elif self._connected:
            self._checkin.moved()
        else:
            self._connected = True
            self._spawn(self._checkin.connected())

    def face_message(self, raw: str) -> None:
        """A message over the data channel."""
        match read_face(raw):
            case Ignored() | Refused():
                return
            case message:
                self._spawn(self.message(message))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._gone:
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log(_logger, logging.ERROR, "seat_task_failed", error=type(error).__name__)
