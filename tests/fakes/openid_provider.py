"""A real OpenID provider in a child process, and a browser that signs in there: forms filled in, redirects followed by hand."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from aiohttp import ClientResponse, ClientSession, CookieJar

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".venv" / "openid-provider"
CALLBACK = "https://checkin.example.org/staff/sso/callback"
SECRET = "secretcanary"
CLIENT = {"client_id": "nightlight", "client_secret": SECRET, "redirect_uris": [CALLBACK]}
PUBLIC = {"client_id": "nightlight", "token_endpoint_auth_method": "none", "redirect_uris": [CALLBACK]}
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "nia": {"name": "Nia Person", "email": "nia@clinic.example", "email_verified": True, "groups": ["staff", "nurses"]},
    "ola": {"name": "Ola Person", "email": "Ola@clinic.example", "email_verified": False, "groups": ["nurses"]},
    "eve": {"name": "Eve Visitor", "email": "eve@clinic.example", "email_verified": True, "groups": ["visitors"]},
    "max": {"name": "Max Nobody", "groups": ["nurses"]},
}
_SECONDS = 20


def missing() -> str:
    """Why the provider cannot be had here; empty where it can."""
    if not shutil.which("node"):
        return "there is no Node to run the OpenID provider with"
    there = (INSTALLED / "node_modules" / "oidc-provider").is_dir()
    return "" if there else "the OpenID provider is not installed: make openid-provider"


@asynccontextmanager
async def openid_provider(
    client: Mapping[str, Any] = CLIENT, people: Mapping[str, Mapping[str, Any]] = PEOPLE
) -> AsyncIterator[str]:
    """Its issuer."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(ROOT / "tests" / "fakes" / "openid" / "provider.mjs"),
        str(INSTALLED),
        json.dumps({"client": client, "people": people}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        issuer = (await asyncio.wait_for(process.stdout.readline(), _SECONDS)).decode().strip()
        assert issuer.startswith("http://127.0.0.1:"), "the provider did not start"
        yield issuer
    finally:
        process.kill()
        await process.wait()


@dataclass
class Browser:
    """Somebody in front of it."""

    session: ClientSession
    home: str
    """Where our service really is; its public address is `CALLBACK`'s."""

    async def open(self, address: str) -> ClientResponse:
        return await self.session.get(address, allow_redirects=False)

    async def to_provider(self) -> str:
        """Begins at our sign-in; the address it sends the browser to."""
        reply = await self.open(f"{self.home}/staff/sso")
        assert reply.status == 303, await reply.text()
        return reply.headers["Location"]

    async def at_provider(self, address: str, login: str) -> str:
        """Signs in there and agrees; the address it sends the browser back to."""
        reply = await self.open(address)
        for _ in range(12):
            if "Location" in reply.headers:
                address = urljoin(str(reply.url), reply.headers["Location"])
                if address.startswith(CALLBACK):
                    return address
                reply = await self.open(address)
                continue
            html = await reply.text()
            action, prompt = re.search(r'action="([^"]+)"', html), re.search(r'name="prompt" value="(\w+)"', html)
            assert action is not None, html
            assert prompt is not None, html
            form = {"prompt": prompt.group(1), "login": login, "password": "any"}
            target = urljoin(str(reply.url), action.group(1))
            reply = await self.session.post(target, data=form, allow_redirects=False)
        raise AssertionError("the provider never sent the browser back")

    async def back(self, address: str) -> ClientResponse:
        """What our service makes of it."""
        return await self.open(address.replace(CALLBACK.removesuffix("/staff/sso/callback"), self.home))

    async def sign_in(self, login: str) -> ClientResponse:
        return await self.back(await self.at_provider(await self.to_provider(), login))


@asynccontextmanager
async def browser(home: str) -> AsyncIterator[Browser]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True), headers={"Accept": "text/html"}) as session:
        yield Browser(session, home)
