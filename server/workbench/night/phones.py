"""The telephones of the night's staff: a provider on loopback that takes what Apprise sends. Some are dead, in two ways."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType

from aiohttp import web

from server.escalation.directory import Contact, ContactBook, Line
from server.escalation.ladder import Channel
from server.workbench.night.plan import Member, Phone, Span

_LINK = re.compile(r"/page/([\w-]+)")
_OFFICE = (Line(Channel.CHAT, "{origin}/catch_all/chat"), Line(Channel.CHAT, "{origin}/operations/chat"))


@dataclass(frozen=True)
class Ringing:
    """A message that somebody can hear."""

    person: str
    """Name of the member of staff."""
    token: str
    """Of the link in it."""


@dataclass
class Phones:
    """Use as an async context manager."""

    staff: Sequence[Member]
    rung: list[Ringing] = field(default_factory=list)
    """Not yet fetched."""
    keys: list[str] = field(default_factory=list)
    """The idempotency keys of what was taken, in order."""
    refused: int = 0
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a message has come whose sender is left without an answer."""
    _port: int = 0
    _holds: bool = False
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> "Phones":
        app = web.Application()
        app.router.add_post("/{person}/{channel}", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        await self._runner.cleanup()

    @property
    def twice(self) -> int:
        """Messages that came again, under a key that was known."""
        return sum(count - 1 for count in Counter(self.keys).values())

    def book(self, night: Span) -> ContactBook:
        """How each of the staff is reached here."""
        zone = night.start.tzinfo
        people = {
            member.email: Contact(tuple(self._line(member, phone) for phone in member.channels), zone)  # type: ignore[arg-type]
            for member in self.staff
        }
        catch_all, operations = (Line(one.channel, one.url.format(origin=self._origin)) for one in _OFFICE)
        return ContactBook(people, (catch_all,), (operations,), zone)  # type: ignore[arg-type]

    def fetch(self) -> list[Ringing]:
        """What has rung since the last time."""
        found, self.rung = self.rung, []
        return found

    def hold(self) -> None:
        """Messages are taken from now on, and their senders wait."""
        self._holds = True

    def release(self) -> None:
        """Whoever was held gets an answer, for whatever it is still worth."""
        self._holds = False
        self._released.set()

    def _line(self, member: Member, phone: Phone) -> Line:
        return Line(Channel(phone.channel), f"{self._origin}/{member.name}/{phone.channel}")

    @property
    def _origin(self) -> str:
        return f"json://127.0.0.1:{self._port}"

    async def _take(self, request: web.Request) -> web.Response:
        person, channel = request.match_info["person"], request.match_info["channel"]
        dead: dict[tuple[str, str], str] = {
            (one.name, phone.channel): phone.dead for one in self.staff for phone in one.channels
        }
        state = dead.get((person, channel), "")
        if state == "refuses":
            self.refused += 1
            return web.Response(status=503)
        if self._holds and self.taken.is_set():
            # Still on its way when the server died: how many are depends on how fast this machine is, not on the night.
            await self._released.wait()
            return web.Response(status=503)
        self.keys.append(request.headers.get("Idempotency-Key", ""))
        found = _LINK.search((await request.json())["message"])
        if found and state != "silent":
            self.rung.append(Ringing(person, found[1]))
        if self._holds:
            self.taken.set()
            await self._released.wait()
        return web.Response()
