"""A nurse's console without a browser: signed in, on the live stream, asking for what it shows whenever it is told to.

It does what `web/staff/console.ts` and `fragment.ts` do: one request of a fragment under way at most, and one more if something
changed meanwhile; the queue, and the patient who is open beside it.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from types import TracebackType

import aiohttp

_ROW = re.compile(r'class="page-row[^>]*data-checkin="(ci_\w+)"[^>]*data-escalation="(\w+)"')


class Fragment:
    """A part of the page that the server renders anew."""

    def __init__(self, session: aiohttp.ClientSession, path: Callable[[], str], swapped: Callable[[str], None]) -> None:
        self._session, self._path, self._swapped = session, path, swapped
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def refresh(self) -> None:
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = asyncio.create_task(self._fetch(), name="fragment")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _fetch(self) -> None:
        while True:
            self._again = False
            async with self._session.get(self._path(), headers={"Accept": "application/json"}) as reply:
                html = await reply.text()
                reply.raise_for_status()
            self._swapped(html)
            if not self._again:
                return


class OpenConsole:
    """Use as an async context manager; times are monotonic seconds."""

    def __init__(self, address: str, email: str, password: str) -> None:
        self._account = {"email": email, "password": password}
        jar = aiohttp.CookieJar(unsafe=True)
        self._session = aiohttp.ClientSession(address, cookie_jar=jar, headers={"Origin": address})
        self._selected = ""
        self._queue = Fragment(self._session, lambda: f"/staff/fragments/queue?selected={self._selected}", self._shown)
        self._detail = Fragment(self._session, lambda: f"/staff/fragments/checkin/{self._selected}", lambda _: None)
        self._changed = asyncio.Event()
        self.noticed: list[tuple[float, str]] = []
        """Each time at which the stream told that the queue had changed, and because of which check-in."""
        self.rows: dict[str, tuple[str, float]] = {}
        """The page of a check-in's row, and when that was first there."""

    async def __aenter__(self) -> "OpenConsole":
        async with self._session.post("/staff/sign-in", data=self._account) as reply:
            reply.raise_for_status()
        self._live = await self._session.get("/staff/live", timeout=aiohttp.ClientTimeout(total=None))
        self._live.raise_for_status()
        self._listener = asyncio.create_task(self._listen(), name="console")
        self._queue.refresh()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        await self._queue.stop()
        await self._detail.stop()
        self._live.close()
        await self._session.close()

    async def row(self, checkin: str, timeout: float) -> tuple[str, float] | None:
        """The page in a check-in's row and when it was first shown; None if none was."""
        try:
            async with asyncio.timeout(timeout):
                while checkin not in self.rows:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        return self.rows[checkin]

    async def claim(self, checkin: str, page: str) -> None:
        """The nurse says that she is on it."""
        fields = {"checkin": checkin, "escalation": page}
        async with self._session.post("/staff/claim", data=fields, headers={"Accept": "application/json"}) as reply:
            reply.raise_for_status()

    async def _listen(self) -> None:
        event = ""
        async for raw in self._live.content:
            line = raw.decode().strip()
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            if event == "notice" and line.startswith("data: "):
                self._notice(json.loads(line.removeprefix("data: ")))

    def _notice(self, notice: dict[str, str]) -> None:
        topic = notice["topic"]
        if topic in ("queue", "reload"):
            self.noticed.append((time.monotonic(), notice.get("checkin", "")))
            self._queue.refresh()
        if self._selected and topic in ("queue", "reload", f"checkin:{self._selected}"):
            self._detail.refresh()

    def _shown(self, html: str) -> None:
        now = time.monotonic()
        for checkin, page in _ROW.findall(html):
            self.rows.setdefault(checkin, (page, now))
            if not self._selected:
                self._selected = checkin
                self._detail.refresh()
        self._changed.set()
