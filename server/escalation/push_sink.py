"""Rings browsers whose console is closed (RFC 8030, 8291, 8292); whatever is no browser goes on to the next sink.

The text is what every pager gets: how urgent, which page. The push service sees only its length.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server.escalation import subscriptions, vapid, wording, work
from server.escalation.pager import Sink
from server.escalation.subscriptions import PREFIX, Subscription
from server.escalation.work import Page
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.principals import Service

SERVICES: Final = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
"""The push services of the browsers there are; a nurse's page may make this server call nobody else."""

_PAGER: Final = Service("pager")
_THREADS: Final = 4
_SECONDS: Final = 3.5
"""Less than the pager's limit, so that a far side that hangs lets go of its thread too."""
_WORTH_SECONDS: Final = 300
"""How long the push service keeps it for a device that is away: until the ladder rings again at the latest."""
_GONE: Final = (404, 410)


class PushRefused(ServiceError):
    """The push service did not take a message."""

    code = "push_refused"
    status = 502
    retryable = True


class BrowserGone(ServiceError):
    """The browser takes nothing any more, or the nurse has turned it off there."""

    code = "browser_gone"
    status = 410


def is_push_service(endpoint: str) -> bool:
    """Whether a browser's push service lives there."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    known = any(host == name or host.endswith(f".{name}") for name in SERVICES)
    return parts.scheme == "https" and known and parts.port in (None, 443) and not parts.username


class PushSink:
    """One of the pager's sinks."""

    def __init__(
        self,
        database: Database,
        key: EllipticCurvePrivateKey,
        contact: str,
        onward: Sink,
        allowed: Callable[[str], bool] = is_push_service,
    ) -> None:
        """`contact`: where a push service reaches the site, `https:` or `mailto:` (RFC 8292 section 2.1)."""
        self._database = database
        self._secret = vapid.secret(key)
        self._contact = contact
        self._onward = onward
        self._allowed = allowed
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="push")

    async def send(self, page: Page) -> None:
        """Raises PushRefused, BrowserGone, and what the next sink raises."""
        if not page.address.id.startswith(PREFIX):
            await self._onward.send(page)
            return
        run = self._database.run
        found = await run(lambda tx: subscriptions.find(tx, _PAGER, page.address.id), alone=False)
        if found is None or not self._allowed(found.endpoint):
            await run(lambda tx: work.call_off(tx, page))
            raise BrowserGone("this browser is not rung any more")
        loop = asyncio.get_running_loop()
        status = await loop.run_in_executor(self._threads, _push, found, _text(page), page.number, self._claims())
        if status in _GONE:
            await run(lambda tx: self._let_go(tx, page))
            raise BrowserGone("the push service knows it no more")
        if not 200 <= status < 300:
            raise PushRefused("the push service did not take it")

    def close(self) -> None:
        """Waits for nobody: what is under way is leased again."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _let_go(self, tx: Transaction, page: Page) -> None:
        subscriptions.gone(tx, _PAGER, page.address.id)
        work.call_off(tx, page)

    def _claims(self) -> tuple[str, str]:
        return self._secret, self._contact


def _text(page: Page) -> str:
    """What the service worker shows; the console is opened by its own address, so no link is in it."""
    return json.dumps(
        {"title": wording.title(page), "body": f"Page {page.number}. Open the console.", "tag": page.number}
    )


def _push(to: Subscription, text: str, topic: str, claims: tuple[str, str]) -> int:
    """The push service's status; 0 where it could not be reached."""
    # Imported when the first browser is rung: a third of a second that others do not wait.
    from pywebpush import WebPushException, webpush  # type: ignore[import-untyped]

    secret, contact = claims
    keys = {"p256dh": to.p256dh, "auth": to.auth}
    try:
        reply = webpush(
            {"endpoint": to.endpoint, "keys": keys},
            text,
            vapid_private_key=secret,
            vapid_claims={"sub": contact},
            timeout=_SECONDS,
            ttl=_WORTH_SECONDS,
            headers={"Urgency": "high", "Topic": topic},
        )
    except WebPushException as refusal:
        return refusal.response.status_code if refusal.response is not None else 0
    except Exception:  # noqa: BLE001 - edge of a provider: its exceptions carry the endpoint, which is a secret
        return 0
    return int(getattr(reply, "status_code", 0))
