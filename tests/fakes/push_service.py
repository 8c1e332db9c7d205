"""A push service and a browser behind it: takes what is sent, refuses what is not signed, and opens it as the browser would."""

import base64
import json
import os
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import http_ece  # type: ignore[import-untyped]
import py_vapid  # type: ignore[import-untyped]
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from multidict import CIMultiDictProxy

from server.escalation.subscriptions import Subscription


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class PushService:
    """Use as an async context manager."""

    status: int = 201
    texts: list[dict[str, str]] = field(default_factory=list)
    """What the browser's service worker was given."""
    sealed: list[bytes] = field(default_factory=list)
    """What the push service itself could see."""
    headers: list[CIMultiDictProxy[str]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""
    _key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    _auth: bytes = field(default_factory=lambda: os.urandom(16))

    async def __aenter__(self) -> "PushService":
        app = web.Application()
        app.router.add_post("/push/{browser}", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def subscription(self, browser: str = "denises-phone") -> Subscription:
        """As the browser gives it to the console."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(f"{self.address}/push/{browser}", b64(point), b64(self._auth))

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not 200 <= self.status < 300:
            return web.Response(status=self.status)
        if not py_vapid.Vapid02.verify(request.headers["Authorization"]):
            return web.Response(status=403)
        token = request.headers["Authorization"].split("t=", 1)[1].split(",", 1)[0]
        payload = token.split(".")[1]
        self.claims.append(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
        self.headers.append(request.headers)
        self.sealed.append(body)
        opened = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        self.texts.append(json.loads(opened))
        return web.Response(status=self.status)
