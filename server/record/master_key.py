"""The key that wraps every patient's key. It never enters the database, a log or an error."""

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.vocabulary.errors import ServiceError

VARIABLE = "NIGHTLIGHT_MASTER_KEY"
KEY_FILE = "master.key"
_REMEDY = "`openssl rand -base64 32` makes one"


class MasterKeyError(ServiceError):
    """The master key is missing, malformed, readable by others, or not the one these records were written with."""

    code = "master_key"
    status = 500


class MasterKey:
    """32 secret bytes that wrap patient keys."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise MasterKeyError(f"the master key must be 32 bytes, not {len(secret)}: {_REMEDY}")
        self._secret = secret
        self._cipher = AESGCM(secret)
        self.kid = hashlib.sha256(b"nightlight master key id|" + secret).hexdigest()[:16]
        """Public name of this key, stored beside what it wraps."""

    def __repr__(self) -> str:
        return f"MasterKey({self.kid})"

    @classmethod
    def load(cls, data: Path, *, may_create: bool, environment: Mapping[str, str] = os.environ) -> "MasterKey":
        """From the environment (base64), else from `data`/keys/master.key.

        `may_create` (demo, embedded) makes that file on the first run. Raises MasterKeyError with the remedy.
        """
        if (given := cls.from_environment(environment)) is not None:
            return given
        path = data / "keys" / KEY_FILE
        if not path.exists():
            if not may_create:
                raise MasterKeyError(f"set {VARIABLE} to 32 bytes in base64, or put them in {path}")
            _create(path)
        return cls.read(path)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "MasterKey | None":
        """None where the environment has none. Raises MasterKeyError."""
        encoded = environment.get(VARIABLE, "")
        return cls(_decode(encoded, VARIABLE)) if encoded else None

    @classmethod
    def read(cls, path: Path) -> "MasterKey":
        """From this file. Raises MasterKeyError."""
        return cls(read_secret(path))

    def written(self) -> bytes:
        """As `read` reads it, for a file that only its owner or nobody can read."""
        return base64.b64encode(self._secret) + b"\n"

    def derive(self, purpose: str) -> bytes:
        """32 bytes that tell nothing of the key itself (RFC 5869)."""
        return HKDF(hashes.SHA256(), 32, salt=None, info=f"nightlight {purpose}".encode()).derive(self._secret)

    def wrap(self, key: bytes, place: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, key, place)

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        """Raises cryptography's InvalidTag."""
        return self._cipher.decrypt(wrapped[:12], wrapped[12:], place)


def read_secret(path: Path) -> bytes:
    """32 bytes in base64, in a file that only its owner can read. Raises MasterKeyError."""
    if path.stat().st_mode & 0o077:
        raise MasterKeyError(f"{path} is readable by other users: chmod 600 it")
    return _decode(path.read_text(), str(path))


def _decode(encoded: str, source: str) -> bytes:
    try:
        secret = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        raise MasterKeyError(f"{source} is not a key in base64: {_REMEDY}") from None
    if len(secret) != 32:
        raise MasterKeyError(f"{source} must be 32 bytes, not {len(secret)}: {_REMEDY}")
    return secret


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(os.urandom(32)) + b"\n")
        file.flush()
        # On disk before the first record is: data whose key a power cut took would be lost for good.
        os.fsync(file.fileno())
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
