"""The command that tries triage on a file: `triage`."""

from pathlib import Path
from typing import Annotated

import typer

from server.commands import terminal
from server.commands.judge import classifier
from server.commands.packs import pack_of
from server.config import Settings
from server.workbench import triage as bench


def triage(
    file: Annotated[
        Path, typer.Argument(help="TSV with the column utterance; tier is checked, medicines and chips are context.")
    ],
    persona: Annotated[str, typer.Option(help="Persona pack.")] = "post-discharge",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, the summary last.")] = False,
) -> None:
    """Judge utterances as triage does, with the sentence classifier where its model is there."""
    terminal.run(_triage(terminal.settings_of(None), persona, file, as_json))


async def _triage(settings: Settings, persona: str, file: Path, as_json: bool) -> None:
    pack, rows = pack_of(settings, persona), bench.read_rows(file)
    async with classifier(settings) as judge:
        bench.run(pack, rows, judge, as_json, terminal.tell)
