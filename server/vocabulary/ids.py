"""Identifiers as distinct types, so that a patient's id can never be passed where a check-in's is wanted."""

from typing import NewType

PatientId = NewType("PatientId", str)
StaffId = NewType("StaffId", str)
CheckInId = NewType("CheckInId", str)
EscalationId = NewType("EscalationId", str)
InvitationId = NewType("InvitationId", str)

DRILL = "drill"
"""What the id of a test page begins with, so that whoever has the id alone can say so."""


def is_drill(escalation: str) -> bool:
    """Whether this page is a drill: nobody is in danger, and nothing of it is counted."""
    return escalation.startswith(f"{DRILL}_")
