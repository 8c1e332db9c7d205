"""Sends live notices to one page as server-sent events, with a heartbeat so that the page notices a dead line.

Source of the format: WHATWG HTML, "Server-sent events".
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from aiohttp import web

from server.pages.live import Subscription
from server.vocabulary.clock import Clock

HEARTBEAT_S = 15.0


async def stream(
    request: web.Request, subscription: Subscription, clock: Clock, still_signed_in: Callable[[], Awaitable[bool]]
) -> web.StreamResponse:
    """Runs until the page closes, the subscription ends or `still_signed_in`, asked at each heartbeat, says no."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    # When the page is gone there is nobody left to tell.
    with suppress(ConnectionError):
        await _send_all(response, subscription, clock, still_signed_in)
    return response


async def _send_all(
    response: web.StreamResponse,
    subscription: Subscription,
    clock: Clock,
    still_signed_in: Callable[[], Awaitable[bool]],
) -> None:
    """A beat at once, one at every heartbeat, every notice as it comes, and `over` at the end."""
    loop = asyncio.get_running_loop()
    beat_due = loop.time()
    while True:
        if loop.time() >= beat_due:
            if not await still_signed_in():
                break
            await response.write(encode("beat", {"now": clock.now().isoformat()}))
            beat_due = loop.time() + HEARTBEAT_S
        try:
            async with asyncio.timeout_at(beat_due):
                notice = await subscription.next()
        except TimeoutError:
            continue
        if notice is None:
            break
        await response.write(encode("notice", {"topic": notice.topic, **notice.data}))
    await response.write(encode("over", {}))


def encode(event: str, data: Mapping[str, str]) -> bytes:
    """One server-sent event; JSON has no raw newline, so one data line is enough."""
    return f"event: {event}\ndata: {json.dumps(dict(data))}\n\n".encode()
