"""Step 2, for staff: the WebSocket of a nurse who joins a running check-in.

Lets in only who is signed in with a role that may join, asks again every few seconds, and passes nothing on unguarded.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, assert_never

from aiohttp import WSMsgType, hdrs, web

from server.pages.staff import add_page, staff_of, still_signed_in
from server.record.privacy import log
from server.signaling.candidate import Candidate, CandidatePolicy
from server.signaling.door import Mode, Send
from server.signaling.ice import IceSettings, ice_servers
from server.signaling.line import CloseCode, Line
from server.signaling.messages import (
    MOST_SOCKET_BYTES,
    Back,
    End,
    Ignored,
    Leave,
    Refused,
    RoomMessage,
    SessionOffer,
    Talk,
    TrickledCandidate,
    read_room,
)
from server.signaling.negotiation import Negotiation, TooFast
from server.signaling.socket import CLOSE_S, HEARTBEAT_S
from server.vocabulary.clock import Clock
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Staff

logger = logging.getLogger(__name__)

ASK_AGAIN_S = 10.0
"""Seconds between looks at whether the session still stands."""


class RoomSeat(Protocol):
    """A nurse's place in a call. Every method but `left` may raise `ServiceError`, which her page is shown."""

    @property
    def attended(self) -> bool:
        """Whether somebody is known to sit there: the nurse who talks."""
        ...

    async def offer(self, sdp: str, mode: Mode) -> str: ...
    async def candidate(self, candidate: Candidate | None) -> None: ...
    async def message(self, message: RoomMessage) -> None: ...
    async def left(self) -> None:
        """The socket closed; called exactly once, whatever happened before."""
        ...


class RoomDoor(Protocol):
    """Where nurses enter; the conductor implements it."""

    async def enter(self, staff: Staff, checkin: CheckInId, send: Send, hang_up: Callable[[], None]) -> RoomSeat:
        """Raises `ServiceError` where this member of staff may not come in, or there is no call."""
        ...


class RoomSocket:
    """Every open socket of a nurse in a call."""

    def __init__(self, door: RoomDoor, ice: IceSettings, policy: CandidatePolicy, clock: Clock) -> None:
        self._door = door
        self._ice = ice
        self._policy = policy
        self._clock = clock
        self._open: set[Line] = set()

    def add_routes(self, app: web.Application) -> None:
        """Call after `pages.install`."""
        add_page(app, hdrs.METH_GET, "/staff/check-ins/{checkin}/room", self.serve)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """`GET /staff/check-ins/{checkin}/room`; the origin was checked before."""
        staff, checkin = staff_of(request), CheckInId(request.match_info["checkin"])
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, timeout=CLOSE_S, max_msg_size=MOST_SOCKET_BYTES, compress=False
        )
        await socket.prepare(request)
        line = Line(socket, request.transport)
        writer = asyncio.create_task(line.write())
        self._open.add(line)
        try:
            line.put({"type": "ice", "servers": ice_servers(self._ice, checkin, self._clock.now())})
            await self._join(request, staff, checkin, socket, line)
        except ServiceError as error:
            line.put_error(error)
            line.close(CloseCode.NOT_LET_IN)
        except Exception as error:  # noqa: BLE001 the socket's root
            log(logger, logging.ERROR, "room_socket_failed", checkin=checkin, error=type(error).__name__)
            line.close(CloseCode.FAILED)
        finally:
            self._open.discard(line)
            line.close(CloseCode.VISIT_OVER)
            await writer
        return socket

    async def close(self) -> None:
        """Close every socket; used when the application shuts down."""
        for line in self._open:
            line.close(CloseCode.GOING_AWAY)

    async def _join(
        self, request: web.Request, staff: Staff, checkin: CheckInId, socket: web.WebSocketResponse, line: Line
    ) -> None:
        seat = await self._door.enter(staff, checkin, line.put, lambda: line.close(CloseCode.VISIT_OVER))
        watching = asyncio.create_task(_watch(request, seat, line), name="room-session")
        try:
            await self._listen(seat, socket, line)
        finally:
            watching.cancel()
            try:
                await seat.left()
            finally:
                await asyncio.gather(watching, return_exceptions=True)

    async def _listen(self, seat: RoomSeat, socket: web.WebSocketResponse, line: Line) -> None:
        """Runs until the socket closes or the page is cut off for its pace."""
        negotiation, loop = Negotiation(seat, self._policy), asyncio.get_running_loop()
        async for frame in socket:
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            try:
                negotiation.count(loop.time())
                await _take(seat, line, negotiation, frame.data)
            except TooFast as error:
                line.put_error(error)
                line.close(CloseCode.TOO_FAST)
                return
            except ServiceError as error:
                line.put_error(error)


async def _take(seat: RoomSeat, line: Line, negotiation: Negotiation, data: str | bytes) -> None:
    match read_room(data):
        case SessionOffer() as offer:
            sdp = await negotiation.offer(offer, asyncio.get_running_loop().time())
            line.put({"type": "answer", "sdp": sdp})
        case TrickledCandidate() as candidate:
            await negotiation.candidate(candidate)
        case Talk() | Back() | Leave() | End() as message:
            await seat.message(message)
        case Ignored():
            return
        case Refused(reason):
            log(logger, logging.WARNING, "room_message_refused", reason=reason)
        case message:
            assert_never(message)


async def _watch(request: web.Request, seat: RoomSeat, line: Line) -> None:
    """Who is signed out has no place in a call; who talks in one is at their desk."""
    while await still_signed_in(request, active=seat.attended):
        await asyncio.sleep(ASK_AGAIN_S)
    line.close(CloseCode.NOT_LET_IN)
