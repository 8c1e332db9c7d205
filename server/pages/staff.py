"""Who is signed in, and which roles a staff page is open to. A page that names no role is open to nobody."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from server.pages.errors import wants_json
from server.record import staff as accounts
from server.record.database import Database
from server.vocabulary.errors import NotPermitted, ServiceError
from server.vocabulary.principals import Role, Staff

SIGN_IN = "/staff/sign-in"
EVERYONE = frozenset(Role)
LANDING: Mapping[Role, str] = {
    Role.NURSE: "/staff/",
    Role.CLINICIAN: "/staff/persona",
    Role.PHARMACIST: "/staff/persona",
    Role.COMPLIANCE: "/staff/audit",
}
"""Where each role starts after sign-in, unless a stage has their work and says so: see `lands`."""

UNATTENDED = ("/staff/live", "/staff/session", "/staff/fragments/")
"""What an open page asks for by itself; it must not keep a session alive that nobody sits at."""

STAFF = web.RequestKey("staff", Staff)
DATABASE = web.AppKey("database", Database)
HTTPS = web.AppKey("https", bool)
ROLES = web.AppKey("roles", dict[tuple[str, str], frozenset[Role]])
LANDINGS = web.AppKey("landings", dict[Role, str])


class NotSignedIn(ServiceError):
    """No session, or one that has ended."""

    code = "not_signed_in"
    status = HTTPStatus.UNAUTHORIZED
    patient_sees = "You are signed out. Please sign in again."


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
    if STAFF not in request:
        raise NotSignedIn("This page was reached without a session.")
    return request[STAFF]


def add_page(app: web.Application, method: str, path: str, handler: Handler, roles: frozenset[Role]) -> None:
    """Adds one route under /staff/, open to these roles."""
    app[ROLES][(method, path)] = roles
    app.router.add_route(method, path, handler)


async def still_signed_in(request: web.Request, *, active: bool = False) -> bool:
    """Asked by open streams; counts as activity only where somebody is known to sit there."""
    token = token_of(request)
    return await request.app[DATABASE].run(lambda tx: accounts.session(tx, token, touch=active)) is not None


def lands(app: web.Application, roles: frozenset[Role], path: str) -> None:
    """From now on these roles start there."""
    app[LANDINGS].update(dict.fromkeys(roles, path))


async def go_home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(request.app[LANDINGS][staff_of(request).role])


@web.middleware
async def require_staff(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith("/staff") or request.path == SIGN_IN:
        return await handler(request)
    token, touch = token_of(request), not request.path.startswith(UNATTENDED)
    staff = await request.app[DATABASE].run(lambda tx: accounts.session(tx, token, touch=touch)) if token else None
    if staff is None:
        if request.method == hdrs.METH_GET and not wants_json(request):
            raise web.HTTPSeeOther(SIGN_IN)
        raise NotSignedIn("No session, or one that has ended.")
    if staff.role not in _open_to(request):
        raise NotPermitted(f"{staff.role} may not open this page")
    request[STAFF] = staff
    return await handler(request)


def _open_to(request: web.Request) -> frozenset[Role]:
    if request.match_info.http_exception is not None:
        # No such page: the router's own 404 or 405 says so.
        return EVERYONE
    resource = request.match_info.route.resource
    return request.app[ROLES].get((request.method, resource.canonical if resource else ""), frozenset())
