"""Signing in and out. The answer never tells whether an account exists, neither by its words nor by its time."""

import hashlib
import logging
from datetime import timedelta
from http import HTTPStatus

from aiohttp import web
from multidict import MultiDictProxy

from server.pages.live import LIVE
from server.pages.lockout import LOCKING_FAILURES, Lockout
from server.pages.password_line import PasswordLine
from server.pages.staff import DATABASE, HTTPS, SIGN_IN, cookie_name, enter, landing, session_of, staff_of, token_of
from server.pages.templates import TEMPLATES
from server.record import staff as accounts
from server.record.audit import AuditAction
from server.record.privacy import log
from server.record.staff import Account
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock
from server.vocabulary.principals import Service

logger = logging.getLogger(__name__)

PRINCIPAL = Service("sign_in")
WRONG = "That e-mail and password do not belong together. Please try again."
LONGEST = 256
"""Characters of an e-mail or password looked at; more is refused before any work is done."""


class SignIn:
    """The sign-in page and its answers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lockout = Lockout()
        self._line = PasswordLine()

    async def show(self, request: web.Request) -> web.StreamResponse:
        return _form(request)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        fields = await request.post()
        email, password = _text(fields, "email").strip(), _text(fields, "password")
        key, now = _account_key(email), self._clock.now()
        if wait := self._lockout.must_wait(key, now):
            return _form(request, email, please_wait(wait), HTTPStatus.TOO_MANY_REQUESTS)
        # Counted before the check, so that a hundred guesses sent at once are not all looked at.
        failures = self._lockout.failed(key, now)
        account = await self._check(request, email, password)
        if account is None:
            log(logger, logging.WARNING, "sign_in_refused", attempts=failures)
            return _form(request, email, self._refusal(key, failures), HTTPStatus.FORBIDDEN)
        self._lockout.succeeded(key)
        return await _enter(request, account)

    async def leave(self, request: web.Request) -> web.StreamResponse:
        token = token_of(request)
        await request.app[DATABASE].run(lambda tx: accounts.close_session(tx, token))
        request.app[LIVE].end(session_of(request))
        reply = web.HTTPSeeOther(SIGN_IN)
        reply.del_cookie(cookie_name(request.app[HTTPS]), path="/", secure=request.app[HTTPS])
        raise reply

    async def here(self, request: web.Request) -> web.Response:
        """Somebody is at the page: the middleware has counted that as activity."""
        staff_of(request)
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def close(self, _app: web.Application) -> None:
        self._line.close()

    async def _check(self, request: web.Request, email: str, password: str) -> Account | None:
        database = request.app[DATABASE]
        usable = 0 < len(password) <= LONGEST and len(email) <= LONGEST
        account = await database.run(lambda tx: accounts.find_by_email(tx, PRINCIPAL, email)) if usable else None
        if await self._line.matches(account.password_hash if account else None, password[:LONGEST]):
            return account
        await database.run(lambda tx: _audit_refusal(tx, account))
        return None

    def _refusal(self, key: str, failures: int) -> str:
        if failures < LOCKING_FAILURES:
            return WRONG
        return please_wait(self._lockout.must_wait(key, self._clock.now()))


async def _enter(request: web.Request, account: Account) -> web.StreamResponse:
    token = await request.app[DATABASE].run(lambda tx: accounts.open_session(tx, PRINCIPAL, account.id))
    reply = web.HTTPSeeOther(landing(request.app, account.role))
    enter(request.app, reply, token)
    raise reply


def _audit_refusal(tx: Transaction, account: Account | None) -> None:
    tx.audit(PRINCIPAL, AuditAction.STAFF_SIGN_IN_REFUSED, subject=account.id if account else "")


def _form(request: web.Request, email: str = "", problem: str = "", status: int = HTTPStatus.OK) -> web.Response:
    return request.app[TEMPLATES].page("staff/sign_in.html", status=status, email=email[:LONGEST], problem=problem)


def _text(fields: MultiDictProxy[str | bytes | bytearray | web.FileField], name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _account_key(email: str) -> str:
    return hashlib.sha256(email.casefold().encode()).hexdigest()


def please_wait(wait: timedelta) -> str:
    """What somebody is told who has guessed too often."""
    seconds = int(wait.total_seconds()) + 1
    length = f"{seconds} seconds" if seconds <= 90 else f"{round(seconds / 60)} minutes"
    return f"Too many tries. Please wait {length}, then try again."
