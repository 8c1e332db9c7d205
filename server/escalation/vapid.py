"""The key with which this site introduces itself to push services (RFC 8292); made on the first start."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


def load(data: Path) -> EllipticCurvePrivateKey:
    """From `data`/keys/vapid.pem. With another key every browser must be asked anew."""
    path = data / "keys" / "vapid.pem"
    if not path.exists():
        _create(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError(f"{path}: not a P-256 key; remove it, and one is made")
    return key


def public(key: EllipticCurvePrivateKey) -> str:
    """As `PushManager.subscribe` takes it: the uncompressed point in base64url, without padding."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def secret(key: EllipticCurvePrivateKey) -> str:
    """As pywebpush takes it: DER in base64url."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.urlsafe_b64encode(der).rstrip(b"=").decode()


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
