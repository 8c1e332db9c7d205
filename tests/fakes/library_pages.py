"""The clinicians' console on a free port, with a real index in the test's own folder."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientResponse, web

from server import curation
from server.curation import Curation
from server.installation import load_packs
from server.knowledge import golden, library
from server.knowledge.embedder import Embedder
from server.knowledge.golden import Golden
from server.knowledge.publishing import limits_of
from server.knowledge.reading_room import ReadingRoom
from server.knowledge.revisions import Revision
from server.pages.staff import DATABASE
from server.vocabulary.clock import MovableClock
from server.vocabulary.principals import Role
from tests.fakes.reading import RULES, Reading
from tests.fakes.records import COMMAND, CONDUCTOR, NOON, Records
from tests.fakes.staff_pages import StaffPages, staff_pages

SHOWER = """---
title: Taking a shower
owner: surgery
status: draft until signed
conditions: [wound]
review: 2026-03-08
x-other-program: keep me
---
## Taking a shower

You may take a shower two days after the operation. Pat the wound dry.
"""
KEY = "shower#Taking a shower"
QUESTION = "When can I take a shower after my operation?"
FIELDS = (
    ("title", "Taking a shower"),
    ("owner", "surgery"),
    ("audience", "patient"),
    ("language", "en"),
    ("conditions", "wound"),
    ("medicines", ""),
    ("review", "2026-03-08"),
    ("expires", ""),
    ("status", "draft until signed"),
    ("source", ""),
    ("note", "five days now"),
)
FIVE = "## Taking a shower\r\n\r\nYou may take a shower five days after the operation. Pat the wound dry.\r\n"


@dataclass
class LibraryPages:
    """The pages, and the library behind them."""

    pages: StaffPages
    reading: Reading
    room: ReadingRoom
    """What running check-ins are told by."""

    async def get(self, path: str, role: Role = Role.CLINICIAN) -> ClientResponse:
        return await self.pages.get(f"/staff/library{path}", await self.pages.cookie(role))

    async def html(self, path: str, role: Role = Role.CLINICIAN) -> str:
        """What is shown in the end, where the page first says that it is still looking."""
        reply = await self.get(path, role)
        while "Refresh" in reply.headers:
            reply = await self.get(f"{path}?again", role)
        assert reply.status == 200, await reply.text()
        return await reply.text()

    async def post(self, path: str, role: Role, *fields: tuple[str, str], origin: str = "") -> tuple[int, str]:
        """The status and what is shown then, after a redirect the page it leads to."""
        cookie = await self.pages.cookie(role)
        reply = await self.pages.post(f"/staff/library{path}", list(fields), cookie, origin=origin)
        if reply.status != 303:
            return reply.status, await reply.text()
        shown = await self.pages.get(reply.headers["Location"], cookie)
        return reply.status, await shown.text()


@asynccontextmanager
async def library_pages(directory: Path, embedder: Embedder) -> AsyncIterator[LibraryPages]:
    found: list[tuple[Reading, ReadingRoom]] = []

    def add(app: web.Application) -> None:
        records = Records(app[DATABASE], directory / "records.db", "", MovableClock(NOON))
        reading = Reading(records, directory / "library", embedder)
        room = ReadingRoom(records.database, reading.stacks(), limits_of(RULES), records.clock, CONDUCTOR)
        curation.add_pages(app, Curation(room, reading.publisher, embedder, RULES), load_packs().values())
        found.append((reading, room))

    async with staff_pages(directory, extra=add) as pages:
        reading, room = found[0]
        await room.look()
        yield LibraryPages(pages, reading, room)


async def approved(shelves: LibraryPages, role: Role = Role.PHARMACIST) -> str:
    found = await newest(shelves)
    status, html = await shelves.post("/documents/shower/approve", role, ("number", str(found.number)))
    assert status == 303, html
    return html


async def newest(shelves: LibraryPages) -> Revision:
    found = await shelves.reading.records.database.run(lambda tx: library.get(tx, COMMAND, "shower"))
    return found.newest


async def keep_goldens(shelves: LibraryPages, count: int = 5, must_say: str = "shower") -> None:
    for number in range(count):
        one = Golden("shower", f"{QUESTION} {'Really? ' * number}".strip(), (KEY,), (must_say,))
        await shelves.reading.records.database.run(lambda tx, one=one: golden.add(tx, COMMAND, one))  # type: ignore[misc]


async def published(shelves: LibraryPages, *fields: tuple[str, str], role: Role = Role.CLINICIAN) -> tuple[int, str]:
    seen = re.search(r'name="seen" value="(\w+)"', await shelves.html("/publish", role))
    assert seen
    return await shelves.post("/publish", role, ("seen", seen[1]), *(fields or (("act", "publish"),)))


async def told(shelves: LibraryPages, question: str = QUESTION) -> str:
    _, html = await shelves.post("/ask", Role.NURSE, ("question", question), ("audience", "patient"))
    return html


def edited(body: str = FIVE, expects: int = 1, act: str = "save") -> list[tuple[str, str]]:
    return [*FIELDS, ("body", body), ("expects", str(expects)), ("act", act)]
