"""The commands `patients add|list|export`: who may be invited, what is kept of somebody. Must never print what a card says."""

from pathlib import Path
from typing import Annotated

import typer

from server.commands import patient_export
from server.commands.patient_choice import chosen
from server.commands.patient_export import Everything
from server.commands.patient_file import WrongCard, known_to, read_card
from server.commands.records import in_records, opened
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.installation import load_packs
from server.record import patients as records
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Service

_COMMAND = Service("command")

patients = typer.Typer(name="patients", no_args_is_help=True)


@patients.callback()
def about() -> None:
    """Patients of the records: add one, list them, hand out what is kept of one."""


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


@patients.command()
def export(
    patient: Annotated[str, typer.Argument(help="The patient's id, or part of the name.")],
    file: Annotated[Path, typer.Argument(help="Archive to write, ZIP; must not exist yet.")],
    data: DataOption = None,
) -> None:
    """Write everything that is kept of a patient to one archive, to read and for a program; audited."""
    try:
        patient_export.write(run(_everything(settings_of(data), patient)), file)
    except FileExistsError:
        fail(f"{file}: is there already; name a file that is not")
    tell(f"{file} holds patient data and is readable for you alone: hand it over, and delete it")


async def _everything(settings: Settings, wanted: str) -> Everything:
    async with opened(settings) as database:
        card = await chosen(database, wanted)
        return await database.run(lambda tx: patient_export.everything(tx, card))
