"""What a check-in's words may use of a chart, as a value that is fixed at its start."""

from datetime import date

from server.conversation.agenda import groups_taken
from server.conversation.state import Visit
from server.persona.pack import Pack
from server.record.patients import PatientFacts
from server.vocabulary.memories import Memory

OLD = 80
"""Years from which a danger sign weighs more (clinical.md section 2)."""


def visit_on(card: PatientFacts, pack: Pack, today: date, remembered: tuple[Memory, ...] = ()) -> Visit:
    """The visit of this patient on the day on which the check-in began."""
    return Visit(
        first_name=card.first_name,
        clinic=pack.clinic.name,
        nurse_phone=pack.clinic.nurse_phone,
        medicines=card.medicines,
        directions=tuple((medicine.name, medicine.how) for medicine in card.medicines),
        started=tuple(medicine.name for medicine in card.medicines if medicine.new),
        days_since_discharge=(today - card.discharged_on).days if card.discharged_on is not None else None,
        conditions=card.conditions,
        services=card.services,
        next_visit=card.next_visit if card.next_visit is not None and card.next_visit >= today else None,
        today=today,
        parameters=card.parameters,
        risks=_risks(card, pack, today),
        remembered=remembered,
    )


def _risks(card: PatientFacts, pack: Pack, today: date) -> tuple[str, ...]:
    """The chart's own, and those that follow from age and medicines."""
    found = list(card.risks)
    if card.birth_year is not None and _age(card, card.birth_year, today) >= OLD:
        found.append("age_80")
    if "blood_thinner" in groups_taken(pack, [medicine.name for medicine in card.medicines]):
        found.append("blood_thinner")
    return tuple(dict.fromkeys(found))


def _age(card: PatientFacts, born: int, today: date) -> int:
    return today.year - born - ((today.month, today.day) < (card.birth_month, card.birth_day))
