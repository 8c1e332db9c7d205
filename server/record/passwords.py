"""Staff passwords as argon2id hashes. Slow on purpose (0.15 to 0.9 s): never on the event loop or records thread."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# argon2-cffi's defaults are RFC 9106's low-memory profile: 3 passes, 64 MiB, 4 lanes.
_HASHER = PasswordHasher()

NOBODY = _HASHER.hash("")
"""A hash to check against when no account matches, so that a guess at an e-mail address takes the same time."""


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
