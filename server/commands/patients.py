"""The commands `patients add` and `patients list`: who may be invited. Must never print what a card says."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from server.commands.patient_file import WrongCard, known_to, read_card
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.installation import load_packs, open_records
from server.record import patients as records
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Service

T = TypeVar("T")

_COMMAND = Service("command")

patients = typer.Typer(name="patients", no_args_is_help=True)


@patients.callback()
def about() -> None:
    """Patients of the records: add one, list them."""


@patients.command()
def add(
    file: Annotated[Path, typer.Argument(help="The patient's card, YAML or JSON; docs/how-to/add-a-patient.md.")],
    data: DataOption = None,
) -> None:
    """Add a patient from a file and print the new id, and nothing else of the patient."""
    settings, clock = settings_of(data), SystemClock()
    try:
        card = read_card(file, known_to(load_packs().values(), clock.now().date()))
    except WrongCard as error:
        fail(*error.lines)
    tell(run(_in_records(settings, lambda tx: records.add(tx, _COMMAND, card))))


@patients.command(name="list")
def list_(data: DataOption = None) -> None:
    """Print every patient's id and first name; each one shown is audited."""
    cards = run(_in_records(settings_of(data), lambda tx: records.find_all(tx, _COMMAND)))
    for card in cards:
        tell(f"{card.id}  {card.first_name}")
    if not cards:
        note("no patients yet; nightlight patients add FILE adds one")


async def _in_records(settings: Settings, work: Callable[[Transaction], T]) -> T:
    database = await open_records(settings, SystemClock())
    try:
        return await database.run(work)
    finally:
        await database.close()
