"""What every part of a pack is made of: frozen values, names, and numbers that say where they come from."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Signature = Literal["draft until signed", "signed"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]
ReviewBy = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Frozen(BaseModel):
    """A part of a pack: unknown keys are refused, so that a misspelled key is an error and not a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Number(Frozen):
    """A number with a clinical or perceptual meaning."""

    value: float
    unit: str
    source: str = Field(min_length=1)
    status: Signature
