"""The arithmetic of the audit chain, pure: a link is SHA-256 over the link before it and this row as canonical JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

START = "0" * 64
"""The link before the first row."""


@dataclass(frozen=True)
class AuditRow:
    """One line of the audit chain: who did what to whose record, and when."""

    seq: int
    at: datetime
    actor: str
    """`staff:<id>`, `patient:<id>` or `service:<part>`."""
    action: str
    patient: str | None
    subject: str
    """Identifier of the record acted on."""
    detail: str
    """Canonical JSON of SAFE fields."""
    prev: str
    hash: str


@dataclass(frozen=True)
class Head:
    """A point of the chain: everything up to this row."""

    seq: int
    hash: str


def canonical(value: Mapping[str, object]) -> str:
    """JSON with sorted keys and no spare blanks (RFC 8785 for the value types used here)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def link(row: AuditRow) -> str:
    """The hash this row must carry, 64 hexadecimal digits; ignores the one it does carry."""
    body = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "action": row.action,
        "patient": row.patient,
        "subject": row.subject,
        "detail": row.detail,
    }
    return hashlib.sha256((row.prev + canonical(body)).encode()).hexdigest()
