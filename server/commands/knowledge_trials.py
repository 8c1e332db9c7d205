"""The commands that try the release that is told now: `knowledge ask` and `knowledge evaluate`."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from server import curation
from server.commands.records import opened
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.curation import Asker
from server.installation import PERSONAS
from server.knowledge import trial
from server.knowledge.answer import Answer, Asked
from server.knowledge.consulting import Outcome
from server.knowledge.passage import Audience
from server.vocabulary.clock import SystemClock

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
For = Annotated[
    Audience, typer.Option("--for", help="Who asks: a patient, or a nurse, who is told what is for nurses too.")
]
Language = Annotated[str, typer.Option(help="Language that is spoken.")]
Medicine = Annotated[
    list[str] | None, typer.Option("--medicine", help="Generic name on the patient's list; may be repeated.")
]


def ask(
    question: Annotated[str, typer.Argument(help="In the words of whoever asks.")],
    as_json: AsJson = False,
    audience: For = Audience.PATIENT,
    language: Language = "en",
    medicine: Medicine = None,
    data: DataOption = None,
) -> None:
    """Ask the library as a check-in does: what is told, from where, and what else was found."""
    outcome = run(_told(settings_of(data)))(question, _asked(audience, language, medicine))
    if as_json:
        tell(json.dumps({**trial.as_object(_answer(outcome)), "told": outcome.sentences}))
        return
    for line in _shown(outcome):
        tell(line)


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON Lines: id, question, document or null, section.")],
    as_json: AsJson = False,
    audience: For = Audience.PATIENT,
    language: Language = "en",
    data: DataOption = None,
) -> None:
    """Ask every question of a file; print each miss and, last, one JSON line of recall@1, recall@3 and refused."""
    settings = settings_of(data)
    questions = run(_questions(file))
    told, asked = run(_told(settings)), _asked(audience, language, None)
    found = []
    for one in trial.tried(lambda question: _answer(told(question, asked)), questions):
        found.append(one)
        if not one.is_right:
            tell(json.dumps(trial.miss(one)) if as_json else trial.miss_as_text(one))
    tell(trial.summary(found))


def _answer(outcome: Outcome) -> Answer:
    """As it came out in the end: what was retired since, or cannot be told, is refused."""
    return replace(outcome.answer, passage=outcome.passage, refusal=outcome.refusal)


def _asked(audience: Audience, language: str, medicines: list[str] | None) -> Asked:
    names = tuple(name.strip().lower() for name in medicines or ())
    return Asked(SystemClock().now().date(), audience, language, names)


async def _questions(file: Path) -> list[trial.Question]:
    return await asyncio.to_thread(trial.read_questions, file)


async def _told(settings: Settings) -> Asker:
    """The command ends where nothing is published."""
    async with opened(settings) as database:
        found = await curation.asker(settings, database, PERSONAS, note)
    if found is None:
        fail("nothing is published here yet: nightlight knowledge import FOLDER, then nightlight knowledge publish")
    return found


def _shown(outcome: Outcome) -> list[str]:
    cited = outcome.citation
    lines = [f"no answer: {outcome.refusal}"] if cited is None else [" ".join(outcome.sentences), ""]
    if cited is not None:
        lines.append(f"  {cited.title}, {cited.section}, revision {cited.revision}; {cited.source or 'no source'}")
    lines.append(f"  chance  words  sense   (told from {outcome.answer.threshold:.2f})")
    rows = (
        f"  {one.chance:6.2f} {one.words:6.2f} {one.sense:6.2f}   {one.passage.key}" for one in outcome.answer.ranked
    )
    return [*lines, *rows]
