"""Refuses requests that another site made in a signed-in person's browser, also when they open a WebSocket.

A form sent under our own `Referrer-Policy: no-referrer` arrives with `Origin: null` (Fetch standard, "append a request
Origin header"); it is believed only when the browser itself says `Sec-Fetch-Site: same-origin`.
"""

from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from server.vocabulary.errors import ServiceError

SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})


class CrossSite(ServiceError):
    """The request did not come from one of our own pages."""

    code = "cross_site"
    status = 403
    patient_sees = "This request did not come from our own page. Please reload the page and try again."


def is_ours(host: str, origin: str | None, fetch_site: str | None) -> bool:
    """Whether a state-changing request comes from a page of this host. `host` is the Host header."""
    if fetch_site is not None and fetch_site not in {"same-origin", "none"}:
        return False
    if origin == "null":
        return fetch_site == "same-origin"
    return origin is not None and urlsplit(origin).netloc.casefold() == host.casefold()


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    upgrades = "websocket" in request.headers.get(hdrs.UPGRADE, "").casefold()
    changes = upgrades or request.method not in SAFE_METHODS
    if changes and not is_ours(request.host, request.headers.get(hdrs.ORIGIN), request.headers.get("Sec-Fetch-Site")):
        raise CrossSite("Origin or Sec-Fetch-Site names another site.")
    return await handler(request)
