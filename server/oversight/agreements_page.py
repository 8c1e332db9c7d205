"""With whom there is an agreement about patient data, for what, where and until when. Shows no address and no secret."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import hdrs, web

from server.pages.staff import add_page, staff_of
from server.pages.templates import TEMPLATES


@dataclass(frozen=True)
class Agreed:
    """One provider of the configuration."""

    what: str
    reach: str
    """Host or service."""
    kind: str
    """What it is sent, in words."""
    provider: str
    """Who signed; empty without an agreement."""
    agreement: str
    region: str
    expires: date | None
    tone: str
    """`ok`, `warn`, `danger` or empty."""
    state: str
    """Whether it holds, in words."""


class AgreementsPage:
    """Compliance's page; what it shows is read each time, since days pass."""

    def __init__(self, agreed: Callable[[], Sequence[Agreed]]) -> None:
        self._agreed = agreed

    async def show(self, request: web.Request) -> web.StreamResponse:
        rows = self._agreed()
        return request.app[TEMPLATES].page("staff/agreements.html", staff=staff_of(request), rows=rows)


def add_routes(app: web.Application, agreed: Callable[[], Sequence[Agreed]]) -> None:
    """Call after `pages.install`."""
    add_page(app, hdrs.METH_GET, "/staff/agreements", AgreementsPage(agreed).show)
