"""Identifiers as distinct types, so that a patient's id can never be passed where a check-in's is wanted."""

from typing import NewType

PatientId = NewType("PatientId", str)
StaffId = NewType("StaffId", str)
CheckInId = NewType("CheckInId", str)
EscalationId = NewType("EscalationId", str)
InvitationId = NewType("InvitationId", str)
