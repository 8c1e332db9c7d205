"""What publishing would change: past and golden questions asked of the present release and of the next one, as a diff. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import assert_never

from server.knowledge.consulting import Outcome
from server.knowledge.golden import Verdict
from server.knowledge.passage import Passage
from server.knowledge.rules import Measures
from server.knowledge.telling import sentences
from server.knowledge.terms import terms

Ask = Callable[[str], Outcome]
"""Put a question to a release."""

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_UNIT = re.compile(r"\s*-?\s*([a-z%°]+)", re.IGNORECASE)


class Change(StrEnum):
    """What becomes of the answer to a question."""

    SAME = "same"
    CHANGED = "changed"
    LOST = "lost"
    GAINED = "gained"
    REFUSED = "refused"
    """By both."""


@dataclass(frozen=True)
class Difference:
    """One question, answered by the present release and by the next."""

    question: str
    """PHI where a patient asked it."""
    times: int
    """How often it was asked; 0 for a golden question."""
    change: Change
    before: str
    """What is told; empty where it is refused."""
    after: str
    before_key: str
    after_key: str


@dataclass(frozen=True)
class Contradiction:
    """Two passages that say different numbers of one medicine or sign."""

    about: str
    unit: str
    one: str
    """Key of a passage."""
    one_says: str
    other: str
    other_says: str


@dataclass(frozen=True)
class BlastRadius:
    """Everything a clinician should know before publishing; reads in a minute."""

    differences: tuple[Difference, ...]
    contradictions: tuple[Contradiction, ...]
    red: tuple[Verdict, ...]
    """Golden questions that fail."""
    too_few: tuple[tuple[str, int], ...]
    """Documents without enough golden questions, and how many each has."""
    asked: int
    """Questions that were replayed."""
    first: bool = False
    """Nothing was ever published: every answer is a new one, so that none of them is news."""

    def of(self, change: Change) -> tuple[Difference, ...]:
        """Those most often asked first."""
        found = [one for one in self.differences if one.change is change]
        return tuple(sorted(found, key=lambda one: -one.times))

    def lines(self) -> Iterator[str]:
        """As a diff: `-` is told now, `+` would be told."""
        counts = {change: len(self.of(change)) for change in Change}
        yield f"{self.asked} questions replayed: " + ", ".join(f"{count} {change}" for change, count in counts.items())
        for verdict in self.red:
            yield f"RED      {verdict.golden.document}: {verdict.golden.question}"
            yield from (f"         {fault}: {what}" for fault, what in verdict.faults)
        if self.too_few:
            named = ", ".join(f"{document} has {count}" for document, count in self.too_few)
            yield f"FEW      golden questions: {named}"
        for one in self.contradictions:
            yield f"CLASH    {one.about}: {one.one_says!r} in {one.one}, {one.other_says!r} in {one.other}"
        for change in (Change.LOST, Change.CHANGED, *(() if self.first else (Change.GAINED,))):
            for difference in self.of(change):
                yield from _shown(difference)


def compare(past: Iterable[tuple[str, int]], golden: Iterable[str], before: Ask | None, after: Ask) -> list[Difference]:
    """`past`: questions with how often they were asked; `before` is None where nothing was ever published."""
    times = dict.fromkeys(golden, 0) | dict(past)
    return [_difference(question, count, before, after) for question, count in times.items()]


def contradictions(
    passages: Sequence[Passage], subjects: Callable[[str], frozenset[str]], measures: Measures
) -> list[Contradiction]:
    """`subjects`: the medicines and signs that a sentence names. Numbers are compared within one language and one unit."""
    said: dict[tuple[str, str, str], dict[str, _Said]] = defaultdict(dict)
    for passage in passages:
        for sentence in sentences(passage.text):
            for about in subjects(sentence):
                for number, unit in _amounts(sentence, measures):
                    same = said[passage.language, about, unit]
                    same.setdefault(passage.key, _Said(sentence, set())).numbers.add(number)
    return [
        Contradiction(about, unit, one, found[one].sentence, other, found[other].sentence)
        for (_, about, unit), found in sorted(said.items())
        for one, other in combinations(sorted(found), 2)
        if found[one].numbers.isdisjoint(found[other].numbers)
        and (not measures.spans.fullmatch(unit) or _alike(found[one].sentence, found[other].sentence))
    ]


@dataclass(frozen=True)
class _Said:
    """What a passage says of one thing in one unit."""

    sentence: str
    """The first one."""
    numbers: set[str]


def _alike(one: str, other: str) -> bool:
    """Whether two sentences speak of the same thing: "every 4 hours" is no word on "for 24 hours"."""
    first, second = (set(terms(_NUMBER.sub(" ", each))) for each in (one, other))
    return 2 * len(first & second) > min(len(first), len(second))


def _difference(question: str, times: int, before: Ask | None, after: Ask) -> Difference:
    old, new = before(question) if before else None, after(question)
    told, tells = " ".join(old.sentences) if old else "", " ".join(new.sentences)
    old_key = old.citation.key if old and old.citation else ""
    new_key = new.citation.key if new.citation else ""
    return Difference(question, times, _change(told, tells), told, tells, old_key, new_key)


def _change(before: str, after: str) -> Change:
    if before == after:
        return Change.SAME if before else Change.REFUSED
    if not before:
        return Change.GAINED
    return Change.CHANGED if after else Change.LOST


def _shown(one: Difference) -> Iterator[str]:
    asked = f" (asked {one.times} times)" if one.times else ""
    yield f"{one.change.upper():<8} {one.question}{asked}"
    match one.change:
        case Change.LOST:
            yield f"  - {one.before}  [{one.before_key}]"
        case Change.GAINED:
            yield f"  + {one.after}  [{one.after_key}]"
        case Change.CHANGED:
            yield f"  - {one.before}  [{one.before_key}]"
            yield f"  + {one.after}  [{one.after_key}]"
        case Change.SAME | Change.REFUSED:
            return
        case _:
            assert_never(one.change)


def _amounts(sentence: str, measures: Measures) -> Iterator[tuple[str, str]]:
    """Numbers with the word after them."""
    for found in _NUMBER.finditer(sentence):
        unit = _UNIT.match(sentence, found.end())
        if not measures.called.fullmatch(found[0]):
            yield found[0], unit[1].lower().rstrip("s") if unit else ""
