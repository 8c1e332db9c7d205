"""Scores an answer that should show an instruction was understood. A yes, or our own words back, never passes
(AHRQ Health Literacy Universal Precautions Toolkit, Tool 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from server.conversation.heard import Heard, hear
from server.conversation.scope import Place, find, is_denied
from server.persona.pack import Pack, TeachBack, TeachPoint


@dataclass(frozen=True)
class Score:
    """What an answer showed."""

    passed: bool
    points: tuple[str, ...]


def score(pack: Pack, lesson: TeachBack, heard: Heard) -> Score:
    """Passes with every required point, nothing that is the wrong thing to do, and not as a parrot."""
    shown = tuple(point.id for point in lesson.points if _shows(pack, point, heard))
    needed = {point.id for point in lesson.points if point.required}
    wrong = any(not is_denied(pack, place) for place in _places(pack, lesson.wrong, heard))
    return Score(needed.issubset(shown) and not wrong and not is_parrot(pack, lesson, heard), shown)


def is_parrot(pack: Pack, lesson: TeachBack, heard: Heard) -> bool:
    """Whether a long run of taught words came back and nothing of the patient's own with it."""
    taught = [hear(text).words for script in lesson.teach for text in pack.lines[script].sentences]
    longest = max((_common_run(heard.words, words) for words in taught), default=0)
    known = {word for words in taught for word in words} | {
        "yes",
        "okay",
        "ok",
        "my",
        "right",
        "i",
        "myself",
        "if",
        "and",
    }
    return longest >= int(pack.numbers.parrot_words.value) and known.issuperset(heard.words)


def _shows(pack: Pack, point: TeachPoint, heard: Heard) -> bool:
    places = _places(pack, point.phrases, heard)
    return any(not is_denied(pack, place) for place in places)


def _places(pack: Pack, sources: Sequence[str], heard: Heard) -> list[Place]:
    return [Place.of(heard, heard.text, match.start(), match.end()) for match in find(pack, sources, heard.text)]


def _common_run(one: Sequence[str], other: Sequence[str]) -> int:
    return SequenceMatcher(a=one, b=other, autojunk=False).find_longest_match().size
