"""Where a nurse's console says on which browser it wants to be rung while it is closed."""

import base64
import binascii
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web

from server.escalation import subscriptions
from server.escalation.push_sink import is_push_service
from server.escalation.subscriptions import Subscription
from server.pages.staff import DATABASE, add_page, staff_of
from server.vocabulary.errors import ServiceError

_LONGEST: Final = 2048
"""Characters of an endpoint; the longest in use have some 600."""
_POINT, _AUTH = 65, 16
"""Bytes of a browser's key and of its secret (RFC 8291 sections 3.1 and 3.2)."""


class NotABrowser(ServiceError):
    """What was sent is no push subscription of a browser we know."""

    code = "not_a_browser"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    patient_sees = "This browser’s push service is not known here. The console still rings while it is open."


class PushPage:
    """Serves one application."""

    def __init__(self, public_key: str, allowed: Callable[[str], bool] = is_push_service) -> None:
        self._public_key = public_key
        self._allowed = allowed

    def add_routes(self, app: web.Application) -> None:
        """Call after `pages.install`."""
        add_page(app, hdrs.METH_GET, "/staff/push", self.key)
        add_page(app, hdrs.METH_POST, "/staff/push", self.keep)
        add_page(app, hdrs.METH_POST, "/staff/push/off", self.forget)

    async def key(self, _request: web.Request) -> web.Response:
        return web.json_response({"key": self._public_key})

    async def keep(self, request: web.Request) -> web.Response:
        staff, found = staff_of(request), self._subscription(await request.post())
        await request.app[DATABASE].run(lambda tx: subscriptions.keep(tx, staff, found))
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def forget(self, request: web.Request) -> web.Response:
        staff, fields = staff_of(request), await request.post()
        endpoint = str(fields.get("endpoint", ""))
        await request.app[DATABASE].run(lambda tx: subscriptions.forget(tx, staff, endpoint))
        return web.Response(status=HTTPStatus.NO_CONTENT)

    def _subscription(self, fields: Mapping[str, Any]) -> Subscription:
        found = Subscription(*(str(fields.get(name, "")) for name in ("endpoint", "p256dh", "auth")))
        proper = len(found.endpoint) <= _LONGEST and self._allowed(found.endpoint)
        if not proper or _bytes(found.p256dh) != _POINT or _bytes(found.auth) != _AUTH:
            raise NotABrowser("not a push subscription")
        return found


def _bytes(text: str) -> int:
    """How many there are in base64url; -1 where it is none."""
    try:
        return len(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return -1
