"""Cuts English text into the word pieces that MiniLM reads, and remembers which characters each stands for.

Reads the model's own `tokenizer.json` from the disk; never asks a model hub for one.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tokenizers import Tokenizer

BEGIN, END = 101, 102
"""Ids of [CLS] and [SEP] in the model's vocabulary."""


@dataclass(frozen=True)
class Piece:
    """One token of the model."""

    id: int
    start: int
    """Its characters are `text[start:end]`."""
    end: int
    begins_word: bool


class WordPieces:
    """The model's tokenizer; it keeps nothing of a text, so it may be used by many threads."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        # The file asks for 128 tokens of every text: we neither drop words nor fill up.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def cut(self, text: str) -> list[Piece]:
        """The pieces of `text` in order, without [CLS] and [SEP]."""
        # Half a surrogate pair, which JSON may carry, is no text: a question mark stands for it, as long as it.
        cut = self._tokenizer.encode(text.encode(errors="replace").decode(), add_special_tokens=False)
        begins = (word != before for before, word in pairwise([None, *cut.word_ids]))
        return [Piece(number, *place, new) for number, place, new in zip(cut.ids, cut.offsets, begins, strict=True)]
