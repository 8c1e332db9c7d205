"""Every address of the service and to whom it is open: the one table that the running service obeys.

A route that is not here is closed to everybody. A staff page names one right, and `record.access` says which roles have it;
docs/roles.md shows the product of both, and a test walks every cell of it over the real application.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aiohttp import hdrs, web

from server.record.access import STAFF, Permission
from server.vocabulary.principals import Role

Route = tuple[str, str]
"""Method and pattern, for example `("GET", "/staff/check-ins/{checkin}")`."""


class Open(StrEnum):
    """To whom a door is open that asks for no right of a role."""

    ANYBODY = "anybody"
    """Nobody is asked who they are; what is behind it holds no patient data, or asks for a secret of its own."""
    PATIENT = "patient"
    """Whoever has claimed a check-in's link on this device; `invitation` looks."""
    STAFF = "staff"
    """Whoever is signed in."""


@dataclass(frozen=True)
class Door:
    """One address: who comes in, and on what terms."""

    to: Open | Permission
    unattended: bool = False
    """An open page asks for it by itself, so it must not keep a session alive that nobody sits at."""
    halfway: bool = False
    """Open to whoever has given a password and not yet the second factor."""

    @property
    def roles(self) -> frozenset[Role]:
        """Staff who may come in because of who they are; all of them where nobody is asked."""
        if isinstance(self.to, Permission):
            return frozenset(role for role in Role if self.to in STAFF[role])
        return frozenset() if self.to is Open.PATIENT else frozenset(Role)


_P = Permission
_ANYBODY = Door(Open.ANYBODY)
_PATIENT = Door(Open.PATIENT)
_HALFWAY = Door(Open.STAFF, halfway=True)
_CONSOLE = Door(_P.CONSOLE_OPEN)
_POLLED = Door(_P.CONSOLE_OPEN, unattended=True)
_READ = Door(_P.LIBRARY_READ)
_CURATE = Door(_P.LIBRARY_WRITE)
_DOCUMENT: Final = "/staff/library/documents/{name}"

