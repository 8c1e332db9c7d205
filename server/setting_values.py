"""What a setting's value may be, found out before anything starts. A complaint never repeats the value: it may be a secret."""

import json
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_HOST = re.compile(r"[A-Za-z0-9_.:-]+")
_VOICE = re.compile(r"auto|flite/[a-z0-9_]+|espeak/[A-Za-z0-9_+-]+")
_ICE = re.compile(r"(stun|turn)s?:\[?[A-Za-z0-9_.:-]+\]?(:\d+)?(\?transport=(udp|tcp))?")
"""RFC 7064 and RFC 7065."""


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line; take out the line break or tab, which may be at its end")
    return text


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError("must be an address of this machine or its name")
    return text


def _number(text: str) -> str:
    if text and sum(character.isdigit() for character in text) < 3:
        raise ValueError("must be a number that a phone can dial")
    return text


def _web_address(url: str) -> str:
    if not url:
        return url
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("must begin with https:// (or http:// on this machine) and a host")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must end after the host and the port, without a path")
    return url.rstrip("/")


def _records(url: str) -> str:
    """Finds out at once what SQLAlchemy would find out when it connects."""
    if not url:
        return url
    try:
        parts = make_url(url)
        parts.get_dialect().import_dbapi()
    except ArgumentError:
        raise ValueError("is no address of a database that SQLAlchemy knows") from None
    except ImportError as error:
        raise ValueError(f"needs the Python package {error.name}, which is not installed; leave it unset") from None
    if parts.get_backend_name() == "sqlite" and parts.database in (None, "", ":memory:"):
        raise ValueError("must name a file: records in memory would be lost at the end")
    return url


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise ValueError("must be a folder; this is something else")
    return path


def _folder_there(path: Path | None) -> Path | None:
    if path is not None and not path.is_dir():
        raise ValueError("there is no such folder")
    return path


def _readable(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise ValueError("there is no such file")
    return path


def _heartbeat(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username):
        raise ValueError("must begin with https:// (or http:// on this machine) and a host")
    return url


def _issuer(url: str) -> str:
    """OpenID Connect Core section 2: https, no query, no fragment; a path is allowed."""
    parts = urlsplit(url)
    near = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if url and (not parts.hostname or parts.username or parts.query or parts.fragment):
        raise ValueError("must be https:// and a host, perhaps with a path, and nothing behind it")
    if url and parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    return url


def _voice(text: str) -> str:
    if not _VOICE.fullmatch(text):
        raise ValueError("must be auto, or an engine (flite or espeak), a slash and its voice")
    return text


def _ice(urls: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_ICE.fullmatch(url) for url in urls):
        raise ValueError("must be a list of addresses that begin with stun:, turn: or turns:")
    return urls


def _from_json(value: object) -> object:
    """A variable holds text; whoever builds settings in code passes the thing itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ValueError("is not JSON") from None


Text = Annotated[str, AfterValidator(_one_line)]
Phone = Annotated[Text, AfterValidator(_number)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
HOST = AfterValidator(_host)
WEB_ADDRESS = AfterValidator(_web_address)
RECORDS = AfterValidator(_records)
FOLDER = AfterValidator(_folder)
THERE = AfterValidator(_folder_there)
READABLE = AfterValidator(_readable)
HEARTBEAT = AfterValidator(_heartbeat)
ISSUER = AfterValidator(_issuer)
VOICE = AfterValidator(_voice)
FROM_JSON = BeforeValidator(_from_json)
IceAddresses = Annotated[tuple[str, ...], NoDecode, FROM_JSON, AfterValidator(_ice)]
