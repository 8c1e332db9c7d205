"""A real records database in a test's own directory, on a clock that stands still, with patients full of canaries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from server.record import checkins, patients, staff
from server.record.database import Database
from server.record.master_key import MasterKey
from server.record.patients import Medicine, PatientFacts
from server.vocabulary.clock import MovableClock
from server.vocabulary.ids import CheckInId, PatientId, StaffId
from server.vocabulary.principals import Role, Service, Staff

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEY = MasterKey(bytes(range(32)))
COMMAND = Service("command")
CONDUCTOR = Service("conductor")
INVITATION = Service("invitation")
SIGN_IN = Service("sign_in")
COMPLIANCE = Staff(StaffId("st_compliance"), "Kim Officer", Role.COMPLIANCE)
NURSE = Staff(StaffId("st_nurse"), "Nia Nurse", Role.NURSE)

ROSA = PatientFacts(
    name="Rosamunda Canaryfield",
    first_name="Rosamunda",
    phone="+15550173391",
    birth_month=11,
    birth_day=23,
    birth_year=1947,
    discharged_on=date(2026, 2, 27),
    diagnosis="heartcanary failure",
    medicines=(Medicine("furocanaryde", "watercanary pill", "one each morningcanary", high_alert=False),),
    address="17 Canarystreet",
    callback="+15550173392",
)
OTTO = PatientFacts(
    name="Ottokar Wrenfield",
    first_name="Ottokar",
    phone="+15550174401",
    birth_month=2,
    birth_day=29,
    birth_year=None,
    discharged_on=None,
    diagnosis="hipwren fracture",
    medicines=(),
    address="3 Wrenlane",
    callback="+15550174402",
)


@dataclass(frozen=True)
class Records:
    """An open database with what a test needs to act on it."""

    database: Database
    path: Path
    """The file; of SQLite only."""
    url: str
    clock: MovableClock = field(default_factory=lambda: MovableClock(NOON))

    async def add(self, facts: PatientFacts = ROSA) -> PatientId:
        return await self.database.run(lambda tx: patients.add(tx, COMMAND, facts))

    async def order(self, patient: PatientId) -> CheckInId:
        return await self.database.run(lambda tx: checkins.order(tx, COMMAND, patient, "after-discharge"))

    async def hire(self, email: str = "nia@clinic.example", role: Role = Role.NURSE) -> Staff:
        member = await self.database.run(lambda tx: staff.add(tx, COMMAND, email, "Nia Nurse", role, "$argon2id$fake"))
        return Staff(member, "Nia Nurse", role)


@asynccontextmanager
async def records_in(directory: Path, clock: MovableClock | None = None, url: str = "") -> AsyncIterator[Records]:
    """SQLite in this folder, or whatever `url` says."""
    clock = clock or MovableClock(NOON)
    path = directory / "records.db"
    url = url or f"sqlite:///{path}"
    database = await Database.open(url, KEY, clock)
    yield Records(database, path, url, clock)
    await database.close()
