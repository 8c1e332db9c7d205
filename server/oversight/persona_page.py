"""Everything the personas' scripts say, for the clinicians who answer for it; to be read here, to be changed in the pack.

Must never call signed what is a draft.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import hdrs, web

from server.pages.staff import add_page, staff_of
from server.pages.templates import TEMPLATES


@dataclass(frozen=True)
class ScriptLine:
    """One sentence a persona may speak."""

    script: str
    text: str


@dataclass(frozen=True)
class PersonaWords:
    """All sentences of one persona pack."""

    name: str
    """As the patient hears it, for example `Ana`."""
    title: str
    version: str
    signed: bool
    """Whether clinicians have signed all of this version; else it is a draft."""
    source: str
    """Where the words come from."""
    review_by: str
    """Date by which a clinician must look at them again."""
    lines: tuple[ScriptLine, ...]


class PersonaPage:
    """The clinician's page."""

    def __init__(self, personas: Sequence[PersonaWords], free_talk: bool) -> None:
        self._personas = tuple(personas)
        self._free_talk = free_talk

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff = staff_of(request)
        return request.app[TEMPLATES].page(
            "staff/persona.html", staff=staff, personas=self._personas, free_talk=self._free_talk
        )


def add_routes(app: web.Application, personas: Sequence[PersonaWords], *, free_talk: bool) -> None:
    """Call after `pages.install`. `free_talk`: a language model may add sentences that passed the gate."""
    add_page(app, hdrs.METH_GET, "/staff/persona", PersonaPage(personas, free_talk).show)
