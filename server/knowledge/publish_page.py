"""Publishing: what the next release would change, readable in a minute, and the button that lets it be told.

What is published is what was shown: where the library has changed since, it is shown again.
"""

import hashlib
from dataclasses import dataclass

from aiohttp import web

from server.knowledge import releases
from server.knowledge.blast import BlastRadius, Change, Difference
from server.knowledge.checking import Checks, Pace
from server.knowledge.desk import HOME, Desk, problem, text_in
from server.knowledge.difference import Line, by_word
from server.knowledge.list_page import told_now
from server.knowledge.publishing import Proposal
from server.knowledge.releases import Override, PublishRefused, Release
from server.knowledge.shown import People, document_of, name_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record import staff as accounts
from server.record.access import STAFF, Permission
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError

STALE = "The library has changed since you looked. This is what would be published now."
PATIENCE = 1.0
"""Seconds that the page waits before it says how far the check is."""
KINDS = ((Change.LOST, "Lost"), (Change.CHANGED, "Changed"), (Change.GAINED, "Gained"))


@dataclass(frozen=True)
class Moved:
    """A document that the next release tells otherwise than the present one."""

    id: str
    title: str
    before: int | None
    after: int | None


class PublishPage:
    """Proposes, and publishes what was seen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._checks = Checks(desk.publisher)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """What would be told; while that is found out, how far it is."""
        staff, again = staff_of(request), "again" in request.query
        try:
            found = await self._checks.proposal(staff, self._desk.today, PATIENCE, again=again)
        except ServiceError as error:
            return await self._page(request, None, problem(error))
        return _waits(request, found) if isinstance(found, Pace) else await self._page(request, found)

    async def close(self, _app: web.Application) -> None:
        await self._checks.close()

    async def publish(self, request: web.Request) -> web.StreamResponse:
        staff, form = staff_of(request), await request.post()
        why, overrides = text_in(form, "why"), text_in(form, "act") == "override"
        try:
            proposal = await self._desk.publisher.propose(staff, self._desk.today)
        except ServiceError as error:
            return await self._page(request, None, problem(error), why, status=error.status)
        if seal(proposal) != text_in(form, "seen"):
            return await self._page(request, proposal, STALE, why, status=409)
        try:
            await self._desk.publisher.publish(staff, proposal, Override(staff, why) if overrides else None)
        except PublishRefused as error:
            return await self._page(request, proposal, problem(error), why, status=error.status)
        await self._desk.room.look()
        raise web.HTTPSeeOther(f"{HOME}?done=published")

    async def _page(
        self,
        request: web.Request,
        proposal: Proposal | None,
        wrong: str = "",
        why: str = "",
        *,
        status: int = 200,
    ) -> web.StreamResponse:
        staff = staff_of(request)

        def read(tx: Transaction) -> tuple[dict[str, int], list[Release], str | None, People]:
            current = releases.current(tx)
            return told_now(tx, staff), releases.all_releases(tx, staff), current, accounts.colleagues(tx, staff)

        told, every, current, people = await request.app[DATABASE].run(read)
        radius = proposal.radius if proposal else None
        return request.app[TEMPLATES].page(
            "library/publish.html",
            status=status,
            staff=staff,
            may_write=True,
            proposal=proposal,
            radius=radius,
            seen=seal(proposal) if proposal else "",
            moved=moved(proposal, told) if proposal else [],
            groups=[(word, [_difference(one) for one in radius.of(kind)]) for kind, word in KINDS] if radius else [],
            same=len(radius.of(Change.SAME)) + len(radius.of(Change.REFUSED)) if radius else 0,
            goldens_min=int(self._desk.rules.goldens_min.value),
            may_override=Permission.LIBRARY_OVERRIDE in STAFF[staff.role],
            released=next((one for one in every if one.id == current), None),
            publisher=lambda one: name_of(one.publisher, people),
            overrider=lambda one: name_of(f"staff:{one.overridden_by}", people),
            wrong=wrong,
            why=why,
        )


def _waits(request: web.Request, pace: Pace) -> web.StreamResponse:
    page = request.app[TEMPLATES].page("library/checking.html", staff=staff_of(request), may_write=True, pace=pace)
    page.headers["Refresh"] = f"1; url={HOME}/publish?again"
    return page


def moved(proposal: Proposal, told: dict[str, int]) -> list[Moved]:
    """In the order of their ids; documents that stay are left out."""
    after = {one.document: one for one in proposal.revisions}
    found = []
    for name in sorted({*after, *told}):
        one = after.get(name)
        if told.get(name) != (one.number if one else None):
            document = document_of(one) if one else None
            title = document.title if document else name
            found.append(Moved(name, title, told.get(name), one.number if one else None))
    return found


def seal(proposal: Proposal) -> str:
    """The same for what reads the same: revisions, faults, and every answer that would change."""
    return hashlib.sha256(repr(_read(proposal.radius, proposal)).encode()).hexdigest()


def _read(radius: BlastRadius, proposal: Proposal) -> object:
    members = [(one.document, one.number, one.sha256) for one in proposal.revisions]
    changed = [one for kind, _ in KINDS for one in radius.of(kind)]
    reds = [(one.golden, one.faults) for one in radius.red]
    return members, changed, reds, radius.too_few, radius.contradictions


def _difference(one: Difference) -> tuple[Difference, Line]:
    return one, by_word(one.before, one.after) if one.before and one.after else ()
