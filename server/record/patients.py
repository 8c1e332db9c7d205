"""Patients: who is called, how to reach them and what their chart says, each cell encrypted with their own key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select

from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.identifiers import new_id
from server.record.schema import patient as table
from server.record.sealed import SealedColumn
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Principal


@dataclass(frozen=True)
class Medicine:
    """One medicine of the discharge list, in the words the clinic approved."""

    name: str
    purpose: str
    how: str
    """How it is taken, as written on the discharge list."""
    high_alert: bool
    new: bool = False
    """Started in the hospital."""


@dataclass(frozen=True, kw_only=True)
class PatientFacts:
    """What the clinic tells us about a patient."""

    name: str
    first_name: str
    phone: str
    birth_month: int
    birth_day: int
    birth_year: int | None
    discharged_on: date | None
    diagnosis: str
    medicines: tuple[Medicine, ...]
    address: str
    callback: str
    """The number at which a nurse reaches the patient now."""
    conditions: tuple[str, ...] = ()
    """Conditions for which the personas have questions, for example `heart_failure`."""
    services: tuple[str, ...] = ()
    """Services and equipment ordered for home, in words to be spoken: `home nurse`, `oxygen`."""
    next_visit: date | None = None
    """Day of the next appointment."""
    parameters: tuple[tuple[str, float], ...] = ()
    """Numbers of condition packs that the order overrides, for example (`hf.gain_1d_lb`, 2)."""
    risks: tuple[str, ...] = ()
    """What makes a danger sign weigh more: `pregnant_or_postpartum`, `chemo_or_transplant`."""


@dataclass(frozen=True, kw_only=True)
class PatientCard(PatientFacts):
    """A stored patient, opened."""

    id: PatientId


@dataclass(frozen=True)
class Contact:
    """The part of a card that a page to a nurse needs."""

    name: str
    first_name: str
    phone: str
    callback: str


@dataclass(frozen=True)
class _Name:
    name: str
    first_name: str


@dataclass(frozen=True)
class _Reach:
    phone: str
    callback: str


@dataclass(frozen=True)
class _Birth:
    month: int
    day: int
    year: int | None


@dataclass(frozen=True)
class _Chart:
    discharged_on: date | None
    diagnosis: str
    medicines: tuple[Medicine, ...]
    address: str
    # Charts written before these were known have none of them.
    conditions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    next_visit: date | None = None
    parameters: tuple[tuple[str, float], ...] = ()
    risks: tuple[str, ...] = ()


_NAME: SealedColumn[_Name] = SealedColumn(_Name, "patient", "name")
_REACH: SealedColumn[_Reach] = SealedColumn(_Reach, "patient", "contact")
_BIRTH: SealedColumn[_Birth] = SealedColumn(_Birth, "patient", "birth")
_CHART: SealedColumn[_Chart] = SealedColumn(_Chart, "patient", "chart")


def add(tx: Transaction, principal: Principal, facts: PatientFacts) -> PatientId:
    require(principal, Permission.PATIENT_ADD)
    patient = PatientId(new_id("pt"))
    tx.vault.create_key(patient, tx.now)
    birth = _Birth(facts.birth_month, facts.birth_day, facts.birth_year)
    chart = _Chart(
        facts.discharged_on,
        facts.diagnosis,
        facts.medicines,
        facts.address,
        facts.conditions,
        facts.services,
        facts.next_visit,
        facts.parameters,
        facts.risks,
    )
    cells = {
        "name": _NAME.seal(tx.vault, patient, patient, _Name(facts.name, facts.first_name)),
        "contact": _REACH.seal(tx.vault, patient, patient, _Reach(facts.phone, facts.callback)),
        "birth": _BIRTH.seal(tx.vault, patient, patient, birth),
        "chart": _CHART.seal(tx.vault, patient, patient, chart),
    }
    tx.connection.execute(insert(table).values(id=patient, row_version=1, created_at=tx.now, **cells))
    tx.audit(principal, AuditAction.PATIENT_ADDED, patient=patient)
    return patient


def get(tx: Transaction, principal: Principal, patient: PatientId) -> PatientCard:
    """Raises NotFound."""
    require(principal, Permission.PATIENT_READ, patient=patient)
    row = _row(tx, patient)
    tx.audit(principal, AuditAction.PATIENT_READ, patient=patient)
    return _card(tx, row)


def find_all(tx: Transaction, principal: Principal) -> list[PatientCard]:
    """Every patient, oldest record first; each one shown is audited."""
    require(principal, Permission.PATIENT_LIST)
    rows: Sequence[Row[Any]] = tx.connection.execute(
        select(table).where(table.c.forgotten_at.is_(None)).order_by(table.c.id)
    ).all()
    for row in rows:
        tx.audit(principal, AuditAction.PATIENT_LISTED, patient=row.id)
    return [_card(tx, row) for row in rows]


def contact(tx: Transaction, principal: Principal, patient: PatientId) -> Contact:
    """Name and numbers without the chart. Raises NotFound."""
    require(principal, Permission.PATIENT_CONTACT, patient=patient)
    row = _row(tx, patient)
    name = _NAME.open(tx.vault, patient, patient, row.name, row.row_version)
    reach = _REACH.open(tx.vault, patient, patient, row.contact, row.row_version)
    tx.audit(principal, AuditAction.PATIENT_CONTACT_READ, patient=patient)
    return Contact(name.name, name.first_name, reach.phone, reach.callback)


def birth_matches(tx: Transaction, principal: Principal, patient: PatientId, month: int, day: int) -> bool:
    """Whether this is the patient's birthday; finds a wrong recipient, proves nobody's identity. Raises NotFound."""
    require(principal, Permission.PATIENT_BIRTH_CHECK, patient=patient)
    row = _row(tx, patient)
    birth = _BIRTH.open(tx.vault, patient, patient, row.birth, row.row_version)
    matches = (birth.month, birth.day) == (month, day)
    tx.audit(principal, AuditAction.PATIENT_BIRTH_CHECKED, patient=patient, detail={"allowed": matches})
    return matches


def _row(tx: Transaction, patient: PatientId) -> Row[Any]:
    row = tx.connection.execute(
        select(table).where(table.c.id == patient, table.c.forgotten_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound("no such patient")
    return row


def _card(tx: Transaction, row: Row[Any]) -> PatientCard:
    patient, version = PatientId(row.id), row.row_version
    name = _NAME.open(tx.vault, patient, patient, row.name, version)
    reach = _REACH.open(tx.vault, patient, patient, row.contact, version)
    birth = _BIRTH.open(tx.vault, patient, patient, row.birth, version)
    chart = _CHART.open(tx.vault, patient, patient, row.chart, version)
    return PatientCard(
        id=patient,
        name=name.name,
        first_name=name.first_name,
        phone=reach.phone,
        birth_month=birth.month,
        birth_day=birth.day,
        birth_year=birth.year,
        discharged_on=chart.discharged_on,
        diagnosis=chart.diagnosis,
        medicines=chart.medicines,
        address=chart.address,
        callback=reach.callback,
        conditions=chart.conditions,
        services=chart.services,
        next_visit=chart.next_visit,
        parameters=chart.parameters,
        risks=chart.risks,
    )
