"""Sentences with the guardrail they mean, from which the classifier learns; written by people, never taken from patients."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from server.vocabulary.errors import ServiceError

NONE = "none"
"""Label of what means no guardrail."""
_HEADER = "label"


class ExamplesInvalid(ServiceError):
    """A line of a file of examples cannot be used."""

    code = "examples_invalid"


@dataclass(frozen=True)
class Example:
    """One sentence to learn from."""

    label: str
    """Guardrail id, or `none`."""
    utterance: str


def read_examples(files: Iterable[Path], triggers: frozenset[str]) -> tuple[Example, ...]:
    """Every `label<TAB>utterance` line; raises `ExamplesInvalid` naming file and line for any other, or an unknown label."""
    return tuple(example for file in sorted(files) for example in _read(file, triggers | {NONE}))


def _read(file: Path, labels: frozenset[str]) -> Iterable[Example]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        label, _, utterance = line.partition("\t")
        if not line.strip() or (number == 1 and label == _HEADER):
            continue
        if label not in labels or not utterance.strip() or "\t" in utterance:
            raise ExamplesInvalid(f"{file}:{number}: wanted a guardrail's id or `{NONE}`, a tab and an utterance")
        yield Example(label, utterance.strip())
