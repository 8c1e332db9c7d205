"""Numbers that lie in a data file beside the code that they steer: read once, checked, and fixed from then on."""

from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

Read = TypeVar("Read", bound="Numbers")


class Numbers(BaseModel):
    """A part of such a file; a name too many or too few is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def shipped(kind: type[Read], package: str) -> Read:
    """The `limits.yaml` of a package as this kind; raises `pydantic.ValidationError` naming the field that is wrong."""
    return kind.model_validate(yaml.safe_load(files(package).joinpath("limits.yaml").read_text("utf-8")))
