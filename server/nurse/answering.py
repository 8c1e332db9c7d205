"""What a nurse does with a page: see, acknowledge, claim, close. The desk keeps it; the patient is told who comes."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from server.nurse.board import staff_names
from server.nurse.disposition import NOISES, OUTCOMES, WORTHS, Closing, asked_911, read_closing
from server.nurse.neighbors import Answered, Catalog, Desk, OnAnswered, Page
from server.pages.errors import wants_json
from server.pages.live import LIVE
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record import journal
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.events import EscalationClosed
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId
from server.vocabulary.principals import Staff

Fields = MultiDictProxy[Any]


class HeldBySomebodyElse(ServiceError):
    """A colleague has this page, and this nurse was not warned of that."""

    code = "held_by_somebody_else"
    status = HTTPStatus.CONFLICT

    def __init__(self, name: str) -> None:
        super().__init__("another nurse holds the page")
        self.patient_sees = f"{name} has this now. If you still want it, choose “Take over”."


class Answering:
    """The console's answers, each under the nurse's own name."""

    def __init__(self, desk: Desk, catalog: Catalog, on_answered: OnAnswered) -> None:
        self._desk = desk
        self._catalog = catalog
        self._on_answered = on_answered

    async def see(self, request: web.Request) -> web.StreamResponse:
        """The nurse has these pages before them; they ring on."""

        def see(tx: Transaction, staff: Staff, pages: Sequence[Page], _: Fields) -> list[EscalationId]:
            for page in pages:
                self._desk.see(tx, staff, page.id)
            return []

        return await self._answer(request, see)

    async def acknowledge(self, request: web.Request) -> web.StreamResponse:
        """Answers the pages this nurse was looking at; one that came in since stays unanswered."""

        def acknowledge(tx: Transaction, staff: Staff, pages: Sequence[Page], _: Fields) -> list[EscalationId]:
            open_now = [page for page in pages if page.acknowledged_by is None]
            return [self._desk.acknowledge(tx, staff, page.id).id for page in open_now]

        return await self._answer(request, acknowledge)

    async def claim(self, request: web.Request) -> web.StreamResponse:
        """The nurse is on it. From a colleague only if the form names the one whom the nurse was warned about (`over`)."""
        return await self._answer(request, self._claim)

    async def sheet(self, request: web.Request) -> web.StreamResponse:
        """The form that closes what is open of one check-in."""
        staff, checkin = staff_of(request), CheckInId(request.match_info["checkin"])

        def read(tx: Transaction) -> tuple[Sequence[Page], bool]:
            return self._desk.for_checkin(tx, staff, checkin), self._desk.in_charge(tx, staff)

        pages, in_charge = await request.app[DATABASE].run(read)
        answered = [page for page in pages if page.acknowledged_by is not None and page.state != "closed"]
        held = [page for page in answered if in_charge or (page.claimed_by or page.acknowledged_by) == staff.id]
        emergency = any(page.tier is Tier.EMERGENCY for page in held)
        return request.app[TEMPLATES].page(
            "staff/close.html",
            checkin=checkin,
            patient_name=held[0].patient_name if held else "",
            pages=[(page.id, self._catalog.title(page.trigger), page.quote) for page in held],
            colleagues=len(answered) > len(held),
            emergency=emergency,
            asked_911=asked_911(emergency),
            outcomes=OUTCOMES,
            worths=WORTHS,
            noises=NOISES,
        )

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Closes pages with what came of them: all of it, or nothing."""

        def close(tx: Transaction, staff: Staff, pages: Sequence[Page], fields: Fields) -> list[EscalationId]:
            open_now = [page for page in pages if page.state != "closed"]
            emergency = any(page.tier is Tier.EMERGENCY for page in open_now)
            closing = read_closing(fields, [page.id for page in open_now], emergency=emergency)
            for page in open_now:
                self._desk.close(tx, staff, page.id)
                # Beside the one door of a running check-in: the patient's page has no view of it, and it must not be
                # closed without its disposition.
                journal.append(tx, staff, page.checkin, _event(page, staff, closing), tx.now)
            return []

        return await self._answer(request, close)

    def _claim(self, tx: Transaction, staff: Staff, pages: Sequence[Page], fields: Fields) -> list[EscalationId]:
        warned = {str(holder) for holder in fields.getall("over", [])}
        told = []
        for page in pages:
            holder = page.claimed_by or page.acknowledged_by
            if page.state == "closed" or page.claimed_by == staff.id:
                continue
            if holder is not None and holder != staff.id and holder not in warned:
                raise HeldBySomebodyElse(staff_names(tx).get(holder, "A colleague"))
            self._desk.claim(tx, staff, page.id)
            told += [page.id] if holder != staff.id else []
        return told

    async def _answer(
        self,
        request: web.Request,
        act: Callable[[Transaction, Staff, Sequence[Page], Fields], list[EscalationId]],
    ) -> web.StreamResponse:
        """Acts on the pages that the form names, of the check-in that it names; tells the patient of those returned."""
        staff, fields = staff_of(request), await request.post()
        checkin = CheckInId(str(fields.get("checkin", "")))
        named = {str(escalation) for escalation in fields.getall("escalation", [])}

        def work(tx: Transaction) -> list[EscalationId]:
            pages = [page for page in self._desk.for_checkin(tx, staff, checkin) if page.id in named]
            return act(tx, staff, pages, fields)

        answered = await request.app[DATABASE].run(work)
        request.app[LIVE].publish("queue", {"checkin": checkin})
        for escalation in answered:
            await self._on_answered(Answered(checkin, escalation, staff))
        if wants_json(request):
            return web.Response(status=HTTPStatus.NO_CONTENT)
        raise web.HTTPSeeOther(f"/staff/check-ins/{checkin}")


def _event(page: Page, staff: Staff, closing: Closing) -> EscalationClosed:
    judged = closing.pages[page.id]
    return EscalationClosed(
        escalation=page.id,
        tier=page.tier,
        trigger=page.trigger,
        version=page.version,
        staff=staff.id,
        staff_name=staff.name,
        asked_911=closing.asked_911,
        disposition=closing.outcome,
        worth=judged.worth,
        noise=judged.noise,
        follow_up=closing.follow_up,
    )
