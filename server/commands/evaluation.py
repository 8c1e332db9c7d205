"""The command that plays the clinical evaluation set, and adds to it: `evaluate`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from server.commands import terminal
from server.commands.judge import claims, classifier
from server.commands.packs import pack_of
from server.config import Settings
from server.conversation.agenda import Ask, agenda
from server.installation import PERSONAS, load_packs
from server.persona.pack import Pack
from server.workbench import cases, report
from server.workbench import lock as locks
from server.workbench.evaluate import Evaluation
from server.workbench.evaluate import evaluate as evaluated
from server.workbench.ship_gates import read_ship_gates


def evaluate(
    persona: Annotated[str, typer.Option(help="One persona pack; without it, every one that has a set.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each pack.")] = False,
    write: Annotated[Path | None, typer.Option("--report", help="Also write the report here, as Markdown.")] = None,
    add: Annotated[
        Path | None,
        typer.Option(
            help="First add a TSV (id, tier, trigger, family, utterance) to this persona's set and lock that set."
        ),
    ] = None,
    at: Annotated[str, typer.Option(help="With --add: the question that the utterances answer.")] = "worry",
    lock: Annotated[
        bool,
        typer.Option("--lock", help="First declare the files to be the set; with --persona, of that persona alone."),
    ] = False,
    gate: Annotated[
        bool,
        typer.Option("--gate", help="Exit with 1 when a ship gate says FAIL; without it the report alone says so."),
    ] = False,
) -> None:
    """Play the clinical evaluation set and print every metric with its interval and ship gate.

    The exit code is 0 whatever the gates say, unless --gate is given. A gate that is not shown or not measured is no FAIL.
    """
    done = terminal.run(_evaluate(terminal.settings_of(None), persona, lock, add, at))
    for line in (
        shown for one in done for shown in ([json.dumps(report.as_object(one))] if as_json else report.as_text(one))
    ):
        terminal.tell(line)
    if write is not None:
        write.write_text(report.as_markdown(done), "utf-8")
    if gate and any(report.failed(one) for one in done):
        raise typer.Exit(1)


async def _evaluate(settings: Settings, persona: str, lock: bool, add: Path | None, at: str) -> list[Evaluation]:
    packs = [pack_of(settings, persona)] if persona else list(load_packs(settings).values())
    sets = sets_of(packs, PERSONAS)
    shared = PERSONAS / "shared" / "evaluation"
    if lock:
        declare([folder for _, folder in sets] + ([] if persona else [shared]))
    if add is not None:
        extend(sets, add, at)
    gates = read_ship_gates(shared)
    async with classifier(settings) as judge, claims(settings) as told:
        return [evaluated(pack, folder, gates, judge, terminal.note, told) for pack, folder in sets]


def sets_of(packs: Sequence[Pack], personas: Path) -> list[tuple[Pack, Path]]:
    """Those of the packs that have a set, with its folder; the command ends where none has."""
    found = [(pack, folder) for pack in packs if (folder := personas / pack.id / "evaluation").is_dir()]
    if not found:
        names = ", ".join(pack.id for pack in packs)
        terminal.fail(
            f"{names}: no evaluation set; make the folder {personas / packs[0].id / 'evaluation'} with cases in it"
        )
    return found


def declare(folders: Sequence[Path]) -> None:
    """Lock them; what is blessed by it is named, because nobody reads two hashes."""
    for folder in folders:
        for name in locks.changes(folder):
            terminal.note(f"locked as it is now: {folder / name}")
        locks.lock(folder)


def extend(sets: Sequence[tuple[Pack, Path]], table: Path, at: str) -> None:
    """Add a table to the one set, and lock that set alone."""
    if len(sets) != 1:
        terminal.fail("--add: say with --persona to which set")
    pack, folder = sets[0]
    asked = {step.question.id for step in agenda(pack, cases.Chart().visit(pack)) if isinstance(step, Ask)}
    if at not in asked:
        terminal.fail(f"--at: no question {at!r}; there are: {', '.join(sorted(asked))}")
    terminal.note(f"added and locked: {cases.add(folder, table, at)}")
