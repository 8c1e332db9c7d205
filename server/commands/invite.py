"""The command `invite`: one patient's link."""

from datetime import timedelta
from typing import Annotated

import typer

from server.commands.packs import pack_of
from server.commands.patient_choice import chosen
from server.commands.records import opened
from server.commands.terminal import DataOption, run, settings_of, tell
from server.config import Settings
from server.invitation import store
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
    async with opened(settings) as database:
        card = await chosen(database, wanted)
        lifetime = timedelta(hours=settings.link_hours)
        invitation = await database.run(lambda tx: store.create(tx, _COMMAND, card.id, pack.id, lifetime))
    tell(f"check-in {invitation.checkin}, link good until {invitation.expires_at:%Y-%m-%d %H:%M} UTC")
    tell(f"{settings.origin}/c#{invitation.token}")
