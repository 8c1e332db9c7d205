"""Step 2 of a visit: the WebSocket over which a page and the server find each other.

One page per check-in: a newer one replaces the older. Must let a page in by its cookie and its origin only.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from server.pages.origin import CrossSite, is_ours
from server.record.privacy import log
from server.signaling.caller import Caller
from server.signaling.candidate import CandidatePolicy
from server.signaling.door import VisitDoor
from server.signaling.ice import IceSettings, ice_servers
from server.signaling.line import CloseCode, Line
from server.signaling.messages import MOST_SOCKET_BYTES
from server.vocabulary.clock import Clock
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Patient

logger = logging.getLogger(__name__)

HEARTBEAT_S = 10.0
"""A phone that lost its network is noticed within one and a half of these."""
CLOSE_S = 2.0
"""Longest wait for a page's own close frame."""
REPLACE_S = 5.0
"""Longest wait for an older page's seat before the newer page takes over."""

Resume = Callable[[web.Request], Awaitable[Patient]]
"""Who the request's cookie stands for; raises `ServiceError` for nobody."""


class Replaced(ServiceError):
    """The patient opened the check-in again, in another window."""

    code = "replaced"
    status = 409
    patient_sees = "Your check-in is now open in another window. You can close this one."


class VisitSocket:
    """Every open socket, by check-in."""

    def __init__(
        self, door: VisitDoor, resume: Resume, ice: IceSettings, policy: CandidatePolicy, clock: Clock
    ) -> None:
        self._door = door
        self._resume = resume
        self._ice = ice
        self._policy = policy
        self._clock = clock
        self._open: dict[CheckInId, Line] = {}

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """`GET /api/visit/socket`."""
        if not is_ours(request.host, request.headers.get(hdrs.ORIGIN), request.headers.get("Sec-Fetch-Site")):
            raise CrossSite("Origin or Sec-Fetch-Site names another site.")
        patient = await self._resume(request)
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, timeout=CLOSE_S, max_msg_size=MOST_SOCKET_BYTES, compress=False
        )
        await socket.prepare(request)
        line = Line(socket, request.transport)
        writer = asyncio.create_task(line.write())
        try:
            await self._take_over(patient.checkin, line)
            await self._visit(patient, socket, line)
        except Exception as error:  # noqa: BLE001 the socket's root
            log(logger, logging.ERROR, "visit_socket_failed", checkin=patient.checkin, error=type(error).__name__)
            line.close(CloseCode.FAILED)
        finally:
            self._forget(patient.checkin, line)
            line.close(CloseCode.VISIT_OVER)
            await writer
        return socket

    def hang_up(self, checkin: CheckInId) -> None:
        """Close the page's socket after everything already queued; used once the check-in has ended."""
        line = self._open.get(checkin)
        if line is not None:
            line.close(CloseCode.VISIT_OVER)

    async def close(self) -> None:
        """Close every socket; used when the application shuts down. The pages come back by themselves."""
        lines = list(self._open.values())
        for line in lines:
            line.close(CloseCode.GOING_AWAY)
        await asyncio.gather(*(_wait_for_seat(line) for line in lines))

    async def _take_over(self, checkin: CheckInId, line: Line) -> None:
        older = self._open.get(checkin)
        self._open[checkin] = line
        if older is not None:
            older.put_error(Replaced())
            older.close(CloseCode.REPLACED)
            await _wait_for_seat(older)

    def _forget(self, checkin: CheckInId, line: Line) -> None:
        line.finished.set()
        if self._open.get(checkin) is line:
            del self._open[checkin]

    async def _visit(self, patient: Patient, socket: web.WebSocketResponse, line: Line) -> None:
        """From the seat's start to its end."""
        if self._open.get(patient.checkin) is not line:
            return  # a third page came while this one waited for the first to leave
        line.put({"type": "ice", "servers": ice_servers(self._ice, patient.checkin, self._clock.now())})
        try:
            seat = await self._door.enter(patient, line.put)
        except ServiceError as error:
            line.put_error(error)
            line.close(CloseCode.NOT_LET_IN)
            return
        try:
            await Caller(seat, line, self._policy).listen(socket)
        finally:
            await seat.left()


async def _wait_for_seat(line: Line) -> None:
    try:
        await asyncio.wait_for(line.finished.wait(), REPLACE_S)
    except TimeoutError:
        log(logger, logging.WARNING, "visit_seat_slow")
