"""The command `serve`: the service, until it is asked to stop."""

import asyncio
import signal
import time
from datetime import timedelta
from typing import Annotated

import typer

from server import demo, demo_library, logs
from server.app import Application, running
from server.commands.terminal import DataOption, fail, run, settings_of, show, tell
from server.config import Settings
from server.curation import library_part
from server.installation import PERSONAS
from server.pages.templates import TEMPLATES
from server.vocabulary.clock import SystemClock


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
    async with running(settings, tell) as application:
        if with_demo:
            application.web[TEMPLATES].everywhere(demo=True)
            await _seed(settings, application)
        show(application.parts)
        tell(f"\nServing on {application.address} after {time.monotonic() - began:.1f} s. Ctrl-C stops.")
        await stop.wait()
        tell("Stopping: letting every check-in go; their pages come back to the next start.")
    tell("Stopped.")


async def _seed(settings: Settings, application: Application) -> None:
    """Invented people and a published library, once; prints how to come in."""
    today = SystemClock().now().date()
    lifetime = timedelta(hours=settings.link_hours)
    shown = await demo.seed(application.database, settings.data, application.address, lifetime, today)
    tell(f"\n  Patient link   {shown.link}\n                 birth month and day: {shown.birth}")
    tell(f"  Staff          {application.address}/staff/")
    for email, _, role in demo.STAFF:
        tell(f"                 {role:<11} {email}  password {demo.PASSWORD}")
    tell("")
    if (curated := application.curation) is not None:
        await demo_library.publish(curated, application.database, PERSONAS, today, tell)
        application.parts = [
            library_part(curated.room) if part.name == "library" else part for part in application.parts
        ]
