"""The real service as a child process, on a free port with a data folder of its own, for tests that kill it."""

import asyncio
import os
import re
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import aiohttp
import psutil

from tests.fakes.timing import pause


@dataclass(frozen=True)
class Resources:
    """What a process holds."""

    megabytes: float
    """Resident memory, 10^6 bytes."""
    threads: int
    files: int
    """Open file descriptors, sockets included."""


_START_SECONDS = 300
"""Longest start: without `make setup` the sentence classifier is trained in it."""


@dataclass
class Service:
    """`nightlight serve --demo`; use as an async context manager."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    """Set after the first start, so that a restart listens where the page expects it."""
    link: str = ""
    """The demo patient's link."""
    output: list[str] = field(default_factory=list)
    """Everything it printed and logged."""
    launched: float = 0.0
    """Monotonic seconds at which it was last started, before it was even a process."""
    process: asyncio.subprocess.Process | None = None
    _reader: "asyncio.Task[None] | None" = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it serves."""
        process = await self.launch()
        try:
            await asyncio.wait_for(self._ready.wait(), _START_SECONDS)
        except TimeoutError:
            process.kill()
        if process.returncode is not None or not self.port or not self._ready.is_set():
            raise RuntimeError("the service did not start:\n" + "\n".join(self.output))

    async def launch(self) -> asyncio.subprocess.Process:
        """Start it, and wait for nothing."""
        self._ready = asyncio.Event()
        environment = {**os.environ, **self.settings, "DATA": str(self.data), "PORT": str(self.port)}
        self.launched = time.monotonic()
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "serve", "--demo"),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.ensure_future(self._read(self.process))
        return self.process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        async for raw in process.stdout:
            line = raw.decode().rstrip()
            self.output.append(line)
            if found := re.search(r"(http://127\.0\.0\.1:(\d+)/c#\S+)", line):
                self.link, self.port = found.group(1), int(found.group(2))
            if line.startswith("Serving on"):
                self._ready.set()
        self._ready.set()

    async def stop(self) -> int:
        """SIGTERM, as an operator would; returns the exit status."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """`kill -9`."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> int:
        process = self.process
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(how)
        status = await asyncio.wait_for(process.wait(), 30)
        if self._reader is not None:
            await self._reader
        self.process = None
        return status

    async def command(self, *arguments: str) -> str:
        """Run another `nightlight` command on the same data and return what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", *arguments),
            env={**os.environ, **self.settings, "DATA": str(self.data), "PORT": str(self.port)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(output.decode())
        return output.decode()

    async def new_link(self, patient: str = "Maria", persona: str = "post-discharge") -> tuple[str, str]:
        """A fresh check-in: its id and its link."""
        printed = await self.command("invite", patient, "--persona", persona)
        checkin, link = re.search(r"ci_\w+", printed), re.search(r"http\S+", printed)
        if checkin is None or link is None:
            raise RuntimeError(printed)
        return checkin.group(), link.group()

    async def health(self) -> dict[str, object]:
        async with aiohttp.ClientSession() as session, session.get(f"{self.address}/healthz") as answer:
            body: dict[str, object] = await answer.json()
            return body

    async def settled(self, seconds: float = 15.0) -> Resources:
        """What the process holds at rest: the least of each seen within `seconds`, since native pools shrink late."""
        if self.process is None:
            raise RuntimeError("start it first")
        process = psutil.Process(self.process.pid)
        seen: list[Resources] = []
        for _ in range(int(seconds * 2)):
            await pause(0.5)
            seen.append(Resources(process.memory_info().rss / 1e6, process.num_threads(), process.num_fds()))
        return Resources(min(s.megabytes for s in seen), min(s.threads for s in seen), min(s.files for s in seen))

    async def __aenter__(self) -> "Service":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
