"""The commands `patients add` and `patients list`: who may be invited. Must never print what a card says."""

from pathlib import Path
from typing import Annotated

import typer

from server.commands.patient_file import WrongCard, known_to, read_card
from server.commands.records import in_records
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.installation import load_packs
from server.record import patients as records
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Service

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
    tell(run(in_records(settings, lambda tx: records.add(tx, _COMMAND, card))))


@patients.command(name="list")
def list_(data: DataOption = None) -> None:
    """Print every patient's id and first name; each one shown is audited."""
    cards = run(in_records(settings_of(data), lambda tx: records.find_all(tx, _COMMAND)))
    for card in cards:
        tell(f"{card.id}  {card.first_name}")
    if not cards:
        note("no patients yet; nightlight patients add FILE adds one")
