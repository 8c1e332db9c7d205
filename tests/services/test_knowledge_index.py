"""The index with the real embedder: it finds, filters, refuses, and is the same after it was kept."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.knowledge.answer import Asked, Refusal
from server.knowledge.index import Index
from server.knowledge.passage import Audience, Passage
from server.knowledge.shelf import IndexUnreadable
from server.knowledge.trial import figures, tried
from tests.bench.library import ASKED, LIBRARY, SEED, embedder, folder_index, lay_words, passages_in, questions

KIND = "services"


@pytest.fixture(scope="module")
def seed() -> Index:
    return folder_index(*SEED)


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("is it ok if i have a beer with my pills", "mixing-medicines#Alcohol and medicines"),
        ("can i eat kale on coumadin", "warfarin#Green vegetables and warfarin"),
        ("i haven't pooped in days", "bowels-after-surgery#Trouble going to the bathroom"),
    ],
)
def test_a_lay_question_finds_its_passage(seed: Index, question: str, key: str) -> None:
    answer = seed.ask(question, ASKED)
    assert answer.passage is not None
    assert answer.passage.key == key
    assert answer.ranked[0].chance >= answer.threshold


@pytest.mark.parametrize("question", ["who won the game last night", "how do i fix my dishwasher"])
def test_what_no_passage_is_about_is_refused(seed: Index, question: str) -> None:
    assert (seed.ask(question, ASKED).passage, seed.ask(question, ASKED).refusal) == (None, Refusal.NOT_SURE)


def test_nothing_asked_is_nothing_answered(seed: Index) -> None:
    assert seed.ask("  ", ASKED).refusal is Refusal.EMPTY


@pytest.mark.parametrize(
    "closed", [{"audience": Audience.NURSE}, {"language": "es"}, {"expires": date(2026, 12, 1)}], ids=str
)
def test_what_is_not_open_to_the_asker_is_not_even_ranked(closed: dict[str, object]) -> None:
    passages: list[Passage] = [replace(one, **closed) for one in passages_in(SEED[1])[:3]]  # type: ignore[arg-type]
    answer = Index.build(passages, embedder(), lay_words()).ask("how do i keep track of my pills", ASKED)
    assert (answer.ranked, answer.refusal) == ((), Refusal.NOTHING_OPEN)


def test_a_nurse_is_told_what_is_for_nurses_and_a_passage_is_told_until_it_expires() -> None:
    passages = [replace(one, audience=Audience.NURSE, expires=date(2026, 12, 2)) for one in passages_in(SEED[1])[:3]]
    index = Index.build(passages, embedder(), lay_words())
    assert index.ask("keep track of pills", Asked(date(2026, 12, 1), Audience.NURSE)).ranked
    assert not index.ask("keep track of pills", Asked(date(2026, 12, 2), Audience.NURSE)).ranked


def test_what_is_written_of_another_blood_thinner_is_not_told_of_mine(seed: Index) -> None:
    question = "Can I eat spinach with my blood thinner?"
    asked = Asked(ASKED.on, medicines=("apixaban",))
    assert seed.ask(question, ASKED).ranked[0].passage.key == "warfarin#Green vegetables and warfarin"
    assert "warfarin" not in {one.passage.document for one in seed.ask(question, asked).ranked}
    answer = seed.ask("Do I tell my dentist about my blood thinner?", asked)
    assert answer.passage is not None
    assert answer.passage.key == "apixaban#Surgery and dental work with apixaban"


def test_an_empty_library_refuses() -> None:
    assert Index.build([], embedder(), lay_words()).ask("hello there", ASKED).refusal is Refusal.NOTHING_OPEN


def test_a_kept_index_answers_as_before(seed: Index, tmp_path: Path) -> None:
    seed.save(tmp_path / "release")
    again = Index.load(tmp_path / "release", embedder(), lay_words())
    assert again.passages == seed.passages
    assert again.ask("can i have wine", ASKED) == seed.ask("can i have wine", ASKED)


def test_a_damaged_index_says_so(seed: Index, tmp_path: Path) -> None:
    seed.save(tmp_path / "release")
    (tmp_path / "release" / "arrays.npz").write_bytes(b"nothing")
    with pytest.raises(IndexUnreadable):
        Index.load(tmp_path / "release", embedder(), lay_words())


def test_other_documents_are_found_as_well_as_was_measured() -> None:
    """A floor under what docs/measurements.md says, so that a change that loses much of it is noticed."""
    index = folder_index(LIBRARY / "unseen")
    found = figures(list(tried(lambda question: index.ask(question, ASKED), questions("unseen"))))
    assert found["recall@1"] >= 0.8
    assert found["recall@3"] >= 0.92
    assert found["refused"] >= 0.7
