"""The command that plays a night of check-ins with its on-call: `simulate-night`."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from server import paging
from server.app import room_changed
from server.commands import terminal
from server.commands.evaluation import sets_of
from server.commands.judge import classifier
from server.config import Settings
from server.installation import PERSONAS, load_packs
from server.workbench.cases import read_cases
from server.workbench.night import report
from server.workbench.night.night import Told, World, play
from server.workbench.night.plan import NightPlan, read_plan

PLAN = PERSONAS / "shared" / "night.yaml"


def simulate_night(
    seed: Annotated[int, typer.Option(help="Another number, another night.")] = 1,
    plan: Annotated[Path, typer.Option(help="What the night is made of.")] = PLAN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Keep its records in this empty folder.")] = None,
) -> None:
    """Play a night on virtual time: check-ins, pages, people on call, a dead pager, a restart. Exits with 1 on a fault."""
    told = terminal.run(_simulate(terminal.settings_of(None), read_plan(plan), seed, keep))
    if as_json:
        terminal.tell(json.dumps(report.as_object(told, seed)))
    else:
        for line in report.as_text(told, seed):
            terminal.tell(line)
    if report.faults(told):
        raise typer.Exit(1)


async def _simulate(settings: Settings, plan: NightPlan, seed: int, keep: Path | None) -> Told:
    packs = load_packs(settings)
    policies = paging.policies({name: pack.escalation for name, pack in packs.items()})
    sets = {pack.id: read_cases(folder) for pack, folder in sets_of(list(packs.values()), PERSONAS)}
    with tempfile.TemporaryDirectory() as passing:
        async with classifier(settings) as judge:
            world = World(packs, sets, policies, judge, room_changed)
            return await play(plan, world, keep or Path(passing), seed)
