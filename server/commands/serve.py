"""The command `serve`: the service, until it is asked to stop. Pages ring before the rest of it is even loaded."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from server import logs
from server.commands.terminal import DataOption, fail, run, settings_of, tell
from server.config import Settings
from server.watch import Watch, on_watch

Serve = Callable[[Watch, bool, float, asyncio.Event], Awaitable[None]]


def serve(
    with_demo: Annotated[bool, typer.Option("--demo", help="Seed invented people once and print their links.")] = False,
    data: DataOption = None,
) -> None:
    """Serve patients and staff until Ctrl-C or SIGTERM."""
    run(_serve(settings_of(data), with_demo))


async def _serve(settings: Settings, with_demo: bool) -> None:
    logs.set_up()
    if with_demo and not settings.on_loopback:
        fail("--demo seeds accounts with a known password and only works on loopback: unset NIGHTLIGHT_HOST")
    began = time.monotonic()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stop.set)
    async with on_watch(settings, tell) as watch:
        tell("Loading the service")
        # On a thread: the loop goes on sending pages meanwhile.
        with ThreadPoolExecutor(1, thread_name_prefix="loading") as loader:
            serve_all = await loop.run_in_executor(loader, _load)
        await serve_all(watch, with_demo, began, stop)
    tell("Stopped.")


def _load() -> Serve:
    """Everything that waits until the pager is at work: speech, models, pages."""
    from server.commands.house import keep_open

    return keep_open
