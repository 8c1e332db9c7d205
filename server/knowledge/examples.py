"""Sentences with the guardrail they mean, from which the classifier learns; written by people, never taken from patients."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo

from server.vocabulary.table import Trimmed, read_table

NONE = "none"
"""Label of what means no guardrail."""


@dataclass(frozen=True)
class Example:
    """One sentence to learn from."""

    label: str
    """Guardrail id, or `none`."""
    utterance: str


def _known(label: str, info: ValidationInfo) -> str:
    if label not in (info.context or {})["labels"]:
        raise ValueError(f"wanted a guardrail's id or `{NONE}`")
    return label


class _Row(BaseModel):
    """One line of a file."""

    label: Annotated[str, AfterValidator(_known)]
    utterance: Annotated[Trimmed, Field(min_length=1)]


def read_examples(files: Iterable[Path], triggers: frozenset[str]) -> tuple[Example, ...]:
    """Every row of these tables with the columns label and utterance; raises `TableInvalid`, also for an unknown label."""
    known = {"labels": triggers | {NONE}}
    rows = (row for file in sorted(files) for row in read_table(file, _Row, known))
    return tuple(Example(row.label, row.utterance) for row in rows)
