"""The command `invite`: one patient's link."""

from datetime import timedelta
from typing import Annotated

import typer

from server.commands.packs import pack_of
from server.commands.patient_choice import chosen
from server.commands.terminal import DataOption, run, settings_of, tell
from server.config import Settings
from server.installation import open_records
from server.invitation import store
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Service

_COMMAND = Service("command")


def invite(
    patient: Annotated[str, typer.Argument(help="The patient's id, or part of the name.")],
    persona: Annotated[str, typer.Option(help="Persona pack.")] = "post-discharge",
    data: DataOption = None,
) -> None:
    """Order a check-in and print its link; this is the only time the link is shown."""
    run(_invite(settings_of(data), patient, persona))


async def _invite(settings: Settings, wanted: str, persona: str) -> None:
    pack = pack_of(settings, persona)
    database = await open_records(settings, SystemClock())
    try:
        card = await chosen(database, wanted)
        lifetime = timedelta(hours=settings.link_hours)
        invitation = await database.run(lambda tx: store.create(tx, _COMMAND, card.id, pack.id, lifetime))
    finally:
        await database.close()
    tell(f"check-in {invitation.checkin}, link good until {invitation.expires_at:%Y-%m-%d %H:%M} UTC")
    tell(f"{settings.origin}/c#{invitation.token}")
