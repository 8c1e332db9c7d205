"""The one place where an error becomes an HTTP answer: JSON for scripts, a page for people.

An error nobody foresaw gets an id. The log holds that id and the error's type, never its text: exceptions can carry
a patient's words.
"""

import logging
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from server.pages.manifest import WebBuildMissing
from server.pages.templates import TEMPLATES
from server.record.identifiers import new_id
from server.record.privacy import log
from server.vocabulary.errors import NotFound, ServiceError

logger = logging.getLogger(__name__)

STARTED = web.RequestKey("started", web.StreamResponse)
"""The answer whose first bytes are already sent; after that no error page can replace it."""


class Unforeseen(ServiceError):
    """What is shown for an error that nobody foresaw."""

    code = "internal"
    status = 500
    retryable = True


class Refused(ServiceError):
    """What is shown for a refusal by the web server itself, for example a method that a page does not have."""

    code = "refused"
    patient_sees = "That did not work. Please go back and try again."


async def remember_start(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler for `on_response_prepare`."""
    request[STARTED] = response


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ServiceError as error:
        return answer(request, error)
    except web.HTTPException as refusal:
        if refusal.status < HTTPStatus.BAD_REQUEST:
            raise
        return answer(request, NotFound() if refusal.status == HTTPStatus.NOT_FOUND else Refused(), refusal.status)
    except Exception as error:  # noqa: BLE001 the request's root
        error_id = new_id("err")
        log(logger, logging.ERROR, "request_failed", id=error_id, error=type(error).__name__, route=_route(request))
        return answer(request, Unforeseen(), error_id=error_id)


def answer(
    request: web.Request, error: ServiceError, status: int | None = None, error_id: str = ""
) -> web.StreamResponse:
    """The answer for one error; `status` overrides the error's own."""
    if STARTED in request:
        # Half an answer is out, so an error page would only corrupt it: cut the line and let the page reconnect.
        if request.transport is not None:
            request.transport.abort()
        return request[STARTED]
    if wants_json(request):
        body = {"code": error.code, "message": error.patient_sees, "retryable": error.retryable}
        return web.json_response(
            {"error": body | ({"id": error_id} if error_id else {})}, status=status or error.status
        )
    return _page(request, error, status or error.status, error_id)


def wants_json(request: web.Request) -> bool:
    """Scripts get JSON: the API, and whoever does not ask for a page."""
    accept = request.headers.get(hdrs.ACCEPT, "")
    return request.path.startswith("/api/") or "text/html" not in accept


def _page(request: web.Request, error: ServiceError, status: int, error_id: str) -> web.Response:
    try:
        values = {"message": error.patient_sees, "error_id": error_id}
        return request.app[TEMPLATES].page("staff/error.html", status=status, **values)
    except WebBuildMissing as missing:
        # Without the build there is no style either; the sentence alone is still an answer.
        return web.Response(text=missing.patient_sees, status=missing.status)


def _route(request: web.Request) -> str:
    """The route's pattern; the path itself can hold an id or whatever a stranger typed."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
