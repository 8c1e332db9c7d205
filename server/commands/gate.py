"""The command that tries the output gate on a file: `gate`."""

from pathlib import Path
from typing import Annotated

import typer

from server.commands import terminal
from server.commands.judge import claims
from server.commands.packs import pack_of
from server.config import Settings
from server.workbench import gate as bench


def gate(
    file: Annotated[
        Path, typer.Argument(help="TSV with the columns sentence and evidence; a column verdict is checked.")
    ],
    persona: Annotated[str, typer.Option(help="Persona pack.")] = "post-discharge",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Judge sentences as the output gate does, each with the passage it may rest on, and with its classifier if it is there."""
    terminal.run(_gate(terminal.settings_of(None), persona, file, as_json))


async def _gate(settings: Settings, persona: str, file: Path, as_json: bool) -> None:
    async with claims(settings) as told:
        bench.run(pack_of(settings, persona), file, as_json, terminal.tell, told)
