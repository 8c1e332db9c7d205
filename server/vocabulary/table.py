"""Tab-separated tables that people write, read once into frozen rows; what cannot be used is named with its place.

A complaint never repeats what stands in a cell: it may be a patient's words.
"""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError

from server.vocabulary.errors import ServiceError

T = TypeVar("T", bound=BaseModel)

Folded = BeforeValidator(lambda cell: cell.strip().lower())
"""Of a closed list of words: people write them with capitals and spaces."""
Trimmed = Annotated[str, BeforeValidator(lambda cell: cell.strip())]


class TableInvalid(ServiceError):
    """A table cannot be used; the message names the file, the line, the column and the remedy."""

    code = "table_invalid"


def read_table(path: Path, shape: type[T], context: Mapping[str, object] | None = None) -> list[T]:
    """The rows of a UTF-8 file whose first line names its columns, in any order.

    Every field of `shape` is a column, named as the field or its alias; one with a default may be missing, and columns that
    it does not know are let be. There is no quoting: a quotation mark is a character like any other. Blank lines are no rows.
    `context` is handed to the validators of `shape`. Raises `TableInvalid`.
    """
    first, *lines = _text(path).split("\n")
    header = [name.strip() for name in first.split("\t")]
    known = {field.alias or name: field.is_required() for name, field in shape.model_fields.items()}
    _check_header(path, header, [name for name, required in known.items() if required])
    rows = []
    for number, line in enumerate(lines, 2):
        if line.strip():
            cells = _cells(path, number, line, header)
            rows.append(_row(path, number, {name: cells[name] for name in cells if name in known}, shape, context))
    return rows


def _text(path: Path) -> str:
    """Without a byte order mark, and with every line ended alike."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise TableInvalid(f"{path}: not UTF-8 text; save it as tab-separated text in UTF-8") from None
    except OSError as error:
        raise TableInvalid(f"{path}: {error.strerror}; give a file that can be read") from None
    if "\0" in text:
        raise TableInvalid(f"{path}: not a text file; save it as tab-separated text in UTF-8")
    if not text.strip():
        raise TableInvalid(f"{path}: the file is empty; its first line must name the columns, with tabs between them")
    return text


def _check_header(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in header]
    if missing:
        raise TableInvalid(
            f"{path}:1: no column `{missing[0]}`; the first line must name {', '.join(needed)}, with tabs between them"
        )
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise TableInvalid(f"{path}:1: the column `{twice[0]}` stands twice; keep one")


def _cells(path: Path, number: int, line: str, header: Sequence[str]) -> dict[str, str]:
    """Editors trim the tabs at a line's end, and spreadsheets add some: empty cells there may be too few or too many."""
    cells = line.split("\t")
    if any(cell.strip() for cell in cells[len(header) :]):
        raise TableInvalid(
            f"{path}:{number}: the first line names {len(header)} columns ({', '.join(header)}), and here are "
            f"{len(cells)}; put one tab between two cells, and none inside a cell"
        )
    return dict(zip_longest(header, cells[: len(header)], fillvalue=""))


def _row(path: Path, number: int, cells: Mapping[str, str], shape: type[T], context: Mapping[str, object] | None) -> T:
    try:
        return shape.model_validate(cells, context=context)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        column, why = first["loc"][0], first["msg"].removeprefix("Value error, ")
        raise TableInvalid(f"{path}:{number}: column `{column}`: {why}") from None
