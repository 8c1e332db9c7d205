"""The command that plays a whole check-in on a file of what the patient says: `simulate`."""

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from server import curation, demo
from server.checkin.guide import asking, told_of
from server.checkin.remembering import rules_of
from server.checkin.visit import visit_on
from server.commands import terminal
from server.commands.judge import classifier
from server.commands.packs import pack_of
from server.commands.records import opened
from server.commands.terminal import DataOption
from server.config import Settings
from server.conversation.state import Visit
from server.installation import PERSONAS, open_records
from server.memory import memory
from server.persona.pack import Pack
from server.record.patients import PatientCard, PatientFacts
from server.vocabulary.clock import SystemClock
from server.vocabulary.memories import Memory
from server.vocabulary.models import ModelMissing
from server.vocabulary.principals import Service
from server.workbench import simulate as bench
from server.workbench.rehearsal import Library
from server.workbench.visitors import visitor

_COMMAND = Service("command")

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
    after: Annotated[
        Path | None, typer.Option(help="What the patient said in the check-in before; what it leaves behind is used.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Play a whole check-in in text, on virtual time. Shows patient data; the reading is audited."""
    terminal.run(_simulate(terminal.settings_of(data), lines, persona, patient, as_json, stop_at_end, after))


async def _simulate(
    settings: Settings, lines: Path, persona: str, wanted: str, as_json: bool, stop_at_end: bool, after: Path | None
) -> None:
    pack, today = pack_of(settings, persona), SystemClock().now().date()
    person, remembered = await _visitor(settings, wanted, today, pack)
    visit = visit_on(person, pack, today, remembered)
    async with classifier(settings) as judge:
        guide = await _library(settings, pack, visit)
        if after is not None:
            found = bench.remembered_of(pack, dataclasses.replace(visit, remembered=()), after, judge)
            visit = dataclasses.replace(visit, remembered=found)
        for line in bench.simulate(pack, visit, lines, judge, guide, stop_at_end=stop_at_end):
            if shown := json.dumps(line) if as_json else bench.as_text(line):
                terminal.tell(shown)


async def _library(settings: Settings, pack: Pack, visit: Visit) -> Library | None:
    """What a check-in that begins now would be told from; None where nothing is published, or the model cannot be had."""
    if not _has_records(settings):
        return None
    clock = SystemClock()
    database = await open_records(settings, clock)
    try:
        asks = await curation.asker(settings, database, PERSONAS, terminal.note)
    except ModelMissing as error:
        terminal.note(f"no library: {error}")
        return None
    finally:
        await database.close()
    if asks is None:
        return None
    asked = asking(pack, visit)(clock.now().date())
    return lambda question: told_of(asks(question, asked), asks.release.id)


def _has_records(settings: Settings) -> bool:
    """Opening the records would create them, so that what is not there is not opened."""
    return bool(settings.database_url) or (settings.data / "records.db").exists()


async def _visitor(settings: Settings, wanted: str, today: date, pack: Pack) -> tuple[PatientFacts, tuple[Memory, ...]]:
    """With what is remembered."""
    if not _has_records(settings):
        return await visitor(None, wanted, demo.people(today)), ()
    async with opened(settings) as database:
        person = await visitor(database, wanted, demo.people(today))
        if not isinstance(person, PatientCard):
            return person, ()
        rules, patient = rules_of(pack), person.id
        return person, await database.run(lambda tx: memory.recall(tx, _COMMAND, patient, rules))
