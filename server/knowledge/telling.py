"""What is spoken of a passage: all of it where it is short, else some of its own sentences, in order, and none changed. Pure.

A sentence that leans on the one before it ("But not with …") is never parted from it, so that no warning is cut off.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark").enable("table")
_ENDS = re.compile(
    r"(?<=[.!?])(?<!\b(?:Dr|Mr|Ms|St|No)\.)(?<!\b(?:Mrs|e\.g|i\.e|a\.m|p\.m)\.)[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])"
)
_WORD = re.compile(r"[a-z0-9]+")
_SHARED = 4
"""Letters that two words have in common at their beginning when one is taken for a form of the other: swell, swelling."""
_EMPTY = frozenset(
    "a an and are as at be but by can do does for from have how i if in is it may me my of on or should so some take that the "
    "their them there they this to was what when where which who why will with would you your".split()
)


@dataclass(frozen=True)
class Limits:
    """How much is told at once."""

    words: int
    leaning: tuple[str, ...]
    """Beginnings of sentences that belong to the one before."""


def told(text: str, question: str, limits: Limits) -> tuple[str, ...]:
    """Sentences to be spoken, word for word those of `text` (Markdown), one after the other without a gap.

    The first that fit; where others share more words with the question, those. More than the limit only where parting
    them would cut off what belongs together.
    """
    units = _units(sentences(text), limits)
    if not units or sum(map(_length, units)) <= limits.words:
        return tuple(sentence for unit in units for sentence in unit)
    asked = {word for word in _WORD.findall(question.lower()) if word not in _EMPTY}
    runs = [_run(units, begin, limits.words) for begin in range(len(units))]
    best = max(range(len(runs)), key=lambda at: (_shares(runs[at], asked), -at))
    return tuple(sentence for unit in runs[best] for sentence in unit)


@lru_cache(maxsize=512)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a Markdown text as plain words; a line of a list or a table is one of its own."""
    found: list[str] = []
    row: list[str] = []
    for token in _PARSER.parse(text):
        match token.type:
            case "inline":
                line = "".join(
                    " " if part.type in ("softbreak", "hardbreak") else part.content
                    for part in token.children or ()
                    if part.type in ("text", "code_inline", "softbreak", "hardbreak")
                )
                row.append(" ".join(line.split()))
            case "th_close" | "td_close" | "th_open" | "td_open":
                continue
            case "tr_close":
                found.append(": ".join(filter(None, [row[0] if row else "", ", ".join(filter(None, row[1:]))])))
                row = []
            case "paragraph_close" | "heading_close":
                found += _ENDS.split(" ".join(row))
                row = []
    return tuple(sentence for sentence in found if sentence.strip())


def _units(every: Sequence[str], limits: Limits) -> list[tuple[str, ...]]:
    """Runs of sentences that may not be parted; a line that ends with a colon goes with what it announces."""
    units: list[list[str]] = []
    for sentence in every:
        follows = units and (_leans(sentence, limits.leaning) or units[-1][-1].endswith(":"))
        if follows:
            units[-1].append(sentence)
        else:
            units.append([sentence])
    return [tuple(unit) for unit in units]


def _leans(sentence: str, leaning: Sequence[str]) -> bool:
    lower = sentence.lower()
    return any(re.match(rf"{re.escape(word)}\b", lower) for word in leaning)


def _run(units: Sequence[tuple[str, ...]], begin: int, most: int) -> list[tuple[str, ...]]:
    run, length = [units[begin]], _length(units[begin])
    for unit in units[begin + 1 :]:
        if length + _length(unit) > most:
            break
        run.append(unit)
        length += _length(unit)
    return run


def _length(unit: Sequence[str]) -> int:
    return sum(len(sentence.split()) for sentence in unit)


def _shares(run: Sequence[tuple[str, ...]], asked: set[str]) -> int:
    said = {word for unit in run for sentence in unit for word in _WORD.findall(sentence.lower())}
    return sum(any(_alike(word, other) for other in said) for word in asked)


def _alike(one: str, other: str) -> bool:
    return one == other or (len(one) >= _SHARED and len(other) >= _SHARED and one[:_SHARED] == other[:_SHARED])
