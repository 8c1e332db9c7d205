"""What anybody may send: a body that is too long is refused unread, and a form that is none is refused and not an error.

One that says no length is cut off by aiohttp at the same limit while it is read.
"""

from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from server.vocabulary.errors import ServiceError

MOST_BYTES: Final = 64 * 1024
"""The longest form is a library document of some pages; give it to the application as `client_max_size`."""


class NoForm(ServiceError):
    """The body says that it is a form and cannot be read as one."""

    code = "no_form"
    status = HTTPStatus.BAD_REQUEST


@web.middleware
async def check_size(request: web.Request, handler: Handler) -> web.StreamResponse:
    if (request.content_length or 0) > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size, request.content_length or 0)
    return await handler(request)


@web.middleware
async def read_form(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reads it once for every handler, which finds it again by `request.post()`. Comes after whoever asks who it is."""
    if request.method == hdrs.METH_POST:
        try:
            await request.post()
        except (ValueError, LookupError):  # a boundary or an encoding that there is not
            raise NoForm("the body is not the form that it says it is") from None
    return await handler(request)
