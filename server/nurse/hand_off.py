"""The page on which a shift is handed over: read aloud by who goes, read back and ticked by who comes, printed if wanted."""

from aiohttp import web

from server.nurse.form import FormIncomplete
from server.nurse.neighbors import Answered, Catalog, Neighbors, OnAnswered
from server.nurse.sheet import read_sheet
from server.pages.live import LIVE
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record.transaction import Transaction
from server.vocabulary.ids import EscalationId


class HandOff:
    """The sheet, and the ticks on it."""

    def __init__(self, neighbors: Neighbors, catalog: Catalog, on_answered: OnAnswered) -> None:
        self._neighbors = neighbors
        self._catalog = catalog
        self._on_answered = on_answered

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff, database = staff_of(request), request.app[DATABASE]
        sheet, now = await database.run(lambda tx: (read_sheet(tx, staff, self._neighbors, self._catalog), tx.now))
        return request.app[TEMPLATES].page("staff/hand_off.html", staff=staff, sheet=sheet, now=now)

    async def read_back(self, request: web.Request) -> web.StreamResponse:
        """The pages that were ticked are this nurse's from now on; a patient on the line is told of the new name."""
        staff, fields = staff_of(request), await request.post()
        ticked = [
            EscalationId(escalation) for value in fields.getall("escalation", []) for escalation in str(value).split()
        ]
        if not ticked:
            raise FormIncomplete("escalation", "Please tick what you have read back.")

        def work(tx: Transaction) -> list[Answered]:
            pages = {page.id: page for page in self._neighbors.desk.open_pages(tx, staff, answered_since=tx.now)}
            told = []
            for escalation in ticked:
                before = pages.get(escalation)
                if before is None or before.state == "closed":
                    continue  # closed while the sheet was read
                self._neighbors.handing_over.read_back(tx, staff, escalation)
                if (before.claimed_by or before.acknowledged_by) != staff.id:
                    told.append(Answered(before.checkin, escalation, staff))
            return told

        answered = await request.app[DATABASE].run(work)
        request.app[LIVE].publish("queue")
        for one in answered:
            await self._on_answered(one)
        raise web.HTTPSeeOther("/staff/hand-off")
