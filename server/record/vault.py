"""Per-patient encryption: one key a patient, wrapped by the master key; every cell bound to its place.

A ciphertext moved to another patient, table, column, row or row version does not open. Deleting a patient's key is how
a patient is forgotten. No plaintext and no key may appear in an error.
"""

import hmac
import os
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, insert, select

from server.record.key_ring import KeyRing, in_use
from server.record.schema import patient_key
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import PatientId

_VERSION: Final = 1
_HEADER: Final = struct.Struct(">BI12s")
"""Format version, key id, nonce; the ciphertext with its tag follows."""


class Unreadable(ServiceError):
    """A stored cell does not open: its key is gone, or it was changed or moved."""

    code = "record_unreadable"
    status = 500


@dataclass(frozen=True)
class Cell:
    """The one place in the database a ciphertext belongs to."""

    table: str
    column: str
    row: str
    version: int = 1
    """Row version; raised with every update, so that an older ciphertext cannot be put back."""


class Vault:
    """Seals and opens cells within one transaction; unwrapped keys are forgotten when it ends."""

    def __init__(self, connection: Connection, ring: KeyRing, tenant: str = "default") -> None:
        self._connection = connection
        self._ring = ring
        self._tenant = tenant
        self._keys: dict[tuple[PatientId, int], bytes] = {}
        self._newest: dict[PatientId, int] = {}

    def create_key(self, patient: PatientId, at: datetime) -> None:
        """The patient's first key; the patient's first cell can be sealed afterwards."""
        key = AESGCM.generate_key(bit_length=256)
        master = self._ring.get(in_use(self._connection))
        wrapped = master.wrap(key, self._key_place(patient, 1))
        row = {"patient": patient, "kid": 1, "master_kid": master.kid, "wrapped": wrapped, "created_at": at}
        self._connection.execute(insert(patient_key).values(row))

    def wrapped_anew(self, patient: PatientId, kid: int, master_kid: str) -> bytes:
        """One of the patient's keys under this master key. Raises Unreadable."""
        return self._ring.get(master_kid).wrap(self._key(patient, kid), self._key_place(patient, kid))

    def forget(self, patient: PatientId) -> None:
        """Deletes the patient's keys: nothing sealed for this patient ever opens again."""
        self._connection.execute(delete(patient_key).where(patient_key.c.patient == patient))
        self._newest.pop(patient, None)
        self._keys = {at: key for at, key in self._keys.items() if at[0] != patient}

    def seal(self, patient: PatientId, cell: Cell, plain: bytes) -> bytes:
        """Raises Unreadable if the patient has no key."""
        kid = self._newest_kid(patient)
        # Random 96-bit nonces are sound to 2^32 messages a key (NIST SP 800-38D §8.3); a patient stays far below.
        nonce = os.urandom(12)
        body = AESGCM(self._key(patient, kid)).encrypt(nonce, plain, self._place(patient, cell))
        return _HEADER.pack(_VERSION, kid, nonce) + body

    def open(self, patient: PatientId, cell: Cell, sealed: bytes) -> bytes:
        """Raises Unreadable."""
        if len(sealed) <= _HEADER.size or sealed[0] != _VERSION:
            raise Unreadable(f"{cell.table}.{cell.column}: not a sealed cell of version {_VERSION}")
        _, kid, nonce = _HEADER.unpack_from(sealed)
        key = self._key(patient, kid)
        try:
            return AESGCM(key).decrypt(nonce, sealed[_HEADER.size :], self._place(patient, cell))
        except InvalidTag:
            raise Unreadable(f"{cell.table}.{cell.column}: changed, or moved from another place") from None

    def fingerprint(self, patient: PatientId, purpose: str, text: str) -> bytes:
        """16 bytes, equal for equal texts of one patient and purpose, meaningless without the patient's key."""
        key = hmac.digest(self._key(patient, 1), f"fingerprint|{purpose}".encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256")[:16]

    def _place(self, patient: PatientId, cell: Cell) -> bytes:
        parts = ("v1", self._tenant, patient, cell.table, cell.column, cell.row, str(cell.version))
        return "|".join(parts).encode()

    def _key_place(self, patient: PatientId, kid: int) -> bytes:
        return self._place(patient, Cell("patient_key", "wrapped", f"{patient}:{kid}"))

    def _newest_kid(self, patient: PatientId) -> int:
        if patient not in self._newest:
            query = select(patient_key.c.kid).where(patient_key.c.patient == patient)
            found = self._connection.scalar(query.order_by(patient_key.c.kid.desc()).limit(1))
            if found is None:
                raise Unreadable("patient_key: this patient has no key, or was forgotten")
            self._newest[patient] = int(found)
        return self._newest[patient]

    def _key(self, patient: PatientId, kid: int) -> bytes:
        if (patient, kid) not in self._keys:
            query = select(patient_key).where(patient_key.c.patient == patient, patient_key.c.kid == kid)
            row = self._connection.execute(query).one_or_none()
            if row is None:
                raise Unreadable("patient_key: this patient has no key, or was forgotten")
            self._keys[patient, kid] = self._unwrap(patient, kid, row.master_kid, row.wrapped)
        return self._keys[patient, kid]

    def _unwrap(self, patient: PatientId, kid: int, master_kid: str, wrapped: bytes) -> bytes:
        try:
            return self._ring.get(master_kid).unwrap(wrapped, self._key_place(patient, kid))
        except InvalidTag:
            raise Unreadable("patient_key.wrapped: changed, or wrapped by another master key") from None
