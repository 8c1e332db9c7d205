"""Step 2 of a visit: which STUN and TURN servers the patient's page may use, with credentials that soon stop working.

Must never hand out the shared secret itself, and is asked only after the link was claimed.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

CREDENTIAL_LIFETIME = timedelta(minutes=15)
"""The longest a check-in lasts (research/security.md §5)."""


@dataclass(frozen=True)
class IceSettings:
    """The connectivity servers of this installation; empty on one machine or one local network."""

    stun: tuple[str, ...] = ()
    """`stun:` URLs (RFC 7064)."""
    turn: tuple[str, ...] = ()
    """`turn:` or `turns:` URLs (RFC 7065)."""
    turn_secret: str = ""
    """coturn's `static-auth-secret`; without it no TURN server is offered."""


def ice_servers(settings: IceSettings, subject: str, now: datetime) -> list[dict[str, object]]:
    """The `RTCIceServer` dictionaries for one page; `subject` is an id without meaning outside, here the check-in's."""
    servers: list[dict[str, object]] = []
    if settings.stun:
        servers.append({"urls": list(settings.stun)})
    if settings.turn and settings.turn_secret:
        username, credential = turn_credential(settings.turn_secret, subject, now + CREDENTIAL_LIFETIME)
        servers.append({"urls": list(settings.turn), "username": username, "credential": credential})
    return servers


def turn_credential(secret: str, subject: str, expires: datetime) -> tuple[str, str]:
    """User name and password as coturn's `use-auth-secret` checks them (draft-uberti-behave-turn-rest-00 §2.2)."""
    username = f"{int(expires.timestamp())}:{subject}"
    digest = hmac.digest(secret.encode(), username.encode(), "sha1")
    return username, base64.b64encode(digest).decode()
