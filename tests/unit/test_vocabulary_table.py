"""A table that people wrote is read however their program saved it, or refused with the place and the remedy."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from server.vocabulary.table import Folded, TableInvalid, Trimmed, read_table

KIND = "unit"


class Row(BaseModel):
    """A made-up shape."""

    said: str
    note: Trimmed
    wanted: Annotated[Literal["yes", "no"], Folded] | None = Field(None, alias="verdict")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.tsv"


def seen(path: Path) -> list[tuple[str, str, str | None]]:
    return [(row.said, row.note, row.wanted) for row in read_table(path, Row)]


@pytest.mark.parametrize(
    "text",
    [
        "said\tnote\na\tb\nc\t\n",
        "\ufeffsaid\tnote\na\tb\nc\t",
        "said\tnote\r\na\tb\r\nc\t\r\n",
        "note\tother\tsaid\nb\tx\ta\n\n\tx\tc\n\t\t\n",
        "said\tnote\na\tb\t\t\nc\n",
    ],
    ids=[
        "plain",
        "byte order mark, no last line end",
        "ends of Windows",
        "other order, more columns, blank lines",
        "tabs trimmed and added at the ends",
    ],
)
def test_every_way_of_saving_it_reads_the_same(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    assert seen(path) == [("a", "b", None), ("c", "", None)]


def test_a_quotation_mark_and_a_line_separator_are_characters(path: Path) -> None:
    path.write_text('said\tnote\n"I said\u2028so\tb\n', "utf-8")
    assert seen(path) == [('"I said\u2028so', "b", None)]


def test_a_column_that_may_be_missing_is_read_where_it_is(path: Path) -> None:
    path.write_text("said\tnote\tverdict\na\tb\t Yes\n", "utf-8")
    assert seen(path) == [("a", "b", "yes")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", r"some\.tsv: the file is empty; its first line must name the columns"),
        (b"\xef\xbb\xbf\n \n", r"some\.tsv: the file is empty"),
        (b"\xff\xfes\x00a\x00", r"some\.tsv: not UTF-8 text; save it as"),
        (b"said\tnote\na\x00\tb\n", r"some\.tsv: not a text file; save it as"),
        (b"said,note\na,b\n", r"some\.tsv:1: no column `said`; the first line must name said, note, with tabs"),
        (b"said\tnote\tsaid\n", r"some\.tsv:1: the column `said` stands twice"),
        (b"said\tnote\n\na\tb\tc\n", r"some\.tsv:3: the first line names 2 columns \(said, note\), and here are 3"),
        (b"said\tnote\tverdict\na\tb\t\n", r"some\.tsv:2: column `verdict`: Input should be 'yes' or 'no'"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(path: Path, content: bytes, complaint: str) -> None:
    path.write_bytes(content)
    with pytest.raises(TableInvalid, match=complaint):
        read_table(path, Row)


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(TableInvalid, match=r"some\.tsv: No such file or directory; give a file"):
        read_table(path, Row)


def test_no_complaint_repeats_what_a_patient_may_have_said(path: Path) -> None:
    path.write_text("said\tnote\tverdict\na\tb\tmy chest hurts\n", "utf-8")
    with pytest.raises(TableInvalid) as refused:
        read_table(path, Row)
    assert "chest" not in str(refused.value)
