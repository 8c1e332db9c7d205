"""One running service and one browser for all tests of a module, and what their pages asked for and complained of.

A start of the service costs seconds on a small machine; every test has links and browser contexts of its own instead.
"""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket

from server.demo import PASSWORD
from tests.browser import visit
from tests.browser.chromium import FLAGS, chromium
from tests.fakes.service import Service

ALLOWS_EVERYTHING = "--use-fake-ui-for-media-stream"
"""Chromium's flag that grants microphone and camera without asking."""
SETTINGS = {
    "NIGHTLIGHT_END_OF_TURN_MODEL": "false",
    # A test that leaves mid-visit must not leave a check-in at work behind the next ones.
    "NIGHTLIGHT_DROP_OFF_MINUTES": "0.2",
}


@dataclass
class House:
    """The service, a browser, and every window opened in it."""

    service: Service
    browser: Browser
    addresses: list[str] = field(default_factory=list)
    """Every address a window asked for, sockets and referrers included."""
    refused: list[str] = field(default_factory=list)
    """What the Content Security Policy kept a window from doing."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def phone(self, address: str, **options: Any) -> Page:
        """A phone-sized window at an address, with a device's own cookies."""
        return await self._window(address, {"width": 390, "height": 844}, options)

    async def patient(self, link: str) -> Page:
        """A phone at the link, past the birth date."""
        page = await self.phone(link)
        await page.wait_for_selector("#screen-identity:visible")
        await visit.give_birthday(page)
        await page.wait_for_selector("#screen-prejoin:visible")
        return page

    async def staff(self, email: str) -> Page:
        """A desktop window, signed in, where this person's role starts."""
        page = await self._window(f"{self.service.address}/staff/", {"width": 1440, "height": 900}, {})
        await sign_in(page, email)
        return page

    async def journal(self, checkin: str) -> list[dict[str, Any]]:
        """Everything that happened in a check-in."""
        return [json.loads(line) for line in (await self.service.command("journal", checkin, "--json")).splitlines()]

    async def leave(self) -> None:
        """Close every window."""
        for context in self._contexts:
            await context.close()
        self._contexts.clear()

    async def _window(self, address: str, viewport: dict[str, int], options: dict[str, Any]) -> Page:
        context = await self.browser.new_context(viewport=viewport, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        self._contexts.append(context)
        page = await context.new_page()
        page.on("request", self._note_request)
        page.on("websocket", self._note_socket)
        page.on("console", self._note_console)
        await page.goto(address)
        return page

    def _note_request(self, request: Request) -> None:
        self.addresses += [request.url, request.headers.get("referer", "")]

    def _note_socket(self, socket: WebSocket) -> None:
        self.addresses.append(socket.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        self.refused += [message.text] * ("Content Security Policy" in message.text)


@contextlib.asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """The service and a browser that grants microphone and camera; the microphone hears a quiet room."""
    async with Service(folder / "data", SETTINGS) as service, chromium(folder, FLAGS) as browser:
        yield House(service, browser)


async def sign_in(page: Page, email: str) -> None:
    """Fill in the form and wait for the page behind it."""
    await page.fill("input[name=email]", email)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("#sign-in button")
    await page.wait_for_selector("nav.rail")
