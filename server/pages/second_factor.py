"""The page of the second factor: asks for it after the password, and sets it up. Its secret is shown once and never logged.

With a password alone nobody may set up another one in place of the one there is.
"""

import logging
from http import HTTPStatus

import pyotp
import segno
from aiohttp import hdrs, web

from server.pages.live import LIVE
from server.pages.lockout import Lockout
from server.pages.sign_in import please_wait
from server.pages.staff import (
    DATABASE,
    FACTOR_REQUIRED,
    SECOND_FACTOR,
    SESSION,
    SecondFactorNeeded,
    add_page,
    enter,
    landing,
    session_of,
    token_of,
)
from server.pages.templates import TEMPLATES
from server.record import factors
from server.record import staff as accounts
from server.record.factors import Standing, WrongCode
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock
from server.vocabulary.principals import Staff

logger = logging.getLogger(__name__)

_ISSUER = "Nightlight"


class SecondFactor:
    """Serves one application."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lockout = Lockout()

    def add_routes(self, app: web.Application) -> None:
        add_page(app, hdrs.METH_GET, SECOND_FACTOR, self.show)
        add_page(app, hdrs.METH_POST, SECOND_FACTOR, self.prove)
        add_page(app, hdrs.METH_POST, f"{SECOND_FACTOR}/begin", self.begin)
        add_page(app, hdrs.METH_POST, f"{SECOND_FACTOR}/confirm", self.confirm)

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await _page(request)

    async def prove(self, request: web.Request) -> web.StreamResponse:
        """The code of the app, or a recovery code. The session goes on under another token, as after any rise in rights."""
        staff, given, old = request[SESSION].staff, await _code(request), token_of(request)
        if problem := self._must_wait(staff):
            return await _page(request, problem, HTTPStatus.TOO_MANY_REQUESTS)

        def work(tx: Transaction) -> str:
            return accounts.prove(tx, old) if factors.matches(tx, staff, given) else ""

        token = await request.app[DATABASE].run(work)
        if not token:
            return await _page(request, WrongCode.patient_sees, WrongCode.status)
        self._lockout.succeeded(staff.id)
        request.app[LIVE].end(session_of(request))
        raise _home(request, staff, token)

    async def begin(self, request: web.Request) -> web.StreamResponse:
        staff = _allowed(request)
        secret = await request.app[DATABASE].run(lambda tx: factors.begin(tx, staff))
        return _set_up(request, staff, secret)

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        """Shows the recovery codes, once; the new token is set with them."""
        staff, given, old = _allowed(request), await _code(request), token_of(request)
        if problem := self._must_wait(staff):
            return await _page(request, problem, HTTPStatus.TOO_MANY_REQUESTS)

        def work(tx: Transaction) -> tuple[tuple[str, ...], str]:
            return factors.confirm(tx, staff, given), accounts.prove(tx, old)

        try:
            codes, token = await request.app[DATABASE].run(work)
        except WrongCode as wrong:
            return _set_up(request, staff, "", wrong.patient_sees, wrong.status)
        self._lockout.succeeded(staff.id)
        shown = [_grouped(code) for code in codes]
        reply = request.app[TEMPLATES].page(
            "staff/recovery_codes.html", codes=shown, home=landing(request.app, staff.role)
        )
        enter(request.app, reply, token)
        return reply

    def _must_wait(self, staff: Staff) -> str:
        """Counts a try before it is looked at, as sign-in does; empty where it may be looked at."""
        now = self._clock.now()
        if wait := self._lockout.must_wait(staff.id, now):
            log(logger, logging.WARNING, "second_factor_locked", staff=staff.id)
            return please_wait(wait)
        self._lockout.failed(staff.id, now)
        return ""


def _allowed(request: web.Request) -> Staff:
    """Raises SecondFactorNeeded: whoever has one must give it before they may replace it."""
    session = request[SESSION]
    if session.enrolled and not session.proven:
        raise SecondFactorNeeded("the old factor first")
    return session.staff


async def _page(request: web.Request, problem: str = "", status: int = HTTPStatus.OK) -> web.Response:
    session = request[SESSION]
    standing = await request.app[DATABASE].run(lambda tx: factors.standing(tx, session.staff))
    return request.app[TEMPLATES].page(
        "staff/second_factor.html",
        status=status,
        staff=session.staff,
        standing=standing,
        asked=_asked(standing, proven=session.proven),
        required=request.app[FACTOR_REQUIRED],
        elsewhere=session.proven and standing.since is None,
        home=landing(request.app, session.staff.role),
        problem=problem,
    )


def _asked(standing: Standing, *, proven: bool) -> bool:
    """Whether the page asks for a code before anything else."""
    return standing.since is not None and not proven


def _set_up(
    request: web.Request, staff: Staff, secret: str, problem: str = "", status: int = HTTPStatus.OK
) -> web.Response:
    """The secret as a picture, once; empty: it was shown before, and the next code may still fit."""
    values = {"picture": _picture(staff, secret) if secret else "", "secret": _grouped(secret), "problem": problem}
    return request.app[TEMPLATES].page("staff/second_factor_new.html", status=status, **values)


def _picture(staff: Staff, secret: str) -> str:
    # The account's name in the app is the person's, not an address: screens are looked at.
    address = pyotp.TOTP(secret, interval=factors.STEP_SECONDS).provisioning_uri(name=staff.name, issuer_name=_ISSUER)
    return segno.make(address, error="m").svg_data_uri(scale=6, border=3, dark="#0b1026", light="#ffffff")


def _home(request: web.Request, staff: Staff, token: str) -> web.HTTPSeeOther:
    reply = web.HTTPSeeOther(landing(request.app, staff.role))
    enter(request.app, reply, token)
    return reply


async def _code(request: web.Request) -> str:
    return str((await request.post()).get("code", ""))[:64]


def _grouped(text: str) -> str:
    """In fours, as people copy them."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
