"""Tries the library on questions whose answers are known: what `nightlight knowledge evaluate` measures.

It asks as a check-in does, and tells apart what was found, what was sure enough to be spoken, and what was refused.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.knowledge.answer import Answer
from server.knowledge.passage import Passage
from server.vocabulary.errors import ServiceError

_NUMBERED = re.compile(r" \(\d+\)$")


class QuestionsInvalid(ServiceError):
    """A file of questions cannot be read; every line says where and what to do."""

    code = "questions_invalid"


class Question(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: str
    question: str = Field(min_length=1)
    document: str | None = None
    """Stem of the file that answers it; null where none does."""
    section: str | None = None
    """Its heading, or the whole path of headings; without it any passage of the document will do."""

    def is_answered_by(self, passage: Passage) -> bool:
        """A heading without text of its own stands for all that is under it."""
        if self.document is None or _folded(passage.document) != _folded(Path(self.document).name.removesuffix(".md")):
            return False
        return self.section is None or _folded(self.section) in _names(passage)


def _names(passage: Passage) -> set[str]:
    """The heading, and every run of the path that ends or begins with it."""
    path = [_folded(_NUMBERED.sub("", one)) for one in passage.heading]
    return {*path, *(" > ".join(path[at:]) for at in range(len(path)))}


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[*_`#]", "", text).split()).casefold()


@dataclass(frozen=True)
class Tried:
    """One question and what came of it."""

    question: Question
    answer: Answer

    @property
    def rank(self) -> int | None:
        """Place of the passage that answers, 0 for the first; None where it is not among the ranked."""
        right = (at for at, one in enumerate(self.answer.ranked) if self.question.is_answered_by(one.passage))
        return next(right, None)

    @property
    def is_right(self) -> bool:
        """Told the right passage, or refused where nothing answers."""
        if self.question.document is None:
            return self.answer.passage is None
        return self.answer.passage is not None and self.rank == 0


def read_questions(path: Path) -> list[Question]:
    """JSON Lines; raises `QuestionsInvalid`."""
    found = []
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(Question.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            field = ".".join(map(str, first["loc"])) or "the line"
            raise QuestionsInvalid(f"{path.name}:{number}: {field}: {first['msg']}") from None
    return found


def tried(ask: Callable[[str], Answer], questions: Sequence[Question]) -> Iterator[Tried]:
    """Each question by itself."""
    return (Tried(one, ask(one.question)) for one in questions)


def figures(found: Sequence[Tried]) -> dict[str, float | int]:
    """Fractions; `recall@1` and `recall@3` count what was found, told or not; `told` and `told_wrong` what was spoken."""
    answerable = [one for one in found if one.question.document is not None]
    without = [one for one in found if one.question.document is None]
    ranks = [one.rank for one in answerable]
    return {
        "recall@1": _share([rank == 0 for rank in ranks]),
        "recall@3": _share([rank is not None and rank < 3 for rank in ranks]),
        "refused": _share([one.is_right for one in without]),
        "told": _share([one.is_right for one in answerable]),
        "told_wrong": _share([one.answer.passage is not None and not one.is_right for one in answerable]),
        "answerable": len(answerable),
        "without_answer": len(without),
    }


def miss(one: Tried) -> dict[str, object]:
    """What a person needs to see why a question went wrong."""
    wanted = one.question
    return {
        "id": wanted.id,
        "question": wanted.question,
        "document": wanted.document,
        "section": wanted.section,
        "rank": None if one.rank is None else one.rank + 1,
        "refusal": one.answer.refusal,
        "ranked": [{"key": each.passage.key, "chance": round(each.chance, 3)} for each in one.answer.ranked[:3]],
    }


def as_object(answer: Answer) -> dict[str, object]:
    """An answer for programs."""
    return {
        "question": answer.question,
        "passage": answer.passage and answer.passage.key,
        "text": answer.passage and answer.passage.text,
        "source": answer.passage and answer.passage.source,
        "revision": answer.passage and answer.passage.revision,
        "refusal": answer.refusal and answer.refusal.value,
        "threshold": answer.threshold,
        "ranked": [
            {
                "key": one.passage.key,
                "chance": round(one.chance, 3),
                "words": round(one.words, 3),
                "sense": round(one.sense, 3),
                "covered": round(one.covered, 3),
            }
            for one in answer.ranked
        ],
    }


def miss_as_text(one: Tried) -> str:
    """One line for people."""
    wanted = f"{one.question.document}#{one.question.section}" if one.question.document else "no answer"
    told = one.answer.passage.key if one.answer.passage else f"refused ({one.answer.refusal})"
    place = "" if one.rank is None else f", ranked {one.rank + 1}"
    return f"miss {one.question.id}: {one.question.question!r}: wanted {wanted}{place}; got {told}"


def summary(found: Sequence[Tried]) -> str:
    """The last line."""
    return json.dumps(figures(found))


def _share(marks: Sequence[bool]) -> float:
    return round(sum(marks) / len(marks), 4) if marks else 0.0
