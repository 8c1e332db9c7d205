"""What the output gate knows of language: what must never be said, what may be said without a source, and which words
mean the same. Data of the persona packs (`gate.yaml`, `gate_words.yaml`), compiled once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import Field

from server.persona.lexicon import Lexicon
from server.persona.shape import Frozen, Name, Number, Signature

T = TypeVar("T", bound=Frozen)


class Check(Frozen):
    """One kind of words that must not be spoken."""

    id: Name
    explain: str
    """What is wrong with such a sentence, for people."""
    source: str = Field(min_length=1)
    lifted: bool = False
    """Words that a cited passage says in full may be spoken all the same."""
    phrases: tuple[str, ...]
    must_block: tuple[str, ...]
    must_allow: tuple[str, ...] = ()


class Act(Frozen):
    """One kind of talk that claims nothing, so that it needs no passage: a fixed opening, then words of a closed list."""

    id: Name
    source: str = Field(min_length=1)
    opens: tuple[str, ...]
    then: tuple[str, ...]
    """The only words that may follow, besides those of the class `small`."""
    never: tuple[str, ...] = ()
    """Rows of those words that would advise, judge or hide something all the same."""
    must_allow: tuple[str, ...]


class Slot(Frozen):
    """Talk with an open middle: it must open like this, and its words must hold nothing of `never`."""

    opens: tuple[str, ...]
    lead: tuple[str, ...] = ()
    """What may stand before, set off by a comma."""
    never: tuple[str, ...]
    must_allow: tuple[str, ...] = ()


class GateNumbers(Frozen):
    """The limits of one sentence."""

    words_max: Number
    questions_max: Number
    similarity_min: Number
    """Likeness of a claim and a sentence of the passage at which one harmless word more is allowed."""


class GateFile(Frozen):
    """gate.yaml"""

    id: Name
    version: int = Field(ge=1)
    source: str
    status: Signature
    numbers: GateNumbers
    words: Mapping[Name, tuple[str, ...]]
    checks: tuple[Check, ...]
    acts: tuple[Act, ...]
    question: Slot
    readback: Slot


class Rewrite(Frozen):
    """A regular expression over the words of a sentence, and what it means in fewer words."""

    find: str
    put: str


class WordsFile(Frozen):
    """gate_words.yaml"""

    id: Name
    version: int = Field(ge=1)
    source: str
    status: Signature
    irregular: Mapping[str, str]
    """Forms that no rule of spelling leads back to their word."""
    rewrites: tuple[Rewrite, ...]
    light: tuple[str, ...]
    """Words that carry no claim."""
    concepts: Mapping[Name, tuple[str, ...]]
    """Words that mean the same."""
    broader: Mapping[Name, tuple[str, ...]]
    """Concept to the narrower ones that stand for it in a passage: who reads "warfarin" may say "medicine"."""
    units: Mapping[Name, tuple[str, ...]]
    minutes: Mapping[Name, float]
    """Units of time, in minutes."""
    scales: Mapping[Name, tuple[Name, float]]
    """Unit to a smaller one and how many of it: a gram is 1000 milligrams."""
    drugs: Mapping[str, tuple[str, ...]]
    """Generic name to brand names and misspellings."""
    drug_groups: Mapping[Name, tuple[str, ...]]
    drug_endings: tuple[str, ...]
    """Endings by which a medicine's name is known that is not on the list."""
    verbs: tuple[str, ...]
    """What a patient may be told to do; opens a clause of its own."""
    contact: tuple[Name, ...]
    """Concepts of asking for help: doing it sooner or without the condition harms nobody."""
    exact: tuple[Name, ...]
    """Concepts with which nothing of the passage's sentence may be left out."""
    monitor: tuple[Name, ...]
    """Concepts of looking at oneself: as harmless without their condition."""
    generic: tuple[Name, ...]
    """Things a passage speaks of in part: "salty food" is not "food"."""
    implied: Mapping[Name, tuple[Name, ...]]
    """Unit to the concepts it says: pounds are of weight."""
    negators: tuple[str, ...]
    sooner: tuple[Name, ...]
    """Concepts that may be added to asking for help."""
    relations: tuple[Name, ...]
    """Order words: what follows must follow in the passage too."""


class Readable(Protocol):
    """A YAML file with its lines, as `loading.Source`."""

    def read(self, shape: type[T]) -> T: ...


@dataclass(frozen=True)
class CompiledSlot:
    """A `Slot`, ready to use."""

    opens: re.Pattern[str]
    lead: re.Pattern[str]
    never: re.Pattern[str]


@dataclass(frozen=True)
class CompiledAct:
    """An `Act`, ready to use."""

    id: str
    pattern: re.Pattern[str]
    never: re.Pattern[str]


@dataclass(frozen=True)
class CompiledCheck:
    """A `Check`, ready to use."""

    id: str
    lifted: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, eq=False)
class GateRules:
    """Everything above, ready to use. Two are never equal, so that what is built of one can be cached."""

    file: GateFile
    words: WordsFile
    checks: tuple[CompiledCheck, ...]
    acts: tuple[CompiledAct, ...]
    question: CompiledSlot
    readback: CompiledSlot
    diseases: re.Pattern[str]
    rewrites: tuple[tuple[re.Pattern[str], str], ...]


def gate_rules(gate: Readable, words: Readable) -> GateRules:
    """Raise ValueError naming the phrase that is not a valid expression."""
    file, listed = gate.read(GateFile), words.read(WordsFile)
    lexicon = Lexicon.build(file.words)
    return GateRules(
        file,
        listed,
        tuple(CompiledCheck(check.id, check.lifted, _any(lexicon, check.phrases)) for check in file.checks),
        tuple(_act(lexicon, act, file.words["small"]) for act in file.acts),
        _slot(lexicon, file.question),
        _slot(lexicon, file.readback),
        _any(lexicon, ["{disease}"]),
        tuple((re.compile(rf"(?<= ){rewrite.find}(?: |(?<= ))"), _spaced(rewrite.put)) for rewrite in listed.rewrites),
    )


def _act(lexicon: Lexicon, act: Act, small: tuple[str, ...]) -> CompiledAct:
    opens = _any(lexicon, act.opens).pattern
    words = "|".join(sorted({*act.then, *small}))
    return CompiledAct(act.id, re.compile(rf"(?:{opens})(?:(?:{words}) )*$"), _any(lexicon, act.never))


def _slot(lexicon: Lexicon, slot: Slot) -> CompiledSlot:
    return CompiledSlot(_any(lexicon, slot.opens), _any(lexicon, slot.lead), _any(lexicon, slot.never))


def _any(lexicon: Lexicon, phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(lexicon.compile(phrase).pattern.pattern for phrase in phrases) or r"(?!)")


def _spaced(text: str) -> str:
    return f"{text} " if text else ""
