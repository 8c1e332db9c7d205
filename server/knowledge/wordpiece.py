"""Cuts English text into the word pieces that MiniLM reads, and remembers which characters each stands for.

The uncased WordPiece of BERT (Devlin et al. 2019; the rules are those of `tokenizer.json`: BertNormalizer, BertPreTokenizer).
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UNKNOWN, BEGIN, END = 100, 101, 102
"""Ids of [UNK], [CLS] and [SEP] in the model's vocabulary."""
_LONGEST_WORD = 100
"""Characters; a longer word is unknown (`max_input_chars_per_word`)."""
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2CEAF), (0x2F800, 0x2FA1F))
_REPLACEMENT = "\ufffd"
_NOT_TEXT = ("Cc", "Cf", "Co")


@dataclass(frozen=True)
class Piece:
    """One token of the model."""

    id: int
    start: int
    """Its characters are `text[start:end]`."""
    end: int
    begins_word: bool


@dataclass
class _Word:
    letters: str
    places: list[int]
    """For each letter its character in the text; folding may make several letters of one character."""


class WordPieces:
    """The model's vocabulary; immutable, so it may be used by many threads."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary

    @classmethod
    def read(cls, path: Path) -> "WordPieces":
        """From the model's `tokenizer.json`."""
        return cls(json.loads(path.read_text("utf-8"))["model"]["vocab"])

    def cut(self, text: str) -> list[Piece]:
        """The pieces of `text` in order, without [CLS] and [SEP]."""
        return [piece for word in _words(text) for piece in self._pieces(word)]

    def _pieces(self, word: _Word) -> list[Piece]:
        letters, places = word.letters, word.places
        pieces: list[Piece] = []
        begin = 0
        while begin < len(letters) <= _LONGEST_WORD:
            end = self._longest(letters, begin)
            if end == begin:
                break
            pieces.append(Piece(self._ids[_name(letters, begin, end)], places[begin], places[end - 1] + 1, begin == 0))
            begin = end
        return pieces if begin == len(letters) else [Piece(UNKNOWN, places[0], places[-1] + 1, True)]

    def _longest(self, letters: str, begin: int) -> int:
        ends = range(len(letters), begin, -1)
        return next((end for end in ends if _name(letters, begin, end) in self._ids), begin)


def _name(letters: str, begin: int, end: int) -> str:
    return f"##{letters[begin:end]}" if begin else letters[:end]


def _words(text: str) -> Iterator[_Word]:
    word = _Word("", [])
    for place, character in enumerate(text):
        for letter in _fold(character):
            alone = _stands_alone(letter)
            if word.letters and (alone or letter == " "):
                yield word
                word = _Word("", [])
            if alone:
                yield _Word(letter, [place])
            elif letter != " ":
                word.letters += letter
                word.places.append(place)
    if word.letters:
        yield word


@cache
def _fold(character: str) -> str:
    """Lower case without accents; a space for every kind of space, nothing for what is not text."""
    if character.isspace():
        return " "
    if character == _REPLACEMENT or unicodedata.category(character) in _NOT_TEXT:
        return ""
    plain = (part for part in unicodedata.normalize("NFD", character) if unicodedata.category(part) != "Mn")
    return "".join(plain).lower()


@cache
def _stands_alone(letter: str) -> bool:
    code = ord(letter)
    sign = letter.isascii() and letter.isprintable() and not letter.isalnum() and letter != " "
    return sign or unicodedata.category(letter).startswith("P") or any(low <= code <= high for low, high in _IDEOGRAPHS)
