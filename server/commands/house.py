"""The open house of the command `serve`: every stage, on top of what is on watch, until it is asked to stop."""

import asyncio
import time
from datetime import timedelta

from server import demo, demo_library
from server.app import Application, running
from server.commands.terminal import show, tell
from server.config import Settings
from server.curation import library_part
from server.installation import PERSONAS
from server.pages.templates import TEMPLATES
from server.vocabulary.clock import SystemClock
from server.watch import Watch


async def keep_open(watch: Watch, with_demo: bool, began: float, stop: asyncio.Event) -> None:
    """`began`: when the command was given, in monotonic seconds."""
    async with running(watch, tell) as application:
        if with_demo:
            application.web[TEMPLATES].everywhere(demo=True)
            await _seed(watch.settings, application)
        show(application.parts)
        tell(f"\nServing on {application.address} after {time.monotonic() - began:.1f} s. Ctrl-C stops.")
        await stop.wait()
        tell("Stopping: letting every check-in go; their pages come back to the next start.")


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
