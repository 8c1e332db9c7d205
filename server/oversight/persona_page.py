"""Everything the personas may say, for the clinicians who answer for it; to be read here, to be changed in the pack."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import hdrs, web

from server.pages.staff import add_page, staff_of
from server.pages.templates import TEMPLATES
from server.vocabulary.principals import Role


@dataclass(frozen=True)
class ApprovedLine:
    """One sentence a persona may speak."""

    script: str
    text: str
    source: str
    review_by: str
    """Date on which a clinician must look at it again; empty if the pack gives none."""


@dataclass(frozen=True)
class PersonaWords:
    """All sentences of one persona pack."""

    name: str
    """As the patient hears it, for example `Ana`."""
    title: str
    version: str
    signed_by: str
    """The clinician who signed this version; empty: a draft."""
    lines: tuple[ApprovedLine, ...]


class PersonaPage:
    """The clinician's page."""

    def __init__(self, personas: Sequence[PersonaWords]) -> None:
        self._personas = tuple(personas)

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff = staff_of(request)
        return request.app[TEMPLATES].page("staff/persona.html", staff=staff, personas=self._personas)


def add_routes(app: web.Application, personas: Sequence[PersonaWords]) -> None:
    """Call after `pages.install`."""
    add_page(app, hdrs.METH_GET, "/staff/persona", PersonaPage(personas).show, frozenset({Role.CLINICIAN}))
