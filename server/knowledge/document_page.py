"""One document: what patients are told of it now, what is being made of it, and the steps from a draft to retirement."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from server.knowledge import golden, library
from server.knowledge.desk import HOME, Desk, problem, text_in
from server.knowledge.golden import Kept
from server.knowledge.library import Dossier
from server.knowledge.list_page import told_now
from server.knowledge.revisions import ReviewRefused, Revision, RevisionState
from server.knowledge.shown import People, Reading, missing, name_of, reading_of, row_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record import staff as accounts
from server.record.access import Permission, may
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.principals import Staff

DONE = {
    "saved": "Saved. Nobody is told of it before it is reviewed and published.",
    "same": "Nothing was changed, so no revision was made.",
    "submitted": "Sent for review. Somebody who wrote none of it must approve it.",
    "sent-back": "Sent back. It is a draft again.",
    "approved": "Approved. It is told once it is published.",
    "one-more": "Your approval is noted. It still needs: ",
    "retired": "Retired. Within a minute nobody is told of it any more, in running check-ins too.",
}


@dataclass(frozen=True)
class Opened:
    """A document with everything its page shows."""

    dossier: Dossier
    told: Revision | None
    """What patients are told now."""
    people: People
    goldens: tuple[Kept, ...]

    @property
    def newest(self) -> Revision:
        return self.dossier.newest

    @property
    def retired(self) -> bool:
        return self.dossier.retired_at is not None


class DocumentPage:
    """Shows one document and takes its steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, done=DONE.get(request.query.get("done", ""), ""))

    async def submit(self, request: web.Request) -> web.StreamResponse:
        staff, name = staff_of(request), name_in(request)
        return await self._step(request, "submitted", lambda tx: library.submit(tx, staff, name))

    async def retire(self, request: web.Request) -> web.StreamResponse:
        staff, name = staff_of(request), name_in(request)
        if text_in(await request.post(), "sure") != "yes":
            return await self._page(request, "Tick the box to say that you are sure.", status=409)
        return await self._step(request, "retired", lambda tx: library.retire(tx, staff, name))

    async def _step(self, request: web.Request, done: str, work: Callable[[Transaction], object]) -> web.StreamResponse:
        try:
            await request.app[DATABASE].run(work)
        except ReviewRefused as error:
            return await self._page(request, problem(error), status=error.status)
        await self._desk.room.look()
        raise web.HTTPSeeOther(address(name_in(request), f"?done={done}"))

    async def _page(
        self, request: web.Request, wrong: str = "", *, done: str = "", status: int = 200
    ) -> web.StreamResponse:
        staff, name = staff_of(request), name_in(request)
        found = await request.app[DATABASE].run(lambda tx: read(tx, staff, name))
        told, newest = found.told, found.newest
        unread = newest if told is None or newest.number != told.number else None
        lacks = missing(found.dossier, self._desk) if newest.state is RevisionState.IN_REVIEW else []
        return request.app[TEMPLATES].page(
            "library/document.html",
            status=status,
            staff=staff,
            may_write=may(staff, Permission.LIBRARY_WRITE),
            document=name,
            row=row_of(found.dossier, told.number if told else None, self._desk),
            told=told,
            told_reading=shown(told, self._desk) if told else None,
            newest=newest,
            unread=unread,
            reading=shown(unread, self._desk) if unread else None,
            lacks=lacks,
            history=[(one, name_of(one.author, found.people)) for one in reversed(found.dossier.history)],
            retired_at=found.dossier.retired_at,
            goldens=len(found.goldens),
            goldens_min=int(self._desk.rules.goldens_min.value),
            wrong=wrong,
            done=done + ", ".join(lacks) if done == DONE["one-more"] else done,
            today=self._desk.today,
        )


def read(tx: Transaction, staff: Staff, name: str) -> Opened:
    """Raises NotFound."""
    found = library.get(tx, staff, name)
    number = told_now(tx, staff).get(name)
    told = next((one for one in found.history if one.number == number), None)
    return Opened(found, told, accounts.colleagues(tx, staff), tuple(golden.kept(tx, staff, name)))


def shown(one: Revision, desk: Desk) -> Reading | str:
    """A text that cannot be read as a document is shown with what is wrong."""
    try:
        return reading_of(one.document, one.markdown, desk)
    except ServiceError as error:
        return problem(error)


def name_in(request: web.Request) -> str:
    return request.match_info["name"]


def address(name: str, more: str = "") -> str:
    """Of a document's page."""
    return f"{HOME}/documents/{quote(name, safe='')}{more}"
