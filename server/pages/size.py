"""How much anybody may send: a longer body is refused by its length, before anything else is looked at or a byte of it read.

One that says no length is cut off by aiohttp at the same limit while it is read.
"""

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

MOST_BYTES: Final = 64 * 1024
"""The longest form is a library document of some pages; give it to the application as `client_max_size`."""


@web.middleware
async def check_size(request: web.Request, handler: Handler) -> web.StreamResponse:
    if (request.content_length or 0) > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size, request.content_length or 0)
    return await handler(request)
