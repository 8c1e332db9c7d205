"""Step 1 of a visit: the rules of a check-in's link, from the text message to the end of the check-in.

Pure. Opening a link never spends it, because message scanners and previews open links too; only a birth date claims it
and only Start binds it to one device. A birth date finds a wrong recipient and proves nobody's identity
(research/security.md §4), so nothing about the patient may be shown before it and little depends on it after.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.vocabulary.ids import CheckInId, InvitationId, PatientId

SECRET_BYTES = 32
"""Random bytes of a link's token and of a device's cookie; 128 bits would do (research/security.md §4)."""
MOST_WRONG_ANSWERS = 5
"""The fifth wrong birth date locks the link (research/security.md §4)."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Longest length of each month; people are born on February 29."""


class LinkState(StrEnum):
    """What a link is good for, as one device sees it."""

    READY = "ready"
    LOCKED = "locked"
    EXPIRED = "expired"
    ENDED = "ended"
    UNKNOWN = "unknown"
    TAKEN = "taken"
    """Started on another device."""


@dataclass(frozen=True)
class Link:
    """One link and what has happened to it."""

    id: InvitationId
    checkin: CheckInId
    patient: PatientId
    expires_at: datetime
    wrong_answers: int
    locked_at: datetime | None
    bound_at: datetime | None
    """When Start was tapped."""
    device_hash: bytes | None
    """SHA-256 of the cookie of the device that claimed last; the only one that counts."""

    def is_held_by(self, device: str | None) -> bool:
        """Whether this cookie is the one of the device that claimed last; compared in constant time."""
        if device is None or self.device_hash is None:
            return False
        return hmac.compare_digest(digest(device), self.device_hash)


@dataclass(frozen=True)
class RightAnswer:
    """The birth date fits: the device may go on."""

    link: Link


@dataclass(frozen=True)
class WrongAnswer:
    """The birth date does not fit."""

    link: Link
    tries_left: int


@dataclass(frozen=True)
class LastWrongAnswer:
    """The birth date does not fit and the link is locked by it: a nurse must be told."""

    link: Link


Verdict = RightAnswer | WrongAnswer | LastWrongAnswer


def mint(entropy: bytes) -> str:
    """The secret as it travels: 43 characters of base64url without padding (RFC 4648 §5)."""
    if len(entropy) != SECRET_BYTES:
        raise ValueError(f"a secret is made of {SECRET_BYTES} random bytes, not {len(entropy)}")
    return base64.urlsafe_b64encode(entropy).rstrip(b"=").decode()


def looks_minted(secret: str) -> bool:
    """Whether this could be one of our secrets at all."""
    return _SECRET.fullmatch(secret) is not None


def digest(secret: str) -> bytes:
    """The only form in which a secret is stored; a slow hash gains nothing over 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def is_day(month: int, day: int) -> bool:
    """Whether any year has this day."""
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def state_of(link: Link | None, *, ended: bool, device: str | None, now: datetime) -> LinkState:
    """What the holder of this cookie, or of none, may do with the link.

    A lock keeps strangers from guessing on; it never throws out the device a check-in is running on.
    """
    if link is None:
        return LinkState.UNKNOWN
    if ended:
        return LinkState.ENDED
    if now >= link.expires_at:
        return LinkState.EXPIRED
    if link.bound_at is not None:
        return LinkState.READY if link.is_held_by(device) else LinkState.TAKEN
    return LinkState.READY if link.locked_at is None else LinkState.LOCKED


def judge(link: Link, right: bool, now: datetime) -> Verdict:
    """Count one answer to a ready link."""
    if right:
        return RightAnswer(link)
    counted = replace(link, wrong_answers=link.wrong_answers + 1)
    tries_left = max(0, MOST_WRONG_ANSWERS - counted.wrong_answers)
    if tries_left or link.locked_at is not None:
        return WrongAnswer(counted, tries_left)
    return LastWrongAnswer(replace(counted, locked_at=now))
