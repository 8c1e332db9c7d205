"""A real ntfy server, where one is installed, on loopback and in a folder of its own."""

import asyncio
import json
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import aiohttp

from tests.fakes.timing import pause

_PROGRAM = shutil.which("ntfy") or ""
_START_SECONDS = 20.0


def missing() -> str:
    """Why there can be none here; empty when there can."""
    if not _PROGRAM:
        return "there is no ntfy on the path; its server is built from its source with Go"
    asked = subprocess.run((_PROGRAM, "serve", "--help"), capture_output=True, check=False)
    return "" if asked.returncode == 0 else "the ntfy on the path has no server"


@dataclass
class Ntfy:
    """Use as an async context manager."""

    address: str = ""
    """Host and port."""

    async def __aenter__(self) -> "Ntfy":
        self._folder = tempfile.TemporaryDirectory(prefix="nightlight-ntfy-")
        self.address = f"127.0.0.1:{_free_port()}"
        config = Path(self._folder.name) / "server.yml"
        # JSON is YAML. Nothing upstream: this server asks no other one.
        config.write_text(
            json.dumps(
                {"listen-http": self.address, "cache-file": f"{self._folder.name}/cache.db", "web-root": "disable"}
            )
        )
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *(_PROGRAM, "serve", "--config", str(config)), stdout=quiet, stderr=quiet
        )
        async with asyncio.timeout(_START_SECONDS):
            while not await self._answers():
                await pause(0.05)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        await self._process.wait()
        self._folder.cleanup()

    async def messages(self, topic: str) -> list[dict[str, object]]:
        """What whoever subscribes to a topic is shown."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{self.address}/{topic}/json?poll=1") as reply,
        ):
            found = [json.loads(line) for line in (await reply.text()).splitlines()]
        return [one for one in found if one["event"] == "message"]

    async def _answers(self) -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"http://{self.address}/v1/health") as reply:
                return reply.status == 200
        except aiohttp.ClientError:
            return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
