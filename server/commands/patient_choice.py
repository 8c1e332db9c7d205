"""Which patient a command is about: by the id, or by a part of the name that fits one person only."""

from server.commands.terminal import fail
from server.record import patients
from server.record.database import Database
from server.record.patients import PatientCard
from server.vocabulary.principals import Service

_COMMAND = Service("command")


async def chosen(database: Database, wanted: str) -> PatientCard:
    """Ends the command where nobody fits or several do; every patient looked at is audited."""
    cards = await database.run(lambda tx: patients.find_all(tx, _COMMAND))
    exact = [card for card in cards if card.id == wanted]
    found = exact or [card for card in cards if wanted.casefold() in card.name.casefold()]
    if len(found) != 1:
        fail(f"patient: {len(found) or 'nobody'} found for {wanted!r}; give an id (nightlight patients list)")
    return found[0]
