"""Which stretches of an utterance are judged, and how text is cut into the pieces that the model reads."""

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from server.knowledge.windows import windows
from server.knowledge.wordpiece import WordPieces

KIND = "unit"

STORY = "so I was out back with the dog and then my left hand would not hold the leash at all you know"
UNKNOWN = 8


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> WordPieces:
    """A vocabulary of nine, cut by the model's rules, and with the length and filling its file asks for."""
    listed = ["my", "chest", "feel", "##s", "cafe", ".", "120", "/", "[UNK]"]
    vocabulary = {word: number for number, word in enumerate(listed)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=4)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return WordPieces(path)


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


def test_pieces_know_their_characters(pieces: WordPieces) -> None:
    text = "My CHEST\tfeels."
    cut = pieces.cut(text)
    assert [piece.id for piece in cut] == [0, 1, 2, 3, 5]
    assert [text[piece.start : piece.end] for piece in cut] == ["My", "CHEST", "feel", "s", "."]
    assert [piece.begins_word for piece in cut] == [True, True, True, False, True]


def test_accents_signs_and_foreign_words(pieces: WordPieces) -> None:
    assert [piece.id for piece in pieces.cut("Café 120/日\x00")] == [4, 6, 7, UNKNOWN]
    assert [piece.id for piece in pieces.cut("Cafe\u0301")] == [4]
    assert [piece.id for piece in pieces.cut("my" * 100)] == [UNKNOWN]


def test_half_a_surrogate_pair_moves_no_other_word(pieces: WordPieces) -> None:
    assert [(piece.id, piece.start, piece.end) for piece in pieces.cut("\ud83d my")] == [(UNKNOWN, 0, 1), (0, 2, 4)]


def test_nothing_has_no_pieces(pieces: WordPieces) -> None:
    assert pieces.cut("") == []
