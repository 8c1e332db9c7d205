"""What people call things, and what leaflets call them: the question is told in both, so that either is found."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from server.knowledge.terms import terms

_MEDICINES, _LAY_WORDS = "medicines.yaml", "lay_words.yaml"


class _Medicine(BaseModel):
    generic: str
    brands: tuple[str, ...] = ()
    heard_as: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class _Saying(BaseModel):
    model_config = ConfigDict(extra="forbid")

    says: tuple[str, ...]
    means: tuple[str, ...]


class LayWords:
    """Sayings and what they mean; whole words only, the longest first."""

    def __init__(self, meanings: Mapping[str, Sequence[str]]) -> None:
        self._meanings = meanings
        longest = sorted(meanings, key=lambda one: (-len(one), one))
        self._any = re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, longest))})(?![\w'])") if longest else None

    def meanings(self, question: str) -> list[str]:
        """What the question says in other words, without what it says itself."""
        said = question.lower().replace("’", "'")
        found = self._any.finditer(said) if self._any else ()
        meant = dict.fromkeys(meaning for one in found for meaning in self._meanings[one[0]])
        return [meaning for meaning in meant if not re.search(rf"\b{re.escape(meaning)}\b", said)]

    def concepts(self, question: str) -> list[tuple[str, ...]]:
        """What the question speaks of, one by one, each as the stems that stand for it: its own and those of its meanings."""
        said = question.lower().replace("’", "'")
        found = list(self._any.finditer(said)) if self._any else []
        rest = self._any.sub(" ", said) if self._any else said
        sayings = (terms(" ".join((one[0], *self._meanings[one[0]]))) for one in found)
        every = dict.fromkeys((*(tuple(dict.fromkeys(one)) for one in sayings), *((word,) for word in terms(rest))))
        return [concept for concept in every if concept]

    def told(self, question: str) -> str:
        """The question with its meanings behind it."""
        meant = self.meanings(question)
        return f"{question} ({', '.join(meant)})" if meant else question


def read_lay_words(shared: Path) -> LayWords:
    """From `medicines.yaml` and `lay_words.yaml` of the folder that all personas share."""
    lay = yaml.safe_load((shared / _LAY_WORDS).read_text("utf-8"))
    medicines = yaml.safe_load((shared / _MEDICINES).read_text("utf-8"))["medicines"]
    sayings = TypeAdapter(tuple[_Saying, ...]).validate_python(lay["lay_words"])
    groups: dict[str, str] = TypeAdapter(dict[str, str]).validate_python(lay["groups"])
    known = TypeAdapter(tuple[_Medicine, ...]).validate_python(medicines)
    meanings: dict[str, list[str]] = {}
    for says, means in (*_of_sayings(sayings), *_of_medicines(known, groups)):
        meanings.setdefault(says.lower(), []).extend(means)
    return LayWords(meanings)


def _of_sayings(sayings: Iterable[_Saying]) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((says, one.means) for one in sayings for says in one.says)


def _of_medicines(known: Iterable[_Medicine], groups: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name of a medicine stands for its generic name, what kind it is, and, to find it in leaflets, its first brand."""
    for one in known:
        kinds = tuple(groups[group] for group in one.groups if group in groups)
        yield one.generic, (*kinds, *(brand.lower() for brand in one.brands[:1]))
        yield from ((name, (one.generic, *kinds)) for name in (*one.brands, *one.heard_as))
