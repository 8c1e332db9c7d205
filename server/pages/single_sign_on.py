"""Signing in at the site's own provider. What it says of a person counts: who they are and which role they have here."""

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

from aiohttp import web
from cryptography.fernet import Fernet, InvalidToken

from server.pages.openid import Attempt, Provider, SignInElsewhereFailed
from server.pages.password_line import SignInBusy
from server.pages.sign_in import LONGEST
from server.pages.staff import DATABASE, HTTPS, enter, landing
from server.record import identities
from server.record import staff as accounts
from server.record.audit import AuditAction
from server.record.identities import Arrival
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock
from server.vocabulary.errors import NotFound
from server.vocabulary.principals import Role, Service

logger = logging.getLogger(__name__)

T = TypeVar("T")

PATH: Final = "/staff/sso"
CALLBACK: Final = f"{PATH}/callback"
PURPOSE: Final = "single sign-on"
_PRINCIPAL = Service("single_sign_on")
_MINUTES: Final = 10
"""How long somebody may take at the provider."""
_THREADS, _LINE = 2, 16
"""As for passwords: who waits for a provider must not hold up a call; past the line's end the newest is turned away."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Rules:
    """What the provider's claims mean here."""

    claim: str
    """Where the groups or roles are; dots lead into objects, for example `realm_access.roles`."""
    roles: Mapping[str, Role]
    """Value of the claim to role; of several that fit, the first of this list counts."""
    proven: bool
    """The provider asks for a second factor, so that ours is not asked for."""

    def role(self, claims: Mapping[str, Any]) -> Role | None:
        """None for somebody who has no place here."""
        found: Any = claims
        for part in self.claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        values = set(found) if isinstance(found, list) else {found}
        return next((role for value, role in self.roles.items() if value in values), None)


class SingleSignOn:
    """The two addresses, which are there without a provider too and lead nowhere then."""

    def __init__(self, provider: Provider | None, rules: Rules, key: bytes, clock: Clock) -> None:
        """`key`: `Database.secret(PURPOSE)`."""
        self._provider = provider
        self._rules = rules
        self._seal = Fernet(base64.urlsafe_b64encode(key))
        self._clock = clock
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="openid")
        self._present = 0

    def add_routes(self, app: web.Application) -> None:
        """Call after `pages.install`."""
        app.router.add_get(PATH, self.begin)
        app.router.add_get(CALLBACK, self.finish)
        app.on_cleanup.append(self._close)

    async def begin(self, request: web.Request) -> web.StreamResponse:
        provider = self._there()
        address, attempt = await self._waited(provider.begin)
        https = request.app[HTTPS]
        reply = web.HTTPSeeOther(address)
        sealed = self._seal.encrypt_at_time(json.dumps(asdict(attempt)).encode(), self._seconds).decode()
        # Lax, since the browser comes back from another site; Strict would leave it out.
        reply.set_cookie(
            _cookie(https), sealed, max_age=_MINUTES * 60, path=PATH, httponly=True, secure=https, samesite="Lax"
        )
        raise reply

    async def finish(self, request: web.Request) -> web.StreamResponse:
        provider = self._there()
        try:
            attempt = self._opened(request.cookies.get(_cookie(request.app[HTTPS]), ""))
            query, now = dict(request.query), self._seconds
            claims = await self._waited(lambda: provider.finish(attempt, query, now))
            token, role = await request.app[DATABASE].run(lambda tx: self._entered(tx, provider.issuer, claims))
        except SignInElsewhereFailed as refused:
            log(logger, logging.WARNING, "single_sign_on_refused", reason=str(refused))
            await request.app[DATABASE].run(lambda tx: tx.audit(_PRINCIPAL, AuditAction.STAFF_SIGN_IN_REFUSED))
            raise
        reply = web.HTTPSeeOther(landing(request.app, role))
        enter(request.app, reply, token)
        reply.del_cookie(_cookie(request.app[HTTPS]), path=PATH, secure=request.app[HTTPS])
        raise reply

    def _entered(self, tx: Transaction, issuer: str, claims: Mapping[str, Any]) -> tuple[str, Role]:
        role, email = self._rules.role(claims), claims.get("email")
        if role is None:
            raise SignInElsewhereFailed("no group of this person has a role here: look at NIGHTLIGHT_OIDC_ROLES")
        if not isinstance(email, str) or not 0 < len(email) <= LONGEST:
            raise SignInElsewhereFailed("the provider tells no e-mail address: let it give the claim `email`")
        name = " ".join(str(claims.get("name") or claims.get("preferred_username") or email).split())[:_LONGEST_NAME]
        who = Arrival(
            issuer,
            str(claims["sub"]),
            email,
            claims.get("email_verified") is True,
            name if name.isprintable() else email,
            role,
        )
        member = identities.arrived(tx, _PRINCIPAL, who)
        return accounts.open_session(tx, _PRINCIPAL, member, proven=self._rules.proven), role

    async def _waited(self, work: Callable[[], T]) -> T:
        if self._present >= _THREADS + _LINE:
            raise SignInBusy("The line of sign-ins elsewhere is full.")
        self._present += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._present -= 1

    def _opened(self, sealed: str) -> Attempt:
        try:
            plain = self._seal.decrypt_at_time(sealed.encode(), _MINUTES * 60, self._seconds)
        except InvalidToken:
            raise SignInElsewhereFailed("nobody began here, or it took too long") from None
        return Attempt(**json.loads(plain))

    def _there(self) -> Provider:
        if self._provider is None:
            raise NotFound("no sign-in elsewhere is set up")
        return self._provider

    @property
    def _seconds(self) -> int:
        return int(self._clock.now().timestamp())

    async def _close(self, _app: web.Application) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _cookie(https: bool) -> str:
    return "__Secure-nightlight_sso" if https else "nightlight_sso"
