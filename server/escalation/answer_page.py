"""The page behind a message's link: a button that answers. Opening it changes nothing: programs that scan messages open links.

It shows how urgent and which page, nothing of a patient; for that the nurse signs in.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from server.escalation import answer_link, desk
from server.escalation.answer_link import Answer
from server.pages.staff import DATABASE
from server.pages.templates import TEMPLATES
from server.record import staff
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import CheckInId, EscalationId
from server.vocabulary.principals import Service, Staff

PATH = "/page/{token}"
_DOOR = Service("answer_link")

OnAnswered = Callable[[CheckInId, EscalationId, Staff], Awaitable[None]]
"""Called after the answer is durable, for whoever answered first; the conductor tells the patient who is coming."""


class LinkOver(ServiceError):
    """The link is not one of ours, has expired, or its bearer may not sign in any more."""

    code = "link_over"
    status = HTTPStatus.GONE
    patient_sees = "This link does not work any more. Sign in to see who needs you."


class AnswerPage:
    """Serves the links of one application."""

    def __init__(self, key: bytes, clock: Clock, on_answered: OnAnswered) -> None:
        """`key` from `Database.secret(answer_link.PURPOSE)`."""
        self._key = key
        self._clock = clock
        self._on_answered = on_answered

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.show)
        app.router.add_post(PATH, self.answer)

    async def show(self, request: web.Request) -> web.StreamResponse:
        link = self._link(request)

        def look(tx: Transaction) -> desk.Glance:
            return desk.glance(tx, _bearer(tx, link), link.escalation)

        return _page(request, await request.app[DATABASE].run(look), mine=False)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        link = self._link(request)

        def acknowledge(tx: Transaction) -> tuple[Staff, desk.Glance, bool]:
            bearer = _bearer(tx, link)
            before = desk.glance(tx, bearer, link.escalation)
            desk.acknowledge(tx, bearer, link.escalation)
            return bearer, desk.glance(tx, bearer, link.escalation), before.acknowledged_by is None

        bearer, now, first = await request.app[DATABASE].run(acknowledge)
        if first:
            await self._on_answered(now.checkin, link.escalation, bearer)
        return _page(request, now, mine=now.acknowledged_by == bearer.id)

    def _link(self, request: web.Request) -> Answer:
        link = answer_link.read(self._key, request.match_info["token"], self._clock.now())
        if link is None:
            raise LinkOver("the link is changed or over")
        return link


def _bearer(tx: Transaction, link: Answer) -> Staff:
    found = [member for member in staff.enabled(tx, _DOOR).values() if member.id == link.staff]
    if not found:
        raise LinkOver("the link's bearer has left")
    return found[0]


def _page(request: web.Request, page: desk.Glance, *, mine: bool) -> web.Response:
    return request.app[TEMPLATES].page("staff/answer.html", page=page, mine=mine)
