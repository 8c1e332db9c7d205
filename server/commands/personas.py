"""The command `personas check`."""

from pathlib import Path
from typing import Annotated

import typer

from server.commands.terminal import tell
from server.installation import PERSONAS
from server.workbench.packs import checked, folders_in, relocked

personas = typer.Typer(name="personas", no_args_is_help=True)

FolderArgument = Annotated[
    Path | None,
    typer.Argument(help="A pack's folder, or one that holds several. Without it: the packs of this service."),
]


@personas.callback()
def about() -> None:
    """Persona packs: what a persona may say, ask and listen for."""


@personas.command()
def check(
    folder: FolderArgument = None,
    lock: Annotated[
        bool,
        typer.Option("--lock", help="Also hold every guardrail's version to what it means now, in guardrails.lock."),
    ] = False,
) -> None:
    """Read packs and print what they hold, and every complaint with its file and line; 1 when there is one."""
    wanted = folder or PERSONAS
    if lock and (forgotten := relocked(folders_in(wanted))):
        tell(f"not locked: these changed and kept their version: {', '.join(forgotten)}")
        raise typer.Exit(1)
    found = [checked(one) for one in folders_in(wanted)]
    complaints = [line for one in found for line in one.complaints]
    complaints += [] if found else [f"{wanted}: no folder here has a persona.yaml"]
    for line in [*(line for one in found for line in one.lines), *dict.fromkeys(complaints)]:
        tell(line)
    if complaints:
        tell(f"{len(dict.fromkeys(complaints))} to mend")
        raise typer.Exit(1)
