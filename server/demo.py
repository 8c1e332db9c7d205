"""The demo's people: invented, seeded once, so that a newcomer can be patient, nurse, clinician and compliance officer."""

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from server.invitation import store
from server.record import patients, staff
from server.record.database import Database
from server.record.passwords import hash_password
from server.record.patients import Medicine, PatientFacts
from server.record.transaction import Transaction
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Role, Service

_COMMAND = Service("command")
PASSWORD = "nightlight-demo"  # noqa: S105  (printed at every demo start, and only seeded with --demo)
STAFF = (
    ("nurse@demo.example", "Denise Carter", Role.NURSE),
    ("charge@demo.example", "Marta Silva", Role.CHARGE),
    ("clinician@demo.example", "Dr. Amir Haddad", Role.CLINICIAN),
    ("pharmacist@demo.example", "Lena Brandt", Role.PHARMACIST),
    ("compliance@demo.example", "Ruth Lindgren", Role.COMPLIANCE),
    ("admin@demo.example", "Sam Whitfield", Role.ADMIN),
)
PERSONA = "post-discharge"


@dataclass(frozen=True)
class Demo:
    """What start-up prints."""

    link: str
    """The first patient's link, fragment included."""
    birth: str
    """The birth month and day the page will ask for."""


def people(today: date) -> tuple[PatientFacts, PatientFacts]:
    """Two synthetic patients; phone numbers are from the range reserved for fiction."""
    maria = PatientFacts(
        name="Maria Alvarez",
        first_name="Maria",
        phone="202-555-0143",
        birth_month=3,
        birth_day=14,
        birth_year=1959,
        discharged_on=today - timedelta(days=2),
        diagnosis="Heart failure",
        medicines=(
            Medicine("furosemide", "water pill, for swelling", "one tablet every morning", high_alert=False),
            Medicine("metoprolol", "for the heart rate", "one tablet morning and evening", high_alert=False),
            Medicine("apixaban", "blood thinner", "one tablet morning and evening", high_alert=True, new=True),
        ),
        address="12 Oak Street, apartment 3",
        callback="202-555-0143",
        conditions=("heart_failure",),
        services=("home nurse",),
        next_visit=today + timedelta(days=6),
    )
    joseph = PatientFacts(
        name="Joseph Okafor",
        first_name="Joseph",
        phone="202-555-0178",
        birth_month=11,
        birth_day=2,
        birth_year=1948,
        discharged_on=today - timedelta(days=3),
        diagnosis="Hip replacement",
        medicines=(
            Medicine("oxycodone", "for pain", "one tablet every six hours if needed", high_alert=True, new=True),
        ),
        address="480 Pine Avenue",
        callback="202-555-0178",
        conditions=("postop_wound",),
        services=("walker",),
    )
    return maria, joseph


async def seed(database: Database, data: Path, origin: str, lifetime: timedelta, today: date) -> Demo:
    """Add the demo's people to an empty database once; returns a working patient link each time."""
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    await database.run(lambda tx: _people(tx, hashed, today))
    note = data / "demo.json"
    token = json.loads(note.read_text())["token"] if note.exists() else ""
    token = await database.run(lambda tx: _link(tx, token, lifetime))
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"token": token}, file)
    return Demo(f"{origin}/c#{token}", "March 14")


def _people(tx: Transaction, hashed: str, today: date) -> None:
    if patients.find_all(tx, _COMMAND):
        return
    for facts in people(today):
        patients.add(tx, _COMMAND, facts)
    for email, name, role in STAFF:
        staff.add(tx, _COMMAND, email, name, role, hashed)


def _link(tx: Transaction, token: str, lifetime: timedelta) -> str:
    """The link printed last time while it still works, else a new one."""
    if token and store.look(tx, Service("invitation"), token, None).value in ("ready", "taken"):
        return token
    return store.create(tx, _COMMAND, _first(tx), PERSONA, lifetime).token


def _first(tx: Transaction) -> PatientId:
    return min(patients.find_all(tx, _COMMAND), key=lambda card: card.id).id
