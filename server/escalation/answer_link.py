"""The link of a message, pure: lets one person answer one page, for a while, and nothing else.

It names the page and the person by their opaque ids and is signed; it is no sign-in and shows nothing of a patient.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from server.vocabulary.ids import EscalationId, StaffId

PURPOSE: Final = "answer link"
"""Of the key that signs (`Database.secret`)."""
LIFETIME: Final = timedelta(hours=12)
"""As long as a working day's sign-in at most (record.staff.ABSOLUTE)."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_BYTES: Final = 17
"""26 base32 characters are 130 bits."""
_TIME_BYTES: Final = 5
_MAC_BYTES: Final = 16
_LENGTH: Final = 2 * _ID_BYTES + _TIME_BYTES + _MAC_BYTES


@dataclass(frozen=True)
class Answer:
    """What a link lets its bearer do."""

    escalation: EscalationId
    staff: StaffId
    expires_at: datetime


def sign(key: bytes, escalation: EscalationId, staff: StaffId, now: datetime) -> str:
    """74 characters that are safe in an address."""
    expires = int((now + LIFETIME).timestamp()).to_bytes(_TIME_BYTES)
    content = _packed(escalation) + _packed(staff) + expires
    return base64.urlsafe_b64encode(content + _mac(key, content)).decode().rstrip("=")


def read(key: bytes, token: str, now: datetime) -> Answer | None:
    """None for a link that is not ours, was changed or has expired."""
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    content, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
    if len(signed) != _LENGTH or not hmac.compare_digest(mac, _mac(key, content)):
        return None
    expires = datetime.fromtimestamp(int.from_bytes(content[2 * _ID_BYTES :]), UTC)
    if now >= expires:
        return None
    escalation, staff = content[:_ID_BYTES], content[_ID_BYTES : 2 * _ID_BYTES]
    return Answer(EscalationId(_unpacked("esc", escalation)), StaffId(_unpacked("st", staff)), expires)


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")[:_MAC_BYTES]


def _packed(identifier: str) -> bytes:
    number = 0
    for character in identifier.partition("_")[2]:
        number = number << 5 | _ALPHABET.index(character)
    return number.to_bytes(_ID_BYTES)


def _unpacked(prefix: str, packed: bytes) -> str:
    number = int.from_bytes(packed)
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
