"""Sends messages out through Apprise: SMS, voice, PagerDuty, e-mail, chat, ntfy, webhooks. What it sends holds no patient data.

Apprise blocks, so each message has a thread; none may take longer than the lease of its message.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import quote

from server.escalation import wording
from server.escalation.directory import CONSOLE, ContactBook
from server.escalation.pager import ConsoleSink
from server.escalation.rejoin import Text
from server.escalation.work import Page
from server.vocabulary.errors import ServiceError

PHONE: Final = "{phone}"
_THREADS: Final = 16
_CONNECT_SECONDS, _READ_SECONDS = 1.5, 2.0
"""Together less than the pager's limit, so that a far side that hangs also lets go of its thread."""


class PagerRefused(ServiceError):
    """The far side did not take a message."""

    code = "pager_refused"
    status = 502
    retryable = True


class AddressGone(ServiceError):
    """The site's file does not have this address any more."""

    code = "address_gone"
    status = 410


class AppriseSink:
    """Sends to the addresses of a contact book; the console's are printed."""

    def __init__(self, book: ContactBook, link: Callable[[Page], str]) -> None:
        """`link` gives the address at which a message's recipient answers."""
        self._book = book
        self._link = link
        self._console = ConsoleSink()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pager")

    async def send(self, page: Page) -> None:
        """Raises PagerRefused, AddressGone."""
        url = self._book.url(page.address.id)
        if url is None:
            raise AddressGone("the address was taken out of the site's file")
        if url == CONSOLE:
            await self._console.send(page)
            return
        title, body = wording.title(page), wording.body(page, self._link(page))
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._threads, _notify, url, title, body, page.key):
            raise PagerRefused("the far side did not take it")

    def close(self) -> None:
        """Waits for nobody: what is under way is leased again."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class AppriseTexts:
    """Sends texts to patients at the address of a provider."""

    def __init__(self, address: str, may_send: Callable[[], bool] = lambda: True) -> None:
        """`address` as Apprise reads it, with `{phone}` for whom it is to; `may_send`: whether it may have a number today."""
        self._address = address
        self._may_send = may_send
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="texts")

    async def send(self, text: Text) -> None:
        """Raises PagerRefused."""
        if not self._may_send():
            raise PagerRefused("no agreement is in force with who texts patients")
        url = self._address.replace(PHONE, quote(_digits(text.phone)))
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._threads, _notify, url, "", text.words, ""):
            raise PagerRefused("the far side did not take it")

    def close(self) -> None:
        """Waits for nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit() or character == "+")


def is_text_address(url: str) -> bool:
    """Whether Apprise knows what to do with it, and it says where the patient's number goes."""
    return PHONE in url and _opened(url.replace(PHONE, "12025550100")) is not None


def is_address(url: str) -> bool:
    """Whether Apprise knows what to do with it."""
    return url == CONSOLE or _opened(url) is not None


def _notify(url: str, title: str, body: str, key: str) -> bool:
    plugin = _opened(url)
    if plugin is None:
        return False
    plugin.socket_connect_timeout, plugin.socket_read_timeout = _CONNECT_SECONDS, _READ_SECONDS
    if key and isinstance(getattr(plugin, "headers", None), dict):
        # Webhooks and e-mail carry it; the name is that of the HTTP working group's draft.
        plugin.headers["Idempotency-Key"] = key
    return bool(plugin.notify(body=body, title=title, notify_type="warning"))


def _opened(url: str) -> Any:
    # Imported when the first address is: half a second that a service without pagers does not wait.
    import apprise

    # A plugin of its own for every message: one that is kept would wait between messages, and threads would share it.
    return apprise.Apprise.instantiate(url, suppress_exceptions=True)
