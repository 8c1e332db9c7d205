"""What the library says to a question: the one way in which a call, the test panel and every check before publishing ask.

What was retired since the release was published, and what expires, is not told; a question that is not surely answered is
refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.knowledge.answer import Answer, Asked, Refusal
from server.knowledge.index import Index
from server.knowledge.passage import Passage
from server.knowledge.telling import Limits, told

NOTHING_RETIRED: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class OpenRelease:
    """A release that can be asked."""

    id: str
    index: Index
    titles: Mapping[str, str]
    """Of the documents, by id."""
    approvers: Mapping[tuple[str, str], str]
    """Names, by document and revision."""


@dataclass(frozen=True)
class Citation:
    """Where something told is written; shown on the screen while it is said."""

    key: str
    document: str
    title: str
    section: str
    revision: int
    approver: str
    """Names of who approved it; empty in a library without staff."""
    source: str
    expires: date | None


@dataclass(frozen=True)
class Outcome:
    """What came of a question; `citation` is None exactly where it is refused."""

    answer: Answer
    """With every passage that was found and its scores."""
    passage: Passage | None
    sentences: tuple[str, ...]
    """What is told, word for word of the passage."""
    citation: Citation | None
    refusal: Refusal | None


def consult(
    release: OpenRelease,
    question: str,
    asked: Asked,
    limits: Limits,
    retired: frozenset[tuple[str, str]] = NOTHING_RETIRED,
) -> Outcome:
    """`retired`: document and revision of what is left out."""
    answer = release.index.ask(question, asked)
    passage = _open(answer, retired)
    sentences = told(passage.text, question, limits) if passage is not None else ()
    if passage is None or not sentences:
        return Outcome(answer, None, (), None, answer.refusal or Refusal.NOT_SURE)
    return Outcome(answer, passage, sentences, _cited(release, passage), None)


def _open(answer: Answer, retired: frozenset[tuple[str, str]]) -> Passage | None:
    """None where the best is retired: what stood behind it was never sure by itself, and the next release ranks anew."""
    passage = answer.passage
    return None if passage is None or (passage.document, passage.revision) in retired else passage


def _cited(release: OpenRelease, passage: Passage) -> Citation:
    return Citation(
        passage.key,
        passage.document,
        release.titles.get(passage.document, passage.document),
        passage.section,
        int(passage.revision or 0),
        release.approvers.get((passage.document, passage.revision), ""),
        passage.source,
        passage.expires,
    )
