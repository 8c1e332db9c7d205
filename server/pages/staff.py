"""Who is signed in, and whether the door of the page they ask for is open to them. Without a door nobody comes in."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from server.pages.doors import OPENED, Door, Open, door_of
from server.pages.errors import wants_json
from server.record import staff as accounts
from server.record.database import Database
from server.record.staff import Session
from server.vocabulary.errors import NotPermitted, ServiceError
from server.vocabulary.principals import Role, Staff

SIGN_IN = "/staff/sign-in"
SECOND_FACTOR = "/staff/second-factor"
LANDING: Mapping[Role, str] = {
    Role.NURSE: "/staff/",
    Role.CHARGE: "/staff/",
    Role.CLINICIAN: "/staff/persona",
    Role.PHARMACIST: "/staff/persona",
    Role.COMPLIANCE: "/staff/audit",
    Role.ADMIN: "/staff/people",
}
"""Where each role starts after sign-in, unless a stage has their work and says so: see `lands`."""

SESSION = web.RequestKey("session", Session)
DATABASE = web.AppKey("database", Database)
HTTPS = web.AppKey("https", bool)
FACTOR_REQUIRED = web.AppKey("factor_required", bool)
"""Whether everybody must have a second factor; without it, only those who have set one up are asked."""
ROOMS = web.AppKey("rooms", set[str])
"""Addresses of the staff pages that this application has."""
LANDINGS = web.AppKey("landings", dict[Role, str])


class NotSignedIn(ServiceError):
    """No session, or one that has ended."""

    code = "not_signed_in"
    status = HTTPStatus.UNAUTHORIZED
    patient_sees = "You are signed out. Please sign in again."


class SecondFactorNeeded(ServiceError):
    """The password fitted; the second factor is still to be given, or to be set up."""

    code = "second_factor_needed"
    status = HTTPStatus.FORBIDDEN
    patient_sees = "Please give your second factor first."


def cookie_name(https: bool) -> str:
    """`__Host-` makes the browser refuse the cookie unless it is Secure and set by this very host."""
    return "__Host-nightlight_staff" if https else "nightlight_staff"


def token_of(request: web.Request) -> str:
    """The session token, or an empty string."""
    return request.cookies.get(cookie_name(request.app[HTTPS]), "")


def session_of(request: web.Request) -> str:
    """A name for the session that is not its secret, for `Live.subscribe`."""
    return hashlib.sha256(token_of(request).encode()).hexdigest()


def staff_of(request: web.Request) -> Staff:
    """Who acts. Raises NotSignedIn on pages outside /staff/, where nobody was asked to sign in."""
    if SESSION not in request:
        raise NotSignedIn("This page was reached without a session.")
    return request[SESSION].staff


def enter(app: web.Application, reply: web.Response, token: str) -> None:
    """Gives the browser the session's cookie; the session itself ends by the records' own limits."""
    lifetime, https = int(accounts.ABSOLUTE.total_seconds()), app[HTTPS]
    reply.set_cookie(cookie_name(https), token, max_age=lifetime, path="/", httponly=True, secure=https, samesite="Lax")


def add_page(app: web.Application, method: str, path: str, handler: Handler) -> None:
    """Adds one route under /staff/. Raises KeyError where the table of doors does not say to whom it is open."""
    _ = app[OPENED][(method, path)]
    app[ROOMS].add(path)
    app.router.add_route(method, path, handler)


def may_open(app: web.Application, staff: Staff, path: str) -> bool:
    """Whether there is such a page here and this member of staff may see it; for the rail that leads there."""
    return path in app[ROOMS] and staff.role in app[OPENED][(hdrs.METH_GET, path)].roles


async def still_signed_in(request: web.Request, *, active: bool = False) -> bool:
    """Asked by open streams; counts as activity only where somebody is known to sit there."""
    session = await _session(request, touch=active)
    return session is not None and not _halfway(request.app, session)


def lands(app: web.Application, roles: frozenset[Role], path: str) -> None:
    """From now on these roles start there."""
    app[LANDINGS].update(dict.fromkeys(roles, path))


def landing(app: web.Application, role: Role) -> str:
    """Where this role starts here, however somebody has signed in."""
    return app[LANDINGS][role]


async def go_home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(landing(request.app, staff_of(request).role))


@web.middleware
async def require_staff(request: web.Request, handler: Handler) -> web.StreamResponse:
    door = door_of(request)
    if _asks_nobody(request, door):
        return await handler(request)
    touch = door is None or not door.unattended
    session = await _session(request, touch=touch)
    if session is None:
        if request.method == hdrs.METH_GET and not wants_json(request):
            raise web.HTTPSeeOther(SIGN_IN)
        raise NotSignedIn("No session, or one that has ended.")
    if _halfway(request.app, session) and not (door and door.halfway):
        if request.method == hdrs.METH_GET and not wants_json(request):
            raise web.HTTPSeeOther(SECOND_FACTOR)
        raise SecondFactorNeeded("a password alone opens nothing here")
    # No such page: the router's own 404 or 405 says so.
    if request.match_info.http_exception is None and (door is None or session.staff.role not in door.roles):
        raise NotPermitted(f"{session.staff.role} may not open this page")
    request[SESSION] = session
    return await handler(request)


def _halfway(app: web.Application, session: Session) -> bool:
    return not session.proven and (session.enrolled or app[FACTOR_REQUIRED])


def _asks_nobody(request: web.Request, door: Door | None) -> bool:
    """Raises NotPermitted for a route outside /staff that is not in the table."""
    if door is not None:
        return door.to in (Open.ANYBODY, Open.PATIENT)
    if request.path.startswith("/staff"):
        return False
    if request.match_info.http_exception is None:
        raise NotPermitted("This route is not in the table of doors")
    return True


async def _session(request: web.Request, *, touch: bool) -> Session | None:
    token = token_of(request)
    if not token:
        return None
    return await request.app[DATABASE].run(lambda tx: accounts.session(tx, token, touch=touch))
