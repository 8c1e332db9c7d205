"""Step 2 of a visit: one page on the line, from its first message to its last.

Must never hold up media, so everything a page sends is bounded in size and pace before it is passed on.
"""

import asyncio
import logging
from typing import assert_never

from aiohttp import WSMsgType, web

from server.record.privacy import log
from server.signaling.candidate import CandidatePolicy
from server.signaling.door import VisitSeat
from server.signaling.line import CloseCode, Line
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
    Refused,
    SessionOffer,
    SocketMessage,
    TextOnly,
    TrickledCandidate,
    Typed,
    read_socket,
)
from server.signaling.negotiation import Negotiation, TooFast
from server.vocabulary.errors import ServiceError

logger = logging.getLogger(__name__)


class Caller:
    """One page, one message after the other."""

    def __init__(self, seat: VisitSeat, line: Line, policy: CandidatePolicy) -> None:
        self._seat = seat
        self._line = line
        self._negotiation = Negotiation(seat, policy)
        self.refused = 0
        """Messages that were none of ours."""

    async def listen(self, socket: web.WebSocketResponse) -> None:
        """Runs until the socket closes or the page is cut off for its pace."""
        loop = asyncio.get_running_loop()
        async for frame in socket:
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            try:
                await self.take(frame.data, loop.time())
            except TooFast as error:
                self._line.put_error(error)
                self._line.close(CloseCode.TOO_FAST)
                return
            except ServiceError as error:
                self._line.put_error(error)

    async def take(self, data: str | bytes, now: float) -> None:
        """One message, at `now` seconds of a steady clock. Raises `ServiceError`, and `TooFast` to be cut off."""
        self._negotiation.count(now)
        match read_socket(data):
            case Ignored():
                return
            case Refused(reason):
                self._refuse(reason)
            case message:
                await self._pass_on(message, now)

    def _refuse(self, reason: str) -> None:
        # Not told to the page: a page of ours sends none, and an error would end a visit over one stray message.
        self.refused += 1
        if self.refused == 1:
            log(logger, logging.WARNING, "visit_message_refused", reason=reason)

    async def _pass_on(self, message: SocketMessage, now: float) -> None:
        match message:
            case SessionOffer():
                self._line.put({"type": "answer", "sdp": await self._negotiation.offer(message, now)})
            case TrickledCandidate():
                await self._negotiation.candidate(message)
            case TextOnly():
                await self._seat.text_only()
            case Typed() | Nurse() | End() | Mute() | Camera() | MayNotice() | Levels() | NotRight() | Page():
                await self._seat.message(message)
            case _:
                assert_never(message)
