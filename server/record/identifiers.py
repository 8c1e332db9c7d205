"""Identifiers of records: sortable by the moment of creation, unguessable, and free of anything about the patient."""

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(prefix: str) -> str:
    """`prefix_` and 26 Crockford base32 characters: 48 bits of Unix milliseconds and 80 random bits, as in a ULID."""
    number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