DOORS: Final[Mapping[Route, Door]] = {
    ("GET", "/static/{name}"): _ANYBODY,
    ("GET", "/healthz"): _ANYBODY,
    ("GET", "/healthz/pager"): _ANYBODY,
    # The patient's way in. Up to the birth date the link's secret is the authority, then the device's.
    ("GET", "/c"): _ANYBODY,
    ("POST", "/api/link"): _ANYBODY,
    ("POST", "/api/claim"): _ANYBODY,
    ("POST", "/api/resume"): _PATIENT,
    ("POST", "/api/start"): _PATIENT,
    ("GET", "/api/visit/socket"): _PATIENT,
    # The button behind a message's link; the signature in the link is the authority.
    ("GET", "/page/{token}"): _ANYBODY,
    ("POST", "/page/{token}"): _ANYBODY,
    # Signing in and out.
    ("GET", "/staff/sign-in"): _ANYBODY,
    ("POST", "/staff/sign-in"): _ANYBODY,
    ("GET", "/staff/sso"): _ANYBODY,
    ("GET", "/staff/sso/callback"): _ANYBODY,
    ("POST", "/staff/sign-out"): _HALFWAY,
    ("GET", "/staff/second-factor"): _HALFWAY,
    ("POST", "/staff/second-factor"): _HALFWAY,
    ("POST", "/staff/second-factor/begin"): _HALFWAY,
    ("POST", "/staff/second-factor/confirm"): _HALFWAY,
    ("GET", "/staff"): Door(Open.STAFF),
    ("POST", "/staff/here"): Door(Open.STAFF),
    ("GET", "/staff/session"): Door(Open.STAFF, unattended=True),
    # The nurse's console.
    ("GET", "/staff/"): _CONSOLE,
    ("GET", "/staff/check-ins/{checkin}"): _CONSOLE,
    ("GET", "/staff/fragments/queue"): _POLLED,
    ("GET", "/staff/fragments/checkin/{checkin}"): _POLLED,
    ("GET", "/staff/fragments/new-check-in"): _POLLED,
    ("GET", "/staff/fragments/close/{checkin}"): _POLLED,
    ("GET", "/staff/fragments/drill"): Door(_P.PAGE_DRILL, unattended=True),
    ("GET", "/staff/live"): _POLLED,
    ("GET", "/staff/hand-off"): _CONSOLE,
    ("GET", "/staff/attention"): _CONSOLE,
    ("GET", "/staff/push"): _CONSOLE,
    ("POST", "/staff/check-ins"): _CONSOLE,
    ("POST", "/staff/acknowledge"): _CONSOLE,
    ("POST", "/staff/seen"): _CONSOLE,
    ("POST", "/staff/claim"): _CONSOLE,
    ("POST", "/staff/close"): _CONSOLE,
    ("POST", "/staff/judge"): _CONSOLE,
    ("POST", "/staff/hand-off"): _CONSOLE,
    ("POST", "/staff/call-back"): _CONSOLE,
    ("POST", "/staff/drill"): Door(_P.PAGE_DRILL),
    ("POST", "/staff/push"): _CONSOLE,
    ("POST", "/staff/push/off"): _CONSOLE,
    ("GET", "/staff/check-ins/{checkin}/room"): Door(_P.ROOM_JOIN),
    ("GET", "/staff/memory/{patient}"): Door(_P.MEMORY_READ),
    ("POST", "/staff/memory/{patient}"): Door(_P.MEMORY_CORRECT),
    # What personas may say, and the library.
    ("GET", "/staff/persona"): Door(_P.SCRIPT_READ),
    ("GET", "/staff/library"): _READ,
    ("GET", "/staff/library/reviews"): _READ,
    ("GET", "/staff/library/ask"): _READ,
    ("POST", "/staff/library/ask"): _READ,
    ("GET", _DOCUMENT): _READ,
    ("GET", f"{_DOCUMENT}/review"): _READ,
    ("GET", f"{_DOCUMENT}/golden"): _READ,
    ("GET", "/staff/library/new"): _CURATE,
    ("POST", "/staff/library/new"): _CURATE,
    ("POST", "/staff/library/heard"): _CURATE,
    ("GET", f"{_DOCUMENT}/edit"): _CURATE,
    ("POST", f"{_DOCUMENT}/edit"): _CURATE,
    ("POST", f"{_DOCUMENT}/submit"): _CURATE,
    ("POST", f"{_DOCUMENT}/retire"): Door(_P.LIBRARY_RETIRE),
    ("POST", f"{_DOCUMENT}/approve"): Door(_P.LIBRARY_APPROVE),
    ("POST", f"{_DOCUMENT}/send-back"): Door(_P.LIBRARY_APPROVE),
    ("POST", f"{_DOCUMENT}/golden"): _CURATE,
    ("POST", f"{_DOCUMENT}/golden/remove"): _CURATE,
    ("GET", "/staff/library/publish"): Door(_P.LIBRARY_PUBLISH),
    ("POST", "/staff/library/publish"): Door(_P.LIBRARY_PUBLISH),
    ("GET", "/staff/library/questions"): Door(_P.QUESTION_READ),
    ("POST", "/staff/library/questions/assign"): Door(_P.QUESTION_READ),
    ("POST", "/staff/library/questions/close"): Door(_P.QUESTION_READ),
    # Compliance and administration.
    ("GET", "/staff/audit"): Door(_P.AUDIT_READ),
    ("GET", "/staff/agreements"): Door(_P.AGREEMENT_READ),
    ("GET", "/staff/people"): Door(_P.STAFF_LIST),
    ("POST", "/staff/people"): Door(_P.STAFF_CHANGE),
}

OPENED = web.AppKey("doors", dict[Route, Door])
"""The table of one application: `DOORS`, which a test may add to."""


def door_of(request: web.Request) -> Door | None:
    """The door of the route that a request found; None for one that is not in the table, or where there is no such route."""
    resource = request.match_info.route.resource
    if request.match_info.http_exception is not None or resource is None:
        return None
    return request.app[OPENED].get((_method(request.method), resource.canonical))


def _method(method: str) -> str:
    return hdrs.METH_GET if method == hdrs.METH_HEAD else method
