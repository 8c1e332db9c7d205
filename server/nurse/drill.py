"""The drill button: rings for nobody, as for an emergency, so that a site sees once a week that somebody comes."""

from http import HTTPStatus

from aiohttp import web

from server.nurse.form import FormIncomplete
from server.nurse.neighbors import Catalog, Drills
from server.nurse.wording import duration
from server.pages.errors import wants_json
from server.pages.live import LIVE
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES


class Drill:
    """Asks, and rings."""

    def __init__(self, drills: Drills, catalog: Catalog) -> None:
        self._drills = drills
        self._catalog = catalog

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """The question, with how the last one went."""
        staff = staff_of(request)
        last = await request.app[DATABASE].run(lambda tx: self._drills.last(tx, staff))
        answered = duration(last.answered_after) if last and last.answered_after is not None else ""
        personas = list(self._catalog.personas.values())
        return request.app[TEMPLATES].page("staff/drill.html", last=last, answered=answered, personas=personas)

    async def start(self, request: web.Request) -> web.StreamResponse:
        staff, fields = staff_of(request), await request.post()
        persona = self._catalog.personas.get(str(fields.get("persona", "")))
        if persona is None:
            raise FormIncomplete("persona", "Please choose whose ladder rings.")
        await request.app[DATABASE].run(lambda tx: self._drills.start(tx, staff, persona.id, persona.answer_within))
        request.app[LIVE].publish("queue")
        if wants_json(request):
            return web.Response(status=HTTPStatus.NO_CONTENT)
        raise web.HTTPSeeOther("/staff/")
