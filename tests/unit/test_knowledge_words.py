"""Words of a question: stems, lay words, parts of a passage, and where words stand."""

from pathlib import Path

import numpy as np
import pytest

from server.knowledge.lay_words import LayWords, read_lay_words
from server.knowledge.parts import MOST, parts
from server.knowledge.passage import Passage
from server.knowledge.postings import Postings
from server.knowledge.terms import stem, terms

KIND = "unit"

SHARED = Path(__file__).parents[2] / "personas" / "shared"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("swelling", "swell"),
        ("medicines", "medicine"),
        ("dizzy", "dizziness"),
        ("itches", "itching"),
        ("stopped", "stop"),
    ],
)
def test_inflections_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("pain", "pan"), ("urine", "urge"), ("pill", "pillow")])
def test_other_words_keep_theirs(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_words_of_every_question_are_left_out() -> None:
    assert terms("Can I have a beer with this?") == ["beer"]


def test_a_brand_and_a_lay_word_are_told_in_the_leaflets_words() -> None:
    lay = read_lay_words(SHARED)
    assert {"warfarin", "blood thinner"} <= set(lay.meanings("is coumadin ok"))
    assert "swelling" in lay.meanings("my foot’s puffy")
    assert lay.told("hello there") == "hello there"


def test_a_saying_counts_as_one_thing_under_any_of_its_names() -> None:
    lay = LayWords({"the runs": ["diarrhea", "loose stools"]})
    assert lay.concepts("The runs and a fever") == [("run", "diarrhea", "loos", "stool"), ("fever",)]


def test_list_items_and_rows_are_parts_and_a_long_section_has_an_end() -> None:
    assert parts("- **Eat** well.\n- Rest.\n\n| a | b |\n|---|---|\n| kale | yes |") == [
        "Eat well.",
        "Rest.",
        "kale yes",
    ]
    assert len(parts("Sentence here. " * 100)) == MOST


def made(*texts: str) -> Postings:
    return Postings.build([Passage("d", (f"h{at}",), text, "") for at, text in enumerate(texts)])


def test_a_rare_word_counts_more_and_a_missing_one_is_told() -> None:
    postings = made("warfarin and kale", "warfarin and beer", "warfarin and rest")
    chosen = np.arange(3, dtype=np.int32)
    covered, _, missing = postings.covered(LayWords({}).concepts("warfarin and kale"), chosen)
    assert covered[0] == pytest.approx(1)
    assert covered[1] < 0.5
    assert missing[0] == 0
    assert missing[1] > 0
    assert np.argmax(postings.proposed(terms("kale with warfarin"))) == 0


def test_an_unknown_word_is_nowhere() -> None:
    assert not made("one thing").knows("zebra")
    assert made("one thing").proposed(["zebra"]).tolist() == [0]
