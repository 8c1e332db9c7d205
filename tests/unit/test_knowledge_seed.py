"""The seed library: enough of it, in plain words, each document with its source, its review and its mark of a draft."""

import re
from pathlib import Path

import pytest

from server.knowledge.document import Document, parse
from server.knowledge.passage import Passage

KIND = "unit"

FILES = sorted((Path(__file__).parents[2] / "personas").glob("*/knowledge/*.md"))
DOCUMENTS = [parse(path.name, path.read_text("utf-8")) for path in FILES]
PASSAGES = [passage for document in DOCUMENTS for passage in document.passages()]
GRADE_MAX = 6
REASSURING = re.compile(
    r"\b(?:do not worry|don't worry|nothing to worry|is normal|you are fine|is safe)\b", re.IGNORECASE
)
DOSES = re.compile(
    r"\b\d+\s*(?:mg|mcg|units?|milligrams?|tablets?|pills?)\b|(?<!do not )\b(?:take|use) (?:more|less|half|extra)\b",
    re.IGNORECASE,
)


def syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith("le")
    return max(1, len(groups) - silent)


def grade(text: str) -> float:
    """Flesch-Kincaid (Kincaid et al. 1975)."""
    sentences = [one for one in re.split(r"[.?!]+", text) if one.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_there_are_at_least_sixty_passages_for_both_personas() -> None:
    assert len(PASSAGES) >= 60
    assert {path.parts[-3] for path in FILES} == {"medication-check-in", "post-discharge"}
    assert len({one.key for one in PASSAGES}) == len(PASSAGES)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.id)
def test_a_document_names_its_public_source_and_is_a_draft(document: Document) -> None:
    assert re.fullmatch(r"[^,]+.*, https://(?:www\.)?[a-z]+\.[a-z.]+/\S*", document.source)
    assert document.status == "draft until signed"
    assert document.review is not None
    assert document.owner


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda one: one.key)
def test_a_passage_is_plain_and_gives_neither_dose_nor_reassurance(passage: Passage) -> None:
    text = passage.text
    assert grade(text) <= GRADE_MAX
    assert not REASSURING.search(text)
    assert not DOSES.search(text)
