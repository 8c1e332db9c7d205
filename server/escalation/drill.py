"""A drill: a page for nobody, which goes the whole ladder, so that a site knows that somebody comes.

Its patient is made up here and has no birthday, no phone and no invitation; whatever shows its pages says DRILL.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from server.escalation import desk
from server.record import checkins, patients
from server.record.access import Permission, require
from server.record.patients import PatientFacts
from server.record.schema import escalation as table
from server.record.transaction import Transaction
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import DRILL, EscalationId, PatientId
from server.vocabulary.principals import Principal

NOBODY: Final = PatientFacts(
    name="DRILL, no patient",
    first_name="Nobody",
    phone="",
    birth_month=1,
    birth_day=1,
    birth_year=None,
    discharged_on=None,
    diagnosis="DRILL",
    medicines=(),
    address="DRILL: nobody is in danger",
    callback="",
)
HIT: Final = TriggerHit("DRILL", 1, Tier.EMERGENCY, "")

_DRILLS: Final = table.c.id.startswith(f"{DRILL}_", autoescape=True)


@dataclass(frozen=True)
class LastDrill:
    """How the last one went."""

    at: datetime
    answered_after: timedelta | None
    """None while nobody has answered."""


def start(tx: Transaction, principal: Principal, persona: str, within: timedelta) -> EscalationId:
    """Rings by this persona's ladder for an emergency. One at a time: while one is open, that one is returned."""
    require(principal, Permission.PAGE_DRILL)
    if open_one := tx.connection.scalar(select(table.c.id).where(_DRILLS, table.c.state != "closed").limit(1)):
        return EscalationId(open_one)
    patient = nobody(tx, principal) or patients.add(tx, principal, NOBODY)
    checkin = checkins.order(tx, principal, patient, persona)
    checkins.end(tx, principal, checkin, "staff_ended")
    return desk.request(
        tx, principal, checkin=checkin, patient=patient, hit=HIT, turn=0, where="", within=within, drill=True
    )


def nobody(tx: Transaction, principal: Principal) -> PatientId | None:
    """The made-up patient of all drills, whom nobody invites; None before the first one."""
    require(principal, Permission.PAGE_READ)
    return tx.connection.scalar(select(table.c.patient).where(_DRILLS).limit(1))


def last(tx: Transaction, principal: Principal) -> LastDrill | None:
    require(principal, Permission.PAGE_READ)
    row = tx.connection.execute(select(table).where(_DRILLS).order_by(table.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return LastDrill(row.requested_at, row.acknowledged_at and row.acknowledged_at - row.requested_at)
