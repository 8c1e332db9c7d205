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
    assert lay.concepts("The runs and a fever") == [(("run",), ("diarrhea",), ("loos", "stool")), (("fever",),)]


def test_a_medicine_that_the_library_speaks_of_is_told_by_its_generic_name_alone() -> None:
    lay = read_lay_words(SHARED)
    assert lay.meanings("is coumadin ok", known=lambda generic: generic == "warfarin") == ["warfarin"]
    assert lay.meanings("is warfarin ok", known=lambda generic: True) == []


def test_what_is_said_in_the_librarys_own_words_needs_no_others() -> None:
    lay = LayWords({"pill": ["medicine"], "tummy": ["stomach"]})
    assert lay.meanings("a pill for my tummy", known=lambda word: word == "pill") == ["stomach"]
    assert lay.meanings("a pill for my tummy") == ["medicine", "stomach"]


def test_a_thing_of_two_words_is_there_where_both_are() -> None:
    postings, chosen = made("loose stools", "a loose cast"), np.arange(2, dtype=np.int32)
    covered, _, _ = postings.covered(LayWords({"the runs": ["loose stools"]}).concepts("the runs"), chosen)
    assert covered.tolist() == [1, 0]


def test_my_blood_thinner_is_the_one_that_the_asker_takes() -> None:
    lay = read_lay_words(SHARED)
    question = "Can I have kale with my blood thinner?"
    assert "apixaban" in lay.meanings(question, ["metoprolol", "apixaban"])
    assert any(("apixaban",) in concept for concept in lay.concepts(question, ["apixaban"]))
    assert "apixaban" not in lay.meanings(question)


@pytest.mark.parametrize(
    ("question", "medicines", "others"),
    [
        ("Can I have kale with my blood thinner?", ["apixaban"], True),
        ("Is my thinner the same as warfarin?", ["apixaban"], False),
        ("Is my thinner the same as Coumadin?", ["apixaban"], False),
        ("Can I have kale with my blood thinner?", ["metoprolol"], False),
        ("Can I have kale?", ["apixaban"], False),
    ],
)
def test_no_other_medicine_of_that_name_is_meant_unless_it_is_named(
    question: str, medicines: list[str], others: bool
) -> None:
    found = read_lay_words(SHARED).not_meant(question, medicines)
    assert ("warfarin" in found) is others
    assert found.isdisjoint(medicines)


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
