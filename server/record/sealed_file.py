"""A file that opens only with a passphrase or a recovery key: what a backup is written to and read from, as a stream.

Nothing of what goes through is ever on disk in the clear. Pieces cannot be changed, reordered, left out or cut off (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015, over AES-256-GCM).
"""

import base64
import json
import os
from pathlib import Path
from typing import Any, BinaryIO, Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.record import master_key
from server.vocabulary.errors import ServiceError

_MAGIC: Final = b"nightlight backup 1\n"
_PIECE: Final = 1024 * 1024
"""Bytes sealed together."""
_TAG: Final = 16
# RFC 9106 section 4, second recommended option: 3 passes, 64 MiB, 4 lanes.
_PASSES: Final = 3
_MEMORY: Final = 65_536
_LANES: Final = 4


class BackupUnreadable(ServiceError):
    """Not a backup, cut short or changed, or not this passphrase or key."""

    code = "backup_unreadable"
    status = 500


class Secret:
    """What a backup is sealed with."""

    def __init__(self, kind: str, value: bytes) -> None:
        self.kind = kind
        self._value = value

    @classmethod
    def passphrase(cls, words: str) -> "Secret":
        return cls("passphrase", words.encode())

    @classmethod
    def recovery_key(cls, path: Path) -> "Secret":
        """A file with 32 bytes in base64. Raises MasterKeyError, which names what is wrong with it."""
        return cls("recovery key", master_key.read_secret(path))

    def key(self, salt: bytes) -> bytes:
        """32 bytes."""
        if self.kind == "passphrase":
            return hash_secret_raw(self._value, salt, _PASSES, _MEMORY, _LANES, 32, Type.ID)
        return HKDF(hashes.SHA256(), 32, salt=salt, info=b"nightlight backup").derive(self._value)


class SealedWriter:
    """Takes bytes as a file does; `close` seals the last piece, without which nothing of it opens."""

    def __init__(self, file: BinaryIO, secret: Secret) -> None:
        salt, self._prefix = os.urandom(16), os.urandom(7)
        told = {"secret": secret.kind, "salt": _encoded(salt), "nonce": _encoded(self._prefix)}
        self._header = _MAGIC + json.dumps(told).encode() + b"\n"
        self._file = file
        self._cipher = AESGCM(secret.key(salt))
        self._waiting = bytearray()
        self._count = 0
        file.write(self._header)

    def write(self, data: bytes) -> int:
        self._waiting += data
        # One piece stays back: whether it is the last is not known yet.
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]
        return len(data)

    def close(self) -> None:
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._count, last=last)
        self._file.write(self._cipher.encrypt(nonce, piece, self._header))
        self._count += 1


class SealedReader:
    """Gives bytes as a file does. Raises BackupUnreadable where anything is not as it was written."""

    def __init__(self, file: BinaryIO, secret: Secret) -> None:
        told, self._header = _opened(file)
        if told["secret"] != secret.kind:
            raise BackupUnreadable(f"this backup was sealed with a {told['secret']}, not with a {secret.kind}")
        self._prefix = base64.b64decode(told["nonce"])
        self._cipher = AESGCM(secret.key(base64.b64decode(told["salt"])))
        self._file = file
        self._count = 0
        self._ready = bytearray()
        self._next = file.read(_PIECE + _TAG)

    def read(self, size: int = -1) -> bytes:
        while self._next and (size < 0 or len(self._ready) < size):
            self._ready += self._piece()
        size = len(self._ready) if size < 0 else size
        given = bytes(self._ready[:size])
        del self._ready[:size]
        return given

    def drain(self) -> None:
        """To the very end: only then is it known that nothing is missing."""
        while self.read(_PIECE):
            pass

    def _piece(self) -> bytes:
        sealed, self._next = self._next, self._file.read(_PIECE + _TAG)
        try:
            plain = self._cipher.decrypt(_nonce(self._prefix, self._count, last=not self._next), sealed, self._header)
        except InvalidTag:
            why = "changed or cut short" if self._count else "the passphrase or key is another one, or it was changed"
            raise BackupUnreadable(f"this backup does not open: {why}") from None
        self._count += 1
        return plain


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    return prefix + count.to_bytes(4, "big") + bytes([last])


def _opened(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    magic, line = file.readline(len(_MAGIC)), file.readline(1000)
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        told = {}
    if magic != _MAGIC or told.keys() != {"secret", "salt", "nonce"}:
        raise BackupUnreadable("this is no backup of Nightlight, or of a newer version")
    return told, magic + line


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
