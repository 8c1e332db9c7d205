"""What a reviewer should look at in a text: how hard it reads, words that have no place in it, and days that are near. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.knowledge.document import Document
from server.knowledge.passage import Audience
from server.knowledge.rules import CurationRules
from server.knowledge.telling import sentences


class Remarked(StrEnum):
    """What is remarked on."""

    GRADE = "hard to read"
    WORDS = "words"
    LONG = "longer than what is told at once"
    OWNER = "nobody owns it"
    REVIEW = "no day on which it is read again"
    DOSE = "says how much of a medicine to take"


@dataclass(frozen=True)
class Remark:
    """One thing to look at; none of them blocks anything."""

    about: Remarked
    key: str
    """Of the passage; empty where it is about the whole document."""
    what: str


@dataclass(frozen=True)
class Plain:
    """How plainness is judged; the same for what the persona's scripts say."""

    grade: Callable[[tuple[str, ...]], float]
    """Flesch-Kincaid grade of sentences."""
    banned: Callable[[str], list[str]]
    """What is wrong with the words of a sentence."""


class Day(StrEnum):
    """What a day is for."""

    REVIEW = "review"
    EXPIRY = "expiry"


@dataclass(frozen=True)
class Due:
    """A day that is near, or has passed."""

    document: str
    owner: str
    day: Day
    on: date
    days_left: int
    """0 or less once it has come."""
    within: int
    """The warning it is in: at most so many days are left."""


def lint(document: Document, rules: CurationRules, plain: Plain) -> list[Remark]:
    """In the order of the text. What is written for nurses may use their words."""
    remarks = [] if document.owner else [Remark(Remarked.OWNER, "", "say who keeps it up to date: owner")]
    if document.review is None:
        remarks.append(Remark(Remarked.REVIEW, "", "say when somebody must read it again: review"))
    for passage in document.passages():
        said = sentences(passage.text)
        if dose := rules.dose.search(passage.text):
            remarks.append(Remark(Remarked.DOSE, passage.key, f"“{dose[0]}”: a pharmacist must approve it"))
        if document.audience is Audience.PATIENT:
            remarks += _for_patients(passage.key, said, rules, plain)
    return remarks


def reading_grade(document: Document, plain: Plain) -> float:
    """Of everything it says."""
    return plain.grade(tuple(one for passage in document.passages() for one in sentences(passage.text)))


def due(documents: Iterable[Document], today: date, rules: CurationRules) -> list[Due]:
    """Reviews and expiries within the longest warning, the nearest first."""
    found = []
    for one in documents:
        for day, on in ((Day.REVIEW, one.review), (Day.EXPIRY, one.expires)):
            left = (on - today).days if on is not None else None
            bands = [band for band in rules.review_warnings if left is not None and left <= band]
            if on is not None and left is not None and bands:
                found.append(Due(one.id, one.owner, day, on, left, min(bands)))
    return sorted(found, key=lambda one: (one.on, one.document))


def _for_patients(key: str, said: Sequence[str], rules: CurationRules, plain: Plain) -> list[Remark]:
    hardest, most = rules.reading_grade_max.value, int(rules.told_words_max.value)
    remarks = [Remark(Remarked.WORDS, key, wrong) for sentence in said for wrong in plain.banned(sentence)]
    if (level := plain.grade(tuple(said))) > hardest:
        remarks.append(Remark(Remarked.GRADE, key, f"grade {level:.1f}, above {hardest:.0f}"))
    if (words := sum(len(sentence.split()) for sentence in said)) > most:
        remarks.append(Remark(Remarked.LONG, key, f"{words} words, of which at most {most} are told: part it"))
    return remarks
