"""Try a question: the very pipeline of a call, its release, filters and gate, with everything that a call does not show.

The question is never kept, and never stands in an address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from server.knowledge import library
from server.knowledge.answer import Asked
from server.knowledge.consulting import Outcome
from server.knowledge.desk import Desk, Judged, text_in
from server.knowledge.passage import Audience
from server.knowledge.shown import document_of, row_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record.access import Permission, may
from server.vocabulary.principals import Staff

EMPTY = {"question": "", "audience": "patient", "language": "en", "medicines": ""}


@dataclass(frozen=True)
class Tried:
    """What came of a question."""

    outcome: Outcome
    judged: Sequence[Judged]
    status: str
    """What the cited document says of itself."""

    @property
    def spoken(self) -> bool:
        """Whether every sentence passed the gate."""
        return bool(self.judged) and all(one.receipt.allowed for one in self.judged)


class AskPage:
    """The test panel."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, EMPTY, None)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        typed = {field: text_in(form, field).strip() or usual for field, usual in EMPTY.items()}
        release = self._desk.room.current or ""
        outcome = await self._desk.room.consult(release, typed["question"], self._asked(typed))
        tried = await self._tried(request, outcome, release) if outcome is not None else None
        wrong = "" if tried else "Nothing can be told now: nothing is published, or the records cannot be read."
        return await self._page(request, typed, tried, wrong)

    def _asked(self, typed: Mapping[str, str]) -> Asked:
        audience = Audience.NURSE if typed["audience"] == Audience.NURSE.value else Audience.PATIENT
        medicines = tuple(one.strip().lower() for one in typed["medicines"].split(",") if one.strip())
        return Asked(self._desk.today, audience, typed["language"].lower(), medicines)

    async def _tried(self, request: web.Request, outcome: Outcome, release: str) -> Tried:
        cited, staff = outcome.citation, staff_of(request)
        status = ""
        if cited is not None:
            found = await request.app[DATABASE].run(lambda tx: library.get(tx, staff, cited.document))
            one = next((each for each in found.history if each.number == cited.revision), None)
            document = document_of(one) if one else None
            status = document.status if document else ""
        return Tried(outcome, self._desk.judge(outcome, release), status)

    async def _page(
        self, request: web.Request, typed: Mapping[str, str], tried: Tried | None, wrong: str = ""
    ) -> web.StreamResponse:
        staff = staff_of(request)
        return request.app[TEMPLATES].page(
            "library/ask.html",
            staff=staff,
            may_write=may(staff, Permission.LIBRARY_WRITE),
            typed=typed,
            tried=tried,
            wrong=wrong,
            release=self._desk.room.current,
            audiences=[one.value for one in Audience],
            languages=await self._languages(request, staff),
        )

    async def _languages(self, request: web.Request, staff: Staff) -> list[str]:
        """Those that documents are written in."""
        every = await request.app[DATABASE].run(lambda tx: library.documents(tx, staff))
        return sorted({"en", *(row.language for one in every if (row := row_of(one, None, self._desk)).language)})
