"""Step 2 of a visit: what goes out over one page's socket, in order, by one writer.

Never makes the sender wait: a page too slow to read is cut off, comes back by itself and hears where the visit stands.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from aiohttp import web

from server.vocabulary.errors import ServiceError

QUEUE_LENGTH = 256
"""Messages a page may lag behind, about a minute of captions; drop policy: the connection, at once."""


class CloseCode(IntEnum):
    """Why the server closes a socket (4000 and up are ours: RFC 6455 §7.4.2)."""

    GOING_AWAY = 1001
    FAILED = 1011
    VISIT_OVER = 4000
    REPLACED = 4001
    NOT_LET_IN = 4003
    TOO_FAST = 4008


@dataclass(frozen=True)
class _Last:
    """Nothing is sent after this."""

    code: CloseCode


class Line:
    """The outgoing side of one socket."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._socket = socket
        self._transport = transport
        self._queue: asyncio.Queue[Mapping[str, object] | _Last] = asyncio.Queue(QUEUE_LENGTH)
        self._closing = False
        self.finished = asyncio.Event()
        """Set once the page's seat is free again."""

    def put(self, message: Mapping[str, object]) -> None:
        """Queue one message; after `close` it is dropped."""
        if not self._closing:
            self._put(message)

    def put_error(self, error: ServiceError) -> None:
        self.put({"type": "error", "code": error.code, "message": error.patient_sees, "retryable": error.retryable})

    def close(self, code: CloseCode) -> None:
        """Send what is queued, then close; the first code given is the one that counts."""
        if not self._closing:
            self._closing = True
            self._put(_Last(code))

    def _put(self, message: Mapping[str, object] | _Last) -> None:
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self._closing = True
            if self._transport is not None:
                self._transport.abort()

    async def write(self) -> None:
        """Runs until the socket is closed by either side."""
        try:
            while not self._socket.closed:
                message = await self._queue.get()
                if isinstance(message, _Last):
                    await self._socket.close(code=message.code)
                    return
                await self._socket.send_json(message)
        except ConnectionError:
            # The page is gone; the reading side notices and gives the seat back.
            return
