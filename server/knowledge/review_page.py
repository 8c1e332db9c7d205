"""What waits for a second person: the list of it, and each text beside the one it would follow, to approve or to send back."""

from aiohttp import web

from server.knowledge import library
from server.knowledge.desk import Desk, problem, text_in
from server.knowledge.difference import by_line
from server.knowledge.document_page import Opened, address, name_in, read, shown
from server.knowledge.list_page import read_rows
from server.knowledge.revisions import ReviewRefused, RevisionState
from server.knowledge.shown import missing, name_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record.access import Permission, may
from server.record.audit import actor
from server.record.transaction import Transaction
from server.vocabulary.principals import Staff


class ReviewPage:
    """Approving is for those who wrote none of it; the records hold to that, the page says so first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def queue(self, request: web.Request) -> web.StreamResponse:
        staff = staff_of(request)

        def waiting(tx: Transaction) -> list[Opened]:
            rows = read_rows(tx, staff, self._desk)
            return [read(tx, staff, one.id) for one in rows if one.state is RevisionState.IN_REVIEW]

        found = await request.app[DATABASE].run(waiting)
        return request.app[TEMPLATES].page(
            "library/reviews.html",
            staff=staff,
            may_write=may(staff, Permission.LIBRARY_WRITE),
            waiting=[self._waits(one, staff) for one in found],
        )

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request)

    async def approve(self, request: web.Request) -> web.StreamResponse:
        staff, name, form = staff_of(request), name_in(request), await request.post()
        number = _number(text_in(form, "number"))
        try:
            _, lacks = await request.app[DATABASE].run(
                lambda tx: library.approve(tx, staff, name, number, has_doses=self._desk.has_doses)
            )
        except ReviewRefused as error:
            return await self._page(request, problem(error), status=error.status)
        raise web.HTTPSeeOther(address(name, f"?done={'one-more' if lacks else 'approved'}"))

    async def send_back(self, request: web.Request) -> web.StreamResponse:
        staff, name, form = staff_of(request), name_in(request), await request.post()
        number, why = _number(text_in(form, "number")), text_in(form, "why")
        if not why.strip():
            return await self._page(request, "Say why, so that the author knows what to change.", status=422)
        try:
            await request.app[DATABASE].run(lambda tx: library.send_back(tx, staff, name, number, why))
        except ReviewRefused as error:
            return await self._page(request, problem(error), why, error.status)
        raise web.HTTPSeeOther(address(name, "?done=sent-back"))

    async def _page(
        self, request: web.Request, wrong: str = "", why: str = "", status: int = 200
    ) -> web.StreamResponse:
        staff, name = staff_of(request), name_in(request)
        found = await request.app[DATABASE].run(lambda tx: read(tx, staff, name))
        before = found.told or next(
            (one for one in reversed(found.dossier.history[:-1]) if one.state is RevisionState.APPROVED), None
        )
        return request.app[TEMPLATES].page(
            "library/review.html",
            status=status,
            staff=staff,
            may_write=may(staff, Permission.LIBRARY_WRITE),
            document=name,
            newest=found.newest,
            before=before,
            author=name_of(found.newest.author, found.people),
            lines=by_line(before.markdown if before else "", found.newest.markdown),
            reading=shown(found.newest, self._desk),
            lacks=missing(found.dossier, self._desk),
            in_review=found.newest.state is RevisionState.IN_REVIEW,
            hindrance=hindrance(found, staff),
            wrong=wrong,
            why=why,
        )

    def _waits(self, one: Opened, staff: Staff) -> dict[str, object]:
        reading = shown(one.newest, self._desk)
        return {
            "name": one.dossier.id,
            "title": one.dossier.id if isinstance(reading, str) else reading.document.title,
            "revision": one.newest,
            "author": name_of(one.newest.author, one.people),
            "lacks": missing(one.dossier, self._desk),
            "hindrance": hindrance(one, staff),
        }


def hindrance(found: Opened, staff: Staff) -> str:
    """Why this person may not approve it; empty where they may."""
    me = actor(staff)
    if not may(staff, Permission.LIBRARY_APPROVE):
        return "Only clinicians and pharmacists approve."
    if me in found.dossier.authors:
        return "You wrote part of it, so a second person must approve it."
    if any(one.by == me for one in found.newest.approvals):
        return "You have approved it already."
    return ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
