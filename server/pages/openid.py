"""The site's own sign-in, spoken to as OpenID Connect has it: authorization code with PKCE, state and nonce.

Waits for the network: never on the event loop. What the provider answers may name people, so no error repeats it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.vocabulary.errors import ServiceError

_SECONDS: Final = 5.0
"""How long the provider has for each answer; somebody waits in front of a browser."""
_LEEWAY: Final = 60
"""Seconds that its clock and ours may differ."""
_KEPT: Final = 3600.0
"""Seconds for which what it says about itself, and its keys, are believed."""
_KEYS_AGAIN: Final = 60.0
"""A token of an unknown key makes us look for new keys, and no more often than this."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a key of the provider's own; never `none`, and none that our own secret could make."""
SCOPE: Final = "openid profile email"


class SignInElsewhereFailed(ServiceError):
    """The site's sign-in cannot be reached, or what it answered does not hold."""

    code = "single_sign_on"
    status = 403
    patient_sees = (
        "Your organization’s sign-in did not let you in here. Please try again, or ask whoever looks after it."
    )


@dataclass(frozen=True)
class Attempt:
    """What must come back as it went out; kept in the browser, sealed."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """One OpenID provider, of which nothing is asked before somebody signs in."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, redirect_uri: str) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._about: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._about_at = self._keys_at = float("-inf")

    def begin(self) -> tuple[str, Attempt]:
        """Where to send the browser, and what to keep. Raises SignInElsewhereFailed."""
        attempt = Attempt(generate_token(32), generate_token(32), generate_token(48))
        address, _ = self._client().create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
        return address, attempt

    def finish(self, attempt: Attempt, query: Mapping[str, str], now: float) -> dict[str, Any]:
        """Who it is, from the address the browser came back to; `now` in seconds. Raises SignInElsewhereFailed."""
        # RFC 9207: an answer of another provider, put into ours.
        if query.get("state") != attempt.state or query.get("iss", self.issuer) != self.issuer or "code" not in query:
            raise SignInElsewhereFailed("state, issuer or code of the answer is not the one that was asked for")
        client = self._client()
        try:
            token = client.fetch_token(
                self._endpoint("token_endpoint"),
                code=query["code"],
                code_verifier=attempt.verifier,
                grant_type="authorization_code",
                allow_redirects=False,
            )
            claims = self._verified(str(token.get("id_token", "")), str(token["access_token"]), attempt.nonce, now)
            return self._told(client, claims)
        except (OAuthError, JoseError, requests.RequestException, KeyError, ValueError, TypeError) as error:
            # From None: the provider's texts may hold names.
            raise SignInElsewhereFailed(f"the answer does not hold: {type(error).__name__}") from None

    def _client(self) -> OAuth2Session:
        return OAuth2Session(
            self._client_id,
            self._client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._client_secret else "none",
            scope=SCOPE,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=_SECONDS,
        )

    def _verified(self, id_token: str, access_token: str, nonce: str, now: float) -> dict[str, Any]:
        found = self._decoded(id_token)
        wanted = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": access_token}
        CodeIDToken(found.claims, found.header, wanted, params).validate(now=int(now), leeway=_LEEWAY)
        return dict(found.claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._key_set(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            if time.monotonic() - self._keys_at < _KEYS_AGAIN:
                raise
            self._keys = None  # it may have changed its keys
            return jwt.decode(id_token, self._key_set(), algorithms=list(ALGORITHMS))

    def _told(self, client: OAuth2Session, claims: dict[str, Any]) -> dict[str, Any]:
        """With what it tells only when it is asked for it (OpenID Connect Core section 5.3.2)."""
        if "userinfo_endpoint" not in self._about:
            return claims
        reply = client.get(self._endpoint("userinfo_endpoint"), allow_redirects=False)
        more = reply.json() if reply.ok and "json" in reply.headers.get("Content-Type", "") else {}
        if more and more.get("sub") != claims["sub"]:
            raise ValueError("told of somebody else")
        return {**more, **claims}

    def _key_set(self) -> KeySet:
        if self._keys is None or time.monotonic() - self._keys_at >= _KEPT:
            self._keys = KeySet.import_key_set(_got(self._endpoint("jwks_uri")))
            self._keys_at = time.monotonic()
        return self._keys

    def _endpoint(self, name: str) -> str:
        if time.monotonic() - self._about_at >= _KEPT:
            about = _got(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            # OpenID Connect Discovery section 4.3: else another one speaks for it.
            if about.get("issuer") != self.issuer:
                raise SignInElsewhereFailed("the provider says that it is another one: look at NIGHTLIGHT_OIDC_ISSUER")
            self._about, self._about_at = about, time.monotonic()
        address = str(self._about.get(name, ""))
        if not address.startswith("https://") and not self.issuer.startswith("http://"):
            raise SignInElsewhereFailed(f"the provider has no {name} that begins with https://")
        return address


def _got(address: str) -> Any:
    try:
        reply = requests.get(address, timeout=_SECONDS, allow_redirects=False)
        reply.raise_for_status()
        return reply.json()
    except (requests.RequestException, ValueError) as error:
        raise SignInElsewhereFailed(f"the provider cannot be reached: {type(error).__name__}") from None
