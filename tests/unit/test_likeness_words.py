"""Which stretches of an utterance are judged, and how text is cut into the pieces that the model reads."""

import pytest

from server.knowledge.windows import windows
from server.knowledge.wordpiece import UNKNOWN, WordPieces

KIND = "unit"

STORY = "so I was out back with the dog and then my left hand would not hold the leash at all you know"
PIECES = WordPieces(
    {word: number for number, word in enumerate(["my", "chest", "feel", "##s", "cafe", ".", "120", "/"])}
)


def stretches(utterance: str) -> list[str]:
    return [utterance[start:end] for start, end in windows(utterance)]


def test_a_short_sentence_is_one_stretch() -> None:
    assert stretches("  My chest hurts. ") == ["My chest hurts."]


def test_sentences_are_judged_together_and_apart() -> None:
    assert stretches("It was 120.5 today. Fine!") == ["It was 120.5 today. Fine!", "It was 120.5 today.", "Fine!"]


def test_every_clause_of_a_long_story_lies_within_a_window() -> None:
    found = stretches(STORY)[1:]
    words = STORY.split()
    clauses = [" ".join(words[begin : begin + 7]) for begin in range(len(words) - 6)]
    assert [clause for clause in clauses if not any(clause in window for window in found)] == []
    assert {len(window.split()) for window in found} == {11}


@pytest.mark.parametrize("words", ["", " ", "\n\n"])
def test_silence_has_no_stretch(words: str) -> None:
    assert windows(words) == ()


@pytest.mark.parametrize("words", ["...", "?!" * 3000, "a" * 9000, "no. " * 900, "\x00", "日本語"])
def test_any_text_has_stretches(words: str) -> None:
    assert windows(words)[0] == (0, len(words.rstrip()))


def test_pieces_know_their_characters() -> None:
    text = "My CHEST\tfeels."
    pieces = PIECES.cut(text)
    assert [piece.id for piece in pieces] == [0, 1, 2, 3, 5]
    assert [text[piece.start : piece.end] for piece in pieces] == ["My", "CHEST", "feel", "s", "."]
    assert [piece.begins_word for piece in pieces] == [True, True, True, False, True]


def test_accents_signs_and_foreign_words() -> None:
    assert [piece.id for piece in PIECES.cut("Café 120/日\x00")] == [4, 6, 7, UNKNOWN]
    assert [piece.id for piece in PIECES.cut("Cafe\u0301")] == [4]
    assert [piece.id for piece in PIECES.cut("my" * 100)] == [UNKNOWN]
