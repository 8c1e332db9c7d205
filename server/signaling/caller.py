"""Step 2 of a visit: one page on the line, from its first message to its last.

Must never hold up media, so everything a page sends is bounded in size and pace before it is passed on.
"""

import asyncio
import logging
from typing import assert_never

from aiohttp import WSMsgType, web

from server.record.privacy import log
from server.signaling.candidate import CandidatePolicy, read_candidate
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
from server.signaling.offer import guard_offer
from server.signaling.pace import Pace
from server.vocabulary.errors import ServiceError

logger = logging.getLogger(__name__)

OFFERS_PER_MINUTE = 20
CANDIDATES_PER_PEER = 100
MESSAGES_PER_SECOND = 30


class TooFast(ServiceError):
    """The page sent more than any page of ours would."""

    code = "too_fast"
    status = 429
    retryable = True
    patient_sees = "This page sent too much at once. Please reload it."


class Caller:
    """One page, one message after the other."""

    def __init__(self, seat: VisitSeat, line: Line, policy: CandidatePolicy) -> None:
        self._seat = seat
        self._line = line
        self._policy = policy
        # Two seconds' worth at once: a browser with many networks trickles all its candidates in one breath.
        self._messages = Pace(2 * MESSAGES_PER_SECOND, MESSAGES_PER_SECOND)
        self._offers = Pace(OFFERS_PER_MINUTE, OFFERS_PER_MINUTE / 60)
        self._candidates = 0
        self._dropped = 0
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
        if not self._messages.allows(now):
            raise TooFast("more than 30 messages a second")
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
                await self._offer(message, now)
            case TrickledCandidate():
                await self._candidate(message)
            case TextOnly():
                await self._seat.text_only()
            case Typed() | Nurse() | End() | Mute() | Camera() | MayNotice() | Levels() | NotRight() | Page():
                await self._seat.message(message)
            case _:
                assert_never(message)

    async def _offer(self, message: SessionOffer, now: float) -> None:
        if not self._offers.allows(now):
            raise TooFast("more than 20 offers a minute")
        offer = guard_offer(message.sdp, self._policy)
        self._candidates = offer.kept + offer.dropped
        self._dropped = offer.dropped
        answer = await self._seat.offer(offer.sdp, message.mode)
        self._line.put({"type": "answer", "sdp": answer})

    async def _candidate(self, message: TrickledCandidate) -> None:
        self._candidates += 1
        if self._candidates > CANDIDATES_PER_PEER:
            raise TooFast("more than 100 candidates for one peer")
        fields = message.candidate
        if fields is None or not fields.candidate:
            # After a dropped candidate the end is kept back: the page's own checks may still reach us.
            if not self._dropped:
                await self._seat.candidate(None)
            return
        candidate = read_candidate(fields.candidate, fields.mid, fields.line, self._policy)
        if candidate is None:
            self._dropped += 1
            return
        await self._seat.candidate(candidate)
