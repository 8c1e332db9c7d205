"""Gives an application everything its pages stand on; call it before any stage adds its routes."""

from pathlib import Path

from aiohttp import hdrs, web

from server.pages.errors import answer_errors, remember_start
from server.pages.headers import add_headers
from server.pages.live import LIVE, Live
from server.pages.origin import check_origin
from server.pages.sign_in import SignIn
from server.pages.staff import (
    DATABASE,
    EVERYONE,
    HTTPS,
    LANDING,
    LANDINGS,
    ROLES,
    SIGN_IN,
    add_page,
    go_home,
    require_staff,
)
from server.pages.static import StaticFiles
from server.pages.templates import TEMPLATES, Templates
from server.record.database import Database
from server.vocabulary.clock import Clock


def install(
    app: web.Application, database: Database, clock: Clock, live: Live, *, templates: Path, static: Path, https: bool
) -> None:
    """`templates` is web/templates, `static` is server/static, `https` says how browsers reach this server."""
    app[DATABASE] = database
    app[LIVE] = live
    app[TEMPLATES] = Templates(templates, static)
    app[HTTPS] = https
    app[ROLES] = {}
    app[LANDINGS] = dict(LANDING)
    app.on_response_prepare.append(add_headers)
    app.on_response_prepare.append(remember_start)
    # Outermost first: whatever the others refuse is answered by the error page.
    app.middlewares.extend((answer_errors, check_origin, require_staff))
    app.router.add_get("/static/{name:.+}", StaticFiles(static).serve)
    _add_sign_in(app, clock)
    app.on_shutdown.append(_end_streams)


def _add_sign_in(app: web.Application, clock: Clock) -> None:
    sign_in = SignIn(clock)
    app.router.add_get(SIGN_IN, sign_in.show)
    app.router.add_post(SIGN_IN, sign_in.submit)
    add_page(app, hdrs.METH_GET, "/staff", go_home, EVERYONE)
    add_page(app, hdrs.METH_POST, "/staff/sign-out", sign_in.leave, EVERYONE)
    add_page(app, hdrs.METH_POST, "/staff/here", sign_in.here, EVERYONE)
    add_page(app, hdrs.METH_GET, "/staff/session", sign_in.here, EVERYONE)
    app.on_cleanup.append(sign_in.close)


async def _end_streams(app: web.Application) -> None:
    # An open stream would otherwise hold the shutdown until its timeout.
    app[LIVE].close()
