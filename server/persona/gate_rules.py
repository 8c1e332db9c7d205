"""What the output gate knows of language: what must never be said, what may be said without a source, and which words
mean the same. Data of the persona packs (`gate.yaml`, `gate_words.yaml`), compiled once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import Field

from server.persona.lexicon import Lexicon
from server.persona.shape import Frozen, Name, Number, Signature
from server.persona.source import PackError

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
    widens: bool = False
    """Whether words of the class `harmless` may follow too; such a sentence must pass every check besides."""
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
    claims_max: Number
    """Likelihood of a claim under which a sentence that no list knows is talk."""


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
    free: tuple[str, ...]
    """Words that a claim may add to what a passage says: neither of the body, of medicines, of places of care nor of how much,
    how often, when or how certain."""
    free_verbs: tuple[str, ...]
    """The same, but not beside a medicine: "leave the salt off the table", yet not "leave your pill"."""
    soft_verbs: tuple[str, ...]
    """What a free verb may stand for: "leave the light on" for "keep"; never for "empty", "remove" or "stop"."""
    onset: tuple[str, ...]
    """Words that a condition of calling for help may add: "if you start wheezing"."""
    narrowing: tuple[Name, ...]
    """Concepts that cannot be left out before what they narrow: "half full" is not "full"."""
    predicates: tuple[Name, ...]
    """Concepts that say something of a topic, how often or who; a sentence has them of its own, never of its neighbors."""
    causal: tuple[Name, ...]
    """Concepts with a cause before and an effect behind them; these two must not be exchanged."""
    purposes: tuple[Name, ...]
    """Concepts of what something is good for: "drinking water helps prevent stones" tells no more than "drink water to prevent
    stones"."""
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
    readings: tuple[Rewrite, ...]
    """Other ways to say a whole sentence, each of which means the very same."""
    plain: tuple[str, ...]
    """Words that a retelling may add wherever: neither of the body, of medicines, of care, nor of how much, when or whether."""
    easy: tuple[str, ...]
    """Verbs of no weight of their own, which a retelling may put for one another: "wear", "keep" and "put on"."""
    told: tuple[Name, ...]
    """Concepts of verbs that a retelling may leave to their object."""
    kin: tuple[tuple[str, ...], ...]
    """Words and concepts that a retelling may put for one another, though elsewhere they are not the same."""
    limits: tuple[str, ...]
    """Concepts that a retelling can neither add nor leave out."""


class Readable(Protocol):
    """A YAML file with its lines, as `loading.Source`."""

    def read(self, shape: type[T]) -> T: ...

    def at(self, line: int, message: str) -> str: ...

    def line_of(self, text: str) -> int: ...


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
    wide: re.Pattern[str]
    """The same opening with other harmless words behind it; such words must pass every check."""
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
    readings: tuple[tuple[re.Pattern[str], str], ...]


def gate_rules(gate: Readable, words: Readable) -> GateRules:
    """Raise PackError with the file and line of every phrase or rewrite that is not a valid expression."""
    file, listed = gate.read(GateFile), words.read(WordsFile)
    try:
        lexicon = Lexicon.build(file.words)
    except ValueError as error:
        raise PackError(gate.at(gate.line_of("words"), str(error))) from None
    if wrong := [*_wrong_phrases(gate, file, lexicon), *_wrong_rewrites(words, listed)]:
        raise PackError(*wrong)
    return GateRules(
        file,
        listed,
        tuple(CompiledCheck(check.id, check.lifted, _any(lexicon, check.phrases)) for check in file.checks),
        tuple(_act(lexicon, act, file.words) for act in file.acts),
        _slot(lexicon, file.question),
        _slot(lexicon, file.readback),
        _any(lexicon, ["{disease}"]),
        tuple((_rewriting(rewrite), _spaced(rewrite.put)) for rewrite in listed.rewrites),
        tuple((re.compile(rf"^{reading.find} $"), _spaced(reading.put)) for reading in listed.readings),
    )


def _wrong_phrases(source: Readable, file: GateFile, lexicon: Lexicon) -> Iterator[str]:
    slots = (file.question, file.readback)
    rows = [phrase for check in file.checks for phrase in check.phrases]
    rows += [phrase for act in file.acts for phrase in (*act.opens, *act.never)]
    rows += [phrase for slot in slots for phrase in (*slot.opens, *slot.lead, *slot.never)]
    for phrase in dict.fromkeys(rows):
        try:
            lexicon.compile(phrase)
        except ValueError as error:
            yield source.at(source.line_of(phrase), str(error))


def _wrong_rewrites(source: Readable, listed: WordsFile) -> Iterator[str]:
    for rewrite in (*listed.rewrites, *listed.readings):
        try:
            _rewriting(rewrite).sub(_spaced(rewrite.put), "")
        except re.error as error:
            yield source.at(source.line_of(rewrite.find), f"`{rewrite.find}` is not a valid expression: {error}")


def _rewriting(rewrite: Rewrite) -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{rewrite.find})(?: |(?<= ))")


def _act(lexicon: Lexicon, act: Act, words: Mapping[str, tuple[str, ...]]) -> CompiledAct:
    opens = _any(lexicon, act.opens).pattern
    then = "|".join(sorted({*act.then, *words["small"]}))
    wide = "|".join(sorted({*act.then, *words["small"], *(words["harmless"] if act.widens else ())}))
    return CompiledAct(
        act.id,
        re.compile(rf"(?:{opens})(?:(?:{then}) )*$"),
        re.compile(rf"(?:{opens})(?:(?:{wide}) )*$"),
        _any(lexicon, act.never),
    )


def _slot(lexicon: Lexicon, slot: Slot) -> CompiledSlot:
    return CompiledSlot(_any(lexicon, slot.opens), _any(lexicon, slot.lead), _any(lexicon, slot.never))


def _any(lexicon: Lexicon, phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(lexicon.compile(phrase).pattern.pattern for phrase in phrases) or r"(?!)")


def _spaced(text: str) -> str:
    return f"{text} " if text else ""
