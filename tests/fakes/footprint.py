"""What the code holds of the process: tasks, threads and sockets, so that a test can say that all was given back."""

import asyncio
import contextlib
import os
import threading
from dataclasses import dataclass

from tests.fakes.waiting import until

_OF_THE_LOOP = "asyncio_"
"""Threads of the event loop's own executor stay for its life."""


@dataclass(frozen=True)
class Footprint:
    """Tasks, threads and sockets at one moment."""

    tasks: frozenset["asyncio.Task[object]"]
    threads: frozenset[threading.Thread]
    sockets: int

    @classmethod
    def now(cls) -> "Footprint":
        threads = (thread for thread in threading.enumerate() if not thread.name.startswith(_OF_THE_LOOP))
        return cls(frozenset(asyncio.all_tasks()), frozenset(threads), _open_sockets())

    def more(self) -> list[str]:
        """What there is now and was not then, by name."""
        now = Footprint.now()
        return [
            *sorted(f"task {task.get_coro()!r}" for task in now.tasks - self.tasks),
            *sorted(f"thread {thread.name}" for thread in now.threads - self.threads),
            *(["socket"] * (now.sockets - self.sockets)),
        ]

    async def restored(self, timeout: float = 5.0) -> list[str]:
        """Wait until nothing is left over; returns what stayed."""
        with contextlib.suppress(TimeoutError):
            await until(lambda: not self.more(), timeout)
        return self.more()


def _open_sockets() -> int:
    count = 0
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")
        except FileNotFoundError:  # the one that listed the folder
            continue
    return count
