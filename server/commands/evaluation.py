"""The command that plays the clinical evaluation set, and adds to it: `evaluate`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from server.app import PERSONAS, load_packs
from server.commands import terminal
from server.commands.installation import classifier, pack_of
from server.config import Settings
from server.conversation.agenda import Ask, agenda
from server.persona.pack import Pack
from server.workbench import cases, report
from server.workbench.evaluate import Evaluation
from server.workbench.evaluate import evaluate as evaluated


def evaluate(
    persona: Annotated[str, typer.Option(help="One persona pack; without it, every one that has a set.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each pack.")] = False,
    write: Annotated[Path | None, typer.Option("--report", help="Also write the report here, as Markdown.")] = None,
    add: Annotated[
        Path | None,
        typer.Option(help="Add a TSV (id, tier, trigger, family, utterance) to the set, one case a row, and lock it."),
    ] = None,
    at: Annotated[str, typer.Option(help="With --add: the question that the utterances answer.")] = "worry",
    lock: Annotated[bool, typer.Option("--lock", help="Declare the files as they are now to be the set.")] = False,
) -> None:
    """Play the clinical evaluation set and print every metric with its interval and ship gate."""
    settings = terminal.settings_of(None)
    packs = [pack_of(settings, persona)] if persona else load_packs(settings).values()
    sets = [(pack, folder) for pack in packs if (folder := PERSONAS / pack.id / "evaluation").is_dir()]
    if add is not None:
        _add(sets, add, at)
    if lock or add:
        for folder in (*(folder for _, folder in sets), *PERSONAS.glob("shared/evaluation")):
            cases.lock(folder)
    done = terminal.run(_evaluate(settings, sets))
    for line in (
        shown for one in done for shown in ([json.dumps(report.as_object(one))] if as_json else report.as_text(one))
    ):
        terminal.tell(line)
    if write is not None:
        write.write_text(report.as_markdown(done), "utf-8")


def _add(sets: Sequence[tuple[Pack, Path]], table: Path, at: str) -> None:
    if len(sets) != 1:
        terminal.fail("--add: say with --persona to which set")
    pack = sets[0][0]
    asked = {step.question.id for step in agenda(pack, cases.Chart().visit(pack)) if isinstance(step, Ask)}
    if at not in asked:
        terminal.fail(f"--at: no question {at!r}; there are: {', '.join(sorted(asked))}")
    (sets[0][1] / f"{table.stem}.jsonl").write_text(cases.as_lines(cases.cases_of_table(table, at)), "utf-8")


async def _evaluate(settings: Settings, sets: Sequence[tuple[Pack, Path]]) -> list[Evaluation]:
    async with classifier(settings) as judge:
        return [evaluated(pack, folder, judge, terminal.note) for pack, folder in sets]
