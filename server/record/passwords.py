"""Staff passwords as argon2id hashes. Slow on purpose (0.15 to 0.9 s): never on the event loop or records thread."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# argon2-cffi's defaults are RFC 9106's low-memory profile: 3 passes, 64 MiB, 4 lanes.
_HASHER = PasswordHasher()

NOBODY = _HASHER.hash(secrets.token_urlsafe(32))
"""A hash that no password fits: checked against when no account matches, so that a guess at an e-mail address takes the same
time; and kept for accounts that sign in elsewhere."""

SHORTEST = 15
"""NIST SP 800-63B-4 section 3.1.1.2, for a password that is the only factor."""
LONGEST = 200
"""What the sign-in page takes."""
_KNOWN = frozenset({"nightlight-demo", "passwordpassword", "correct horse battery staple"})
"""Long enough and in every list of guesses; the first one is what every demo prints."""


def problem(password: str) -> str:
    """Why this may not become somebody's password, and what to do; empty when it may."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters; a sentence only you would say is easy to remember"
    if not password.isprintable():
        return "must have only characters that can be typed"
    if password.casefold() in _KNOWN or len(set(password)) < 5:
        return "is easily guessed; a sentence only you would say is better"
    return ""


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
