"""What changed between two texts, for a reviewer: whole lines where nothing is left of them, else their words. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s+|[^\s]+")
_ALIKE = 0.3
"""Share of words that two lines have in common from which one is shown as the other changed."""


class Kind(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    GONE = "gone"


@dataclass(frozen=True)
class Piece:
    """Some words of a line."""

    kind: Kind
    text: str


Line = tuple[Piece, ...]


def by_line(old: str, new: str) -> list[Line]:
    """Every line of both texts, in order."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Line] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        match tag:
            case "equal":
                found += [(Piece(Kind.KEPT, line),) for line in after[c:d]]
            case "replace":
                found += _replaced(before[a:b], after[c:d])
            case _:
                found += [(Piece(Kind.GONE, line),) for line in before[a:b]]
                found += [(Piece(Kind.ADDED, line),) for line in after[c:d]]
    return found


def by_word(old: str, new: str) -> Line:
    """One line against another."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Kind.KEPT, "".join(after[c:d])))
            continue
        gone, added = "".join(before[a:b]), "".join(after[c:d])
        pieces += [piece for piece in (Piece(Kind.GONE, gone), Piece(Kind.ADDED, added)) if piece.text]
    return tuple(pieces)


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    pairs = min(len(before), len(after))
    for old, new in zip(before, after, strict=False):
        if _likeness(old, new) >= _ALIKE:
            yield by_word(old, new)
        else:
            yield from ((Piece(Kind.GONE, old),), (Piece(Kind.ADDED, new),))
    yield from ((Piece(Kind.GONE, line),) for line in before[pairs:])
    yield from ((Piece(Kind.ADDED, line),) for line in after[pairs:])


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio()
