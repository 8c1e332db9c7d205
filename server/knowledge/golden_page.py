"""A document's golden questions: what it must answer, in which words, and what must not be said."""

from collections.abc import Mapping

from aiohttp import web

from server.knowledge import golden, library
from server.knowledge.desk import Desk, problem, text_in
from server.knowledge.document_page import address, name_in
from server.knowledge.golden import Golden, GoldenInvalid, Kept
from server.knowledge.library import Dossier
from server.knowledge.passage import Audience
from server.knowledge.shown import document_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record.access import Permission, may
from server.record.transaction import Transaction


class GoldenPage:
    """Lists, adds and removes; what was removed stays on record."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request)

    async def add(self, request: web.Request) -> web.StreamResponse:
        staff, name, form = staff_of(request), name_in(request), await request.post()
        typed = {field: text_in(form, field) for field in ("question", "must_say", "must_not_say", "audience")}
        keys = tuple(str(one) for one in form.getall("must_retrieve", []))
        audience = Audience.NURSE if typed["audience"] == Audience.NURSE.value else Audience.PATIENT
        made = Golden(
            name, typed["question"].strip(), keys, _lines(typed["must_say"]), _lines(typed["must_not_say"]), audience
        )

        def work(tx: Transaction) -> None:
            library.get(tx, staff, name)
            golden.add(tx, staff, made)

        try:
            await request.app[DATABASE].run(work)
        except GoldenInvalid as error:
            return await self._page(request, typed, keys, problem(error), 422)
        raise web.HTTPSeeOther(address(name, "/golden"))

    async def remove(self, request: web.Request) -> web.StreamResponse:
        staff, wanted = staff_of(request), text_in(await request.post(), "golden")
        await request.app[DATABASE].run(lambda tx: golden.remove(tx, staff, wanted))
        raise web.HTTPSeeOther(address(name_in(request), "/golden"))

    async def _page(
        self,
        request: web.Request,
        typed: Mapping[str, str] | None = None,
        keys: tuple[str, ...] = (),
        wrong: str = "",
        status: int = 200,
    ) -> web.StreamResponse:
        staff, name = staff_of(request), name_in(request)

        def read(tx: Transaction) -> tuple[Dossier, list[Kept]]:
            return library.get(tx, staff, name), golden.kept(tx, staff, name)

        found, kept = await request.app[DATABASE].run(read)
        document = document_of(found.newest)
        empty = {"question": "", "must_say": "", "must_not_say": "", "audience": "patient"}
        return request.app[TEMPLATES].page(
            "library/golden.html",
            status=status,
            staff=staff,
            may_write=may(staff, Permission.LIBRARY_WRITE),
            document=name,
            title=document.title if document else name,
            draft=document.status if document else "",
            kept=kept,
            least=int(self._desk.rules.goldens_min.value),
            passages=[(one.key, " › ".join(one.heading)) for one in document.passages()] if document else [],
            typed=typed or empty,
            chosen=keys,
            wrong=wrong,
        )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
