"""What a reviewer is shown of a change: every word of both texts, and nothing else."""

import pytest

from server.knowledge.difference import Kind, Line, by_line, by_word

KIND = "unit"

OLD = "## Shower\n\nYou may shower two days after it.\nPat it dry.\nNo bath."
NEW = "## Shower\n\nYou may shower five days after it.\nCall the ward when it hurts."


def told(lines: list[Line], *kinds: Kind) -> list[str]:
    """The lines that one side has."""
    texts = ["".join(piece.text for piece in line if piece.kind in kinds) for line in lines]
    here = [any(piece.kind in kinds for piece in line) for line in lines]
    return [text for text, there in zip(texts, here, strict=True) if there]


@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (NEW, OLD), ("", NEW), (OLD, ""), (OLD, OLD)])
def test_both_texts_are_whole_in_it(old: str, new: str) -> None:
    lines = by_line(old, new)
    assert told(lines, Kind.KEPT, Kind.GONE) == old.splitlines()
    assert told(lines, Kind.KEPT, Kind.ADDED) == new.splitlines()


def test_a_word_that_changed_is_marked_by_itself() -> None:
    pieces = by_word("two days after", "five days after")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        (Kind.GONE, "two"),
        (Kind.ADDED, "five"),
        (Kind.KEPT, " days after"),
    ]


def test_lines_that_have_nothing_in_common_are_not_mixed() -> None:
    assert [[piece.kind for piece in line] for line in by_line("Pat it dry.", "Call the ward.")] == [
        [Kind.GONE],
        [Kind.ADDED],
    ]
