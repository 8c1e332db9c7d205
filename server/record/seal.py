"""A seal: a signature under the whole audit chain up to one row, with a key that the database does not hold. Pure.

The chain alone is arithmetic that anybody can do again. Whoever can write to the database but has no master key can make no
seal, so that rows cut from the end and a chain written anew are found too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.record.chain import canonical
from server.record.master_key import MasterKey

_PURPOSE: Final = "audit seal"
"""What the signing key is derived for; another purpose gives another key."""


@dataclass(frozen=True)
class Seal:
    """That the audit chain ended with this row, and that we wrote it."""

    seq: int
    hash: str
    """The row's own link."""
    at: datetime
    kept: bool
    """Kept for good; the others are replaced by the next."""
    follows: int
    """Row of the kept seal before; 0 for none. A kept seal that is gone leaves a gap."""
    kid: str
    """The master key that the signing key is derived from."""
    signature: str = ""
    """Ed25519 (RFC 8032) over the other fields, hexadecimal."""


class Sealer:
    """Makes and knows our seals."""

    def __init__(self, key: MasterKey, *others: MasterKey) -> None:
        """`key` signs; seals of `others` count as ours too."""
        self._keys = {one.kid: Ed25519PrivateKey.from_private_bytes(one.derive(_PURPOSE)) for one in (key, *others)}
        self._kid = key.kid

    def sign(self, seal: Seal) -> Seal:
        """The same seal under the key in use."""
        ours = replace(seal, kid=self._kid)
        return replace(ours, signature=self._keys[self._kid].sign(_said(ours)).hex())

    def knows(self, kid: str) -> bool:
        """Whether it can be said of that key's seals that they are ours."""
        return kid in self._keys

    def made(self, seal: Seal) -> bool:
        """Whether it is one of ours and unchanged."""
        key = self._keys.get(seal.kid)
        if key is None:
            return False
        try:
            key.public_key().verify(bytes.fromhex(seal.signature), _said(seal))
        except (InvalidSignature, ValueError):
            return False
        return True


def written(seal: Seal) -> dict[str, str | int | bool]:
    """As JSON takes it."""
    return {**vars(seal), "at": seal.at.astimezone(UTC).isoformat(timespec="microseconds")}


def read(fields: Mapping[str, object]) -> Seal:
    """What `written` wrote. Raises ValueError."""
    kinds = {"seq": int, "hash": str, "at": str, "kept": bool, "follows": int, "kid": str, "signature": str}
    if fields.keys() != kinds.keys() or any(type(fields[name]) is not kind for name, kind in kinds.items()):
        raise ValueError("no seal")
    return Seal(**{**fields, "at": datetime.fromisoformat(str(fields["at"]))})  # type: ignore[arg-type]


def _said(seal: Seal) -> bytes:
    fields = written(seal)
    del fields["signature"]
    return b"nightlight audit seal|" + canonical(fields).encode()
