"""Everything an installation needs to live again, in one sealed file: records, keys, and the site's own files.

The master key is in it, and only there: whoever has the file and what it was sealed with can read everything.
"""

import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Final, cast

from filelock import FileLock, Timeout
from sqlalchemy import URL

from server.record import snapshot
from server.record.master_key import KEY_FILE, MasterKey
from server.record.sealed_file import BackupUnreadable, SealedReader, SealedWriter, Secret
from server.record.snapshot import CannotCopy
from server.vocabulary.errors import ServiceError

MANIFEST: Final = "manifest.json"
_COPY: Final = ".backup.db"
_COMING: Final = ".restoring"
_WITNESS: Final = ("audit/seals.jsonl", "audit/newest.json")
_SURVIVES: Final = "audit"
"""What may lie in a data folder that is restored to: seals and the log of the forgotten, from the machine's earlier life."""

_MAY_LIE_THERE: Final = (_SURVIVES, "lost+found")


class NotEmpty(ServiceError):
    """There is something already where it was to be written."""

    code = "not_empty"
    status = 409


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    at: datetime
    database: str
    """`sqlite` or `postgresql`."""
    audit_seq: int
    """The last row of the audit chain when it was taken, at the least."""
    audit_hash: str
    version: str


@dataclass(frozen=True)
class Place:
    """Where an installation keeps its things."""

    data: Path
    url: URL
    beside: Mapping[str, Path]
    """Files of the site that lie elsewhere, by the name that they get in the data folder."""


def write(place: Place, key: MasterKey, secret: Secret, target: Path, head: tuple[int, str], now: datetime) -> Manifest:
    """Raises NotEmpty where there is such a file, CannotCopy, OSError. A backup that fails leaves nothing behind."""
    if target.exists():
        raise NotEmpty(f"{target.name} exists already: a backup is never written over")
    told = Manifest(now, place.url.get_backend_name(), *head, version("nightlight"))
    partial, copy = target.with_name(f"{target.name}.partial"), place.data / _COPY
    try:
        with FileLock(place.data / ".backup.lock", timeout=0):
            try:
                # Older than the copy of the records, or it would speak of rows that are not in it.
                witnessed = {
                    name: (place.data / name).read_bytes() for name in _WITNESS if (place.data / name).exists()
                }
                copy.unlink(missing_ok=True)
                snapshot.take(place.url, copy)
                _write(place, key, secret, partial, copy, told, witnessed)
                partial.replace(target)
            finally:
                copy.unlink(missing_ok=True)
                partial.unlink(missing_ok=True)
    except Timeout:
        raise CannotCopy("another backup is under way") from None
    return told


def _write(
    place: Place,
    key: MasterKey,
    secret: Secret,
    partial: Path,
    copy: Path,
    told: Manifest,
    witnessed: Mapping[str, bytes],
) -> None:
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        sealed = SealedWriter(file, secret)
        with tarfile.open(mode="w|", fileobj=cast("io.BufferedWriter", sealed)) as archive:
            _add(archive, MANIFEST, json.dumps(asdict(told), default=str).encode())
            _add(archive, f"keys/{KEY_FILE}", key.written())
            archive.add(copy, snapshot.name_of(place.url), recursive=False)
            for name, content in witnessed.items():
                _add(archive, name, content)
            for name, path in _site(place):
                archive.add(path, name, recursive=False)
        sealed.close()
        file.flush()
        os.fsync(file.fileno())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(datetime.now(UTC).timestamp())
    archive.addfile(entry, io.BytesIO(content))


def _site(place: Place) -> Iterator[tuple[str, Path]]:
    """Everything else in the data folder, but for what begins with a dot."""
    for path in sorted(place.data.rglob("*")):
        inside = path.relative_to(place.data)
        ours = inside.parts[0].startswith("records.") or inside.as_posix() in (f"keys/{KEY_FILE}", *_WITNESS)
        if path.is_file() and not path.is_symlink() and not ours and not any(p.startswith(".") for p in inside.parts):
            yield inside.as_posix(), path
    for name, path in place.beside.items():
        if not (place.data / name).exists():
            yield name, path


def restore(file: Path, place: Place, secret: Secret, held: MasterKey | None) -> Manifest:
    """Into a place where nothing is; `held`: the master key that the environment gives, which must be the backup's.

    Nothing is put anywhere before all of the backup has been read. Raises NotEmpty, BackupUnreadable, CannotCopy, OSError.
    """
    place.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    coming = place.data / _COMING
    shutil.rmtree(coming, ignore_errors=True)
    there = [
        path.name for path in place.data.iterdir() if path.name not in _MAY_LIE_THERE and not path.name.startswith(".")
    ]
    if there or not snapshot.is_empty(place.url):
        raise NotEmpty("there are records or files already: restore into an empty data folder and database")
    coming.mkdir(mode=0o700)
    try:
        told = _read(file, secret, coming)
        if told.database != place.url.get_backend_name():
            raise CannotCopy(f"this is a backup of {told.database}, and NIGHTLIGHT_DATABASE_URL says otherwise")
        _check_key(coming, held)
        _put(place, coming)
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    return told


def _read(file: Path, secret: Secret, coming: Path) -> Manifest:
    try:
        with file.open("rb") as raw:
            sealed = SealedReader(raw, secret)
            with tarfile.open(mode="r|", fileobj=cast("io.BufferedReader", sealed)) as archive:
                for entry in archive:
                    if not entry.isfile() or ".." in PurePosixPath(entry.name).parts:
                        raise BackupUnreadable("there is something else than files in it")
                    archive.extract(entry, coming, filter="data")
            sealed.drain()
        told = json.loads((coming / MANIFEST).read_text("utf-8"))
        (coming / MANIFEST).unlink()
        return Manifest(**{**told, "at": datetime.fromisoformat(told["at"])})
    except (tarfile.TarError, ValueError, TypeError, KeyError, FileNotFoundError) as error:
        raise BackupUnreadable(f"this backup is not complete ({type(error).__name__})") from None


def _check_key(coming: Path, held: MasterKey | None) -> None:
    path = coming / "keys" / KEY_FILE
    if held is not None and MasterKey.read(path).kid != held.kid:
        raise CannotCopy("NIGHTLIGHT_MASTER_KEY is not the key of this backup: unset it, and the backup's own is used")
    if held is not None:
        path.unlink()


def _put(place: Place, coming: Path) -> None:
    """Keys first, the records last: what is there without them is no installation yet."""
    for path in (place.data / name for name in _WITNESS):
        if path.exists():
            path.replace(path.with_suffix(f"{path.suffix}.before-restore"))
    records = coming / snapshot.name_of(place.url)
    for path in sorted(coming.rglob("*")):
        target = place.data / path.relative_to(coming)
        if path.is_file() and path != records and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.replace(target)
    snapshot.put_back(place.url, records)
