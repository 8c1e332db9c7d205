"""The commands that try a persona on files: `simulate` and `evaluate`."""

import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from server import demo, lessons, terminal
from server.app import PERSONAS, load_packs, open_records
from server.checkin.visit import visit_on
from server.config import Settings
from server.conversation.agenda import Ask, agenda
from server.knowledge import kit as knowledge
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.record.patients import PatientFacts
from server.terminal import DataOption
from server.vocabulary.clock import SystemClock
from server.workbench import cases, report
from server.workbench.evaluate import Evaluation
from server.workbench.evaluate import evaluate as evaluated
from server.workbench.rehearsal import Judge
from server.workbench.simulate import as_text
from server.workbench.simulate import simulate as simulated
from server.workbench.visitors import visitor

PatientOption = Annotated[
    str, typer.Option("--patient", help="The patient's id, or part of the name. Without records: of the demo's people.")
]


def simulate(
    lines: Annotated[Path, typer.Option(help="What the patient says and does, one utterance or @directive a line.")],
    persona: Annotated[str, typer.Option(help="Persona pack.")] = "post-discharge",
    patient: PatientOption = "",
    as_json: Annotated[bool, typer.Option("--json/--plain", help="JSON lines, or a transcript to read.")] = True,
    stop_at_end: Annotated[
        bool, typer.Option("--stop-at-end", help="Stop after the last line; else silence runs on to the end.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Play a whole check-in in text, on virtual time. Shows patient data; the reading is audited."""
    terminal.run(_simulate(terminal.settings_of(data), lines, persona, patient, as_json, stop_at_end))


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


async def _simulate(
    settings: Settings, lines: Path, persona: str, wanted: str, as_json: bool, stop_at_end: bool
) -> None:
    pack, today = pack_of(settings, persona), SystemClock().now().date()
    visit = visit_on(await _visitor(settings, wanted, today), pack, today)
    async with classifier(settings) as judge:
        for line in simulated(pack, visit, lines, judge, stop_at_end=stop_at_end):
            if shown := json.dumps(line) if as_json else as_text(line):
                terminal.tell(shown)


def pack_of(settings: Settings, persona: str) -> Pack:
    packs = load_packs(settings)
    if persona not in packs:
        terminal.fail(f"persona: no pack named {persona!r}; there are: {', '.join(packs)}")
    return packs[persona]


@contextlib.asynccontextmanager
async def classifier(settings: Settings) -> AsyncIterator[Judge | None]:
    """The sentence classifier where its model is there; where it is not, that is said."""
    store = ModelStore(settings.model_cache, settings.model_mirror, terminal.note)
    made, part = await knowledge.classifier(store, lessons.examples(PERSONAS, load_packs(settings)))
    if made is None:
        terminal.note(f"no sentence classifier: {part.what}")
        yield None
        return
    try:
        yield made.likenesses
    finally:
        made.close()


async def _visitor(settings: Settings, wanted: str, today: date) -> PatientFacts:
    """Opening the records would create them, so that what is not there is not opened."""
    if not settings.database_url and not (settings.data / "records.db").exists():
        return await visitor(None, wanted, demo.people(today))
    database = await open_records(settings, SystemClock())
    try:
        return await visitor(database, wanted, demo.people(today))
    finally:
        await database.close()
