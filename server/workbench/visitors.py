"""Whom a rehearsal is for: a patient of the records, or an invented one where there are no records."""

from collections.abc import Sequence

from server.record import patients
from server.record.database import Database
from server.record.patients import PatientCard, PatientFacts
from server.vocabulary.errors import ServiceError
from server.vocabulary.principals import Service

_COMMAND = Service("command")


class NobodyFound(ServiceError):
    """No patient, or more than one, fits what was asked for."""

    code = "nobody_found"
    status = 404


async def visitor(database: Database | None, wanted: str, invented: Sequence[PatientFacts]) -> PatientFacts:
    """The patient with this id, or with this in the name; the first one for no wish. `invented`: those of empty records.

    Each record shown is audited. Raises `NobodyFound`.
    """
    cards = [] if database is None else await database.run(lambda tx: patients.find_all(tx, _COMMAND))
    people: list[PatientFacts] = list(cards) or list(invented)
    if not wanted:
        return people[0]
    exact = [one for one in people if wanted in (_id(one), one.name)]
    fitting = exact or [one for one in people if wanted.casefold() in one.name.casefold()]
    if len(fitting) != 1:
        listed = "".join(f"\n  {_id(one):<12} {one.name}" for one in people)
        found = len(fitting) or "nobody"
        raise NobodyFound(f"{found} found for {wanted!r}; --patient takes an id or part of a name of:{listed}")
    return fitting[0]


def _id(person: PatientFacts) -> str:
    return person.id if isinstance(person, PatientCard) else ""
