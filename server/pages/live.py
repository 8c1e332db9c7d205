"""Tells open pages that something changed. A notice carries ids only; the page then asks for what it may see.

A slow page never slows the publisher: when its queue is full, one "reload" replaces everything in it.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

QUEUE_LENGTH = 64
"""Notices one page may lag behind; drop policy: all, replaced by one reload."""


@dataclass(frozen=True)
class Notice:
    """Something changed: its topic, for example `queue` or `checkin:ci_1`, and ids that go with it."""

    topic: str
    data: Mapping[str, str] = field(default_factory=dict)


RELOAD = Notice("reload")


class Subscription:
    """One open page's notices, in order."""

    def __init__(self, session: str) -> None:
        self.session = session
        """The staff session behind the page; ends with it."""
        self._queue: asyncio.Queue[Notice | None] = asyncio.Queue(QUEUE_LENGTH)

    def put(self, notice: Notice | None) -> None:
        """Never waits. None ends the subscription."""
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            notice = notice and RELOAD
        self._queue.put_nowait(notice)

    async def next(self) -> Notice | None:
        """The next notice, or None when the subscription has ended."""
        return await self._queue.get()


class Live:
    """Everyone who is looking at a page that changes by itself."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._closed = False

    def publish(self, topic: str, data: Mapping[str, str] | None = None) -> None:
        """Call on the event loop, after the change is committed. Ids only: this reaches browsers unchecked."""
        for subscription in self._subscriptions:
            subscription.put(Notice(topic, data or {}))

    @contextmanager
    def subscribe(self, session: str) -> Iterator[Subscription]:
        subscription = Subscription(session)
        self._subscriptions.add(subscription)
        if self._closed:
            subscription.put(None)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def end(self, session: str) -> None:
        """Close every page of one session, for example at sign-out."""
        for subscription in self._subscriptions:
            if subscription.session == session:
                subscription.put(None)

    def close(self) -> None:
        """Close every page; used when the application shuts down."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.put(None)


LIVE = web.AppKey("live", Live)
