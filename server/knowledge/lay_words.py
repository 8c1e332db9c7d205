"""What people call things, and what leaflets call them: the question is told in both, so that either is found."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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


Concept = tuple[tuple[str, ...], ...]
"""One thing that is spoken of: ways to say it, each as the stems that must all be there."""


@dataclass(frozen=True)
class LayWords:
    """Sayings and what they mean; whole words only, the longest first."""

    said: Mapping[str, Sequence[str]]
    """Sayings, in lower case, with their meanings."""
    generics: Mapping[str, str] = field(default_factory=dict)
    """The sayings that are names of one medicine, with its generic name."""
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The sayings for a kind of medicine, for example `blood thinner`, with the generic names each may stand for."""

    def meanings(
        self, question: str, medicines: Sequence[str] = (), known: Callable[[str], bool] = lambda word: False
    ) -> list[str]:
        """What the question of somebody who takes these medicines says in other words, without what it says itself.

        `known`: whether the library has a word. What is said in its own words needs no others, and of a medicine that it
        speaks of the generic name is enough: what kind it is would only lead away from its passages.
        """
        said = _folded(question)
        sayings = [one for one in self._sayings(said) if not self._is_plain(one, known)]
        meant = dict.fromkeys(
            meaning for one in sayings for meaning in self._in_short(one, known) or self._meant(one, medicines)
        )
        return [meaning for meaning in meant if not re.search(rf"\b{re.escape(meaning)}\b", said)]

    def concepts(self, question: str, medicines: Sequence[str] = ()) -> list[Concept]:
        """What the question speaks of, one by one."""
        said = _folded(question)
        rest = self._any.sub(" ", said) if self._any else said
        sayings = [[terms(each) for each in (one, *self._meant(one, medicines))] for one in self._sayings(said)]
        found = (*sayings, *([[word]] for word in terms(rest)))
        return [one for one in dict.fromkeys(_concept(ways) for ways in found) if one]

    def told(
        self, question: str, medicines: Sequence[str] = (), known: Callable[[str], bool] = lambda word: False
    ) -> str:
        """The question with its meanings behind it."""
        meant = self.meanings(question, medicines, known)
        return f"{question} ({', '.join(meant)})" if meant else question

    def not_meant(self, question: str, medicines: Sequence[str]) -> frozenset[str]:
        """Generic names that it is not about: "my blood thinner" is the one that the asker takes, and no other that goes by
        this name, unless the question names it too."""
        sayings = self._sayings(_folded(question))
        kinds = [kind for one in sayings if not (kind := self.kinds.get(one, frozenset())).isdisjoint(medicines)]
        named = {self.generics[one] for one in sayings if one in self.generics}
        return frozenset(name for kind in kinds for name in kind if name not in named and name not in medicines)

    @cached_property
    def _any(self) -> re.Pattern[str] | None:
        longest = sorted(self.said, key=lambda one: (-len(one), one))
        return re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, longest))})(?![\w'])") if longest else None

    def _sayings(self, said: str) -> list[str]:
        return [found[0] for found in self._any.finditer(said)] if self._any else []

    def _meant(self, saying: str, medicines: Sequence[str]) -> tuple[str, ...]:
        kind = self.kinds.get(saying, frozenset())
        return (*self.said[saying], *(name for name in medicines if name in kind))

    def _is_plain(self, saying: str, known: Callable[[str], bool]) -> bool:
        """Whether it is one word, of no medicine, that the library uses itself."""
        return saying not in self.generics and saying not in self.kinds and " " not in saying and known(saying)

    def _in_short(self, saying: str, known: Callable[[str], bool]) -> tuple[str, ...]:
        generic = self.generics.get(saying, "")
        return (generic,) if generic and known(generic) else ()


def _concept(ways: Iterable[Sequence[str]]) -> Concept:
    return tuple(dict.fromkeys(tuple(dict.fromkeys(way)) for way in ways if way))


def _folded(text: str) -> str:
    return text.lower().replace("’", "'")


def read_lay_words(shared: Path) -> LayWords:
    """From `medicines.yaml` and `lay_words.yaml` of the folder that all personas share."""
    lay = yaml.safe_load((shared / _LAY_WORDS).read_text("utf-8"))
    medicines = yaml.safe_load((shared / _MEDICINES).read_text("utf-8"))
    sayings = TypeAdapter(tuple[_Saying, ...]).validate_python(lay["lay_words"])
    groups: dict[str, str] = TypeAdapter(dict[str, str]).validate_python(lay["groups"])
    known = TypeAdapter(tuple[_Medicine, ...]).validate_python(medicines["medicines"])
    everyday: dict[str, tuple[str, ...]] = TypeAdapter(dict[str, tuple[str, ...]]).validate_python(
        medicines["everyday_names"]
    )
    meanings: dict[str, list[str]] = {}
    for says, means in (*_of_sayings(sayings), *_of_medicines(known, groups)):
        meanings.setdefault(says.lower(), []).extend(means)
    kinds: dict[str, frozenset[str]] = {
        name: frozenset(one.generic for one in known if group in one.groups)
        for group, names in everyday.items()
        for name in names
    }
    generics = {name.lower(): one.generic for one in known for name in (one.generic, *one.brands, *one.heard_as)}
    for name in kinds:
        meanings.setdefault(name, [])
    return LayWords(meanings, generics, kinds)


def _of_sayings(sayings: Iterable[_Saying]) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((says, one.means) for one in sayings for says in one.says)


def _of_medicines(known: Iterable[_Medicine], groups: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name of a medicine stands for its generic name, what kind it is, and, to find it in leaflets, its first brand."""
    for one in known:
        kinds = tuple(groups[group] for group in one.groups if group in groups)
        yield one.generic, (*kinds, *(brand.lower() for brand in one.brands[:1]))
        yield from ((name, (one.generic, *kinds)) for name in (*one.brands, *one.heard_as))
