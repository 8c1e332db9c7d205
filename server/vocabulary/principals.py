"""Who acts: a staff member, the patient behind a claimed link, or a part of the service itself."""

from dataclasses import dataclass
from enum import StrEnum

from server.vocabulary.ids import CheckInId, PatientId, StaffId


class Role(StrEnum):
    """Staff roles of this version; each sees only what its permissions in `record.access` say."""

    NURSE = "nurse"
    CHARGE = "charge"
    """A nurse who may close what colleagues hold, at any hour."""
    CLINICIAN = "clinician"
    PHARMACIST = "pharmacist"
    COMPLIANCE = "compliance"
    ADMIN = "admin"
    """Looks after accounts; sees nothing of a patient."""


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff."""

    id: StaffId
    name: str
    role: Role


@dataclass(frozen=True)
class Patient:
    """The person who claimed a check-in's link; may touch that check-in and nothing else."""

    id: PatientId
    checkin: CheckInId


@dataclass(frozen=True)
class Service:
    """A part of Nightlight acting on its own, for example the conductor, the pager or a command."""

    part: str


Principal = Staff | Patient | Service
