"""An audit row in the words of other systems: JSON lines, FHIR's AuditEvent and the Common Event Format. Pure.

A row holds identifiers and SAFE facts only, so that none of these can name a patient or say what was read.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from typing import Any, Final, assert_never

from server.record.chain import AuditRow, canonical

_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_HL7: Final = "http://terminology.hl7.org/CodeSystem/"
_READ: Final = ("read", "contact_read", "birth_checked", "listed", "exported", "seen")
_MADE: Final = ("added", "created", "ordered", "noted", "requested", "raised", "planned")
_GONE: Final = ("forgotten", "removed", "retired")
_CHANGED: Final = (
    "written", "corrected", "claimed", "acknowledged", "closed", "started", "ended", "changed", "submitted", "approved",
    "published", "sent_back", "bound", "locked", "renewed", "reopened", "ticked", "overridden", "stepped",
)  # fmt: skip
_LETTERS: Final = {
    **dict.fromkeys(_READ, "R"),
    **dict.fromkeys(_MADE, "C"),
    **dict.fromkeys(_GONE, "D"),
    **dict.fromkeys(_CHANGED, "U"),
}
"""AuditEvent.action by the last word of ours; whatever is none of these is E, an act of another kind."""
_REFUSED: Final = ("refused", "locked")
_GRAVE: Final = ("forgotten", "overridden", "locked", "refused", "exported")
"""Acts that somebody should look at, by their last word."""


class Format(StrEnum):
    """What `audit export` writes."""

    JSONL = "jsonl"
    FHIR = "fhir"
    CEF = "cef"


def line(row: AuditRow, as_: Format) -> str:
    """One line, without its end."""
    match as_:
        case Format.JSONL:
            return canonical({**vars(row), "at": _instant(row.at), "detail": json.loads(row.detail)})
        case Format.FHIR:
            return canonical(audit_event(row))
        case Format.CEF:
            return cef(row)
        case _:
            assert_never(as_)


def audit_event(row: AuditRow) -> dict[str, Any]:
    """FHIR R4 AuditEvent (hl7.org/fhir/R4/auditevent.html); codes of DICOM PS3.16 and of the HL7 tables it names."""
    kind, _, who = row.actor.partition(":")
    entities = [_patient(row.patient)] if row.patient else []
    if row.subject and row.subject != row.patient:
        entities.append(_entity("subject", row.subject, "2", "System Object", "4", "Domain Resource"))
    return {
        "resourceType": "AuditEvent",
        "id": f"row-{row.seq}",
        "type": _type(row.action),
        "subtype": [{"system": "urn:nightlight:audit-action", "code": row.action}],
        "action": _LETTERS.get(_last_word(row.action), "E"),
        "recorded": _instant(row.at),
        "outcome": "4" if _last_word(row.action) in _REFUSED else "0",
        "agent": [{"who": _reference(kind, who), "requestor": True}],
        "source": {
            "observer": {"display": "Nightlight"},
            "type": [{"system": f"{_HL7}security-source-type", "code": "4", "display": "Application Server"}],
        },
        "entity": [*entities, _of_row(row)],
    }


def cef(row: AuditRow) -> str:
    """ArcSight Common Event Format, revision 25: header fields escape `|` and `\\`, extensions `=`, `\\` and line ends."""
    severity = 7 if _last_word(row.action) in _GRAVE else 3
    header = ("CEF:0", "Nightlight", "Nightlight", version("nightlight"), row.action, row.action.replace(".", " "))
    fields = {
        "rt": str(int(row.at.timestamp() * 1000)),
        "externalId": str(row.seq),
        "suid": row.actor,
        "act": row.action,
        "cs1Label": "patient",
        "cs1": row.patient or "",
        "cs2Label": "subject",
        "cs2": row.subject,
        "cs3Label": "detail",
        "cs3": row.detail,
        "cs4Label": "hash",
        "cs4": row.hash,
    }
    extension = " ".join(f"{name}={_extension(value)}" for name, value in fields.items())
    return "|".join([*map(_header, header), str(severity), extension])


def _type(action: str) -> Mapping[str, str]:
    match action.split(".")[0]:
        case "staff":
            return {"system": _DICOM, "code": "110114", "display": "User Authentication"}
        case "audit":
            return {"system": _DICOM, "code": "110101", "display": "Audit Log Used"}
        case "library" | "golden" | "topic" | "tuning" | "on_call" | "clock" | "push" | "records" | "keys":
            return {"system": _DICOM, "code": "110100", "display": "Application Activity"}
        case _:
            return {"system": _DICOM, "code": "110110", "display": "Patient Record"}


def _patient(patient: str) -> dict[str, Any]:
    return _entity("patient", patient, "1", "Person", "1", "Patient")


def _of_row(row: AuditRow) -> dict[str, Any]:
    """The row itself, with what it says beside: from this the chain can be checked elsewhere."""
    facts = {**json.loads(row.detail), "prev": row.prev, "hash": row.hash}
    detail = [{"type": name, "valueString": _text(value)} for name, value in facts.items() if _text(value)]
    return {**_entity("audit", str(row.seq), "2", "System Object", "13", "Security Resource"), "detail": detail}


def _entity(kind: str, value: str, type_: str, type_name: str, role: str, role_name: str) -> dict[str, Any]:
    return {
        "what": _reference(kind, value),
        "type": {"system": f"{_HL7}audit-entity-type", "code": type_, "display": type_name},
        "role": {"system": f"{_HL7}object-role", "code": role, "display": role_name},
    }


def _reference(kind: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": f"urn:nightlight:{kind}", "value": value}}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _last_word(action: str) -> str:
    word = action.rpartition(".")[2]
    return "refused" if word.endswith("_refused") else word


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _header(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text.replace("\\", "\\\\").replace("|", "\\|"))


def _extension(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("=", "\\=")
    return re.sub(r"\r\n|\r|\n", r"\\n", escaped)
