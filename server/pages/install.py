"""Gives an application everything its pages stand on; call it before any stage adds its routes."""

from functools import partial
from pathlib import Path

from aiohttp import hdrs, web

from server.pages.bodies import check_size, read_form
from server.pages.doors import DOORS, OPENED
from server.pages.errors import answer_errors, remember_start
from server.pages.headers import add_headers
from server.pages.live import LIVE, Live
from server.pages.origin import check_origin
from server.pages.second_factor import SecondFactor
from server.pages.sign_in import SignIn
from server.pages.staff import (
    DATABASE,
    FACTOR_REQUIRED,
    HTTPS,
    ROOMS,
    SIGN_IN,
    add_page,
    go_home,
    may_open,
    require_staff,
)
from server.pages.static import StaticFiles
from server.pages.templates import TEMPLATES, Templates
from server.record.database import Database
from server.vocabulary.clock import Clock


def install(
    app: web.Application,
    database: Database,
    clock: Clock,
    live: Live,
    *,
    templates: Path,
    static: Path,
    https: bool,
    factor_required: bool = False,
) -> None:
    """`templates` is web/templates, `static` is server/static, `https` says how browsers reach this server.

    `factor_required`: a password alone opens nothing, and whoever has no second factor sets one up first.
    """
    app[DATABASE] = database
    app[LIVE] = live
    app[TEMPLATES] = Templates(templates, static)
    app[HTTPS] = https
    app[FACTOR_REQUIRED] = factor_required
    app[OPENED], app[ROOMS] = dict(DOORS), set()
    app[TEMPLATES].everywhere(may_open=partial(may_open, app), demo=False, sso=False)
    app.on_response_prepare.append(add_headers)
    app.on_response_prepare.append(remember_start)
    # Outermost first: whatever the others refuse is answered by the error page.
    app.middlewares.extend((answer_errors, check_size, check_origin, require_staff, read_form))
    app.router.add_get("/static/{name:.+}", StaticFiles(static).serve)
    _add_sign_in(app, clock)
    app.on_shutdown.append(_end_streams)


def _add_sign_in(app: web.Application, clock: Clock) -> None:
    sign_in = SignIn(clock)
    app.router.add_get(SIGN_IN, sign_in.show)
    app.router.add_post(SIGN_IN, sign_in.submit)
    add_page(app, hdrs.METH_GET, "/staff", go_home)
    add_page(app, hdrs.METH_POST, "/staff/sign-out", sign_in.leave)
    add_page(app, hdrs.METH_POST, "/staff/here", sign_in.here)
    add_page(app, hdrs.METH_GET, "/staff/session", sign_in.here)
    SecondFactor(clock).add_routes(app)
    app.on_cleanup.append(sign_in.close)


async def _end_streams(app: web.Application) -> None:
    # An open stream would otherwise hold the shutdown until its timeout.
    app[LIVE].close()
