"""What a sentence says: its condition and its clauses, each with mood, actor, negated and plain concepts, and quantities."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.conversation.language import DRUG, Language
from server.conversation.quantity import COMPARATORS, UP, Quantity, is_number, read
from server.conversation.spoken import Spoken

Mood = Literal["must", "may", "might", "exempt", "will", "says"]
Actor = Literal["you", "care", "self", "thing"]

IF = frozenset({"if", "when", "whenever", "unless"})
SUBJECTS = frozenset({"i", "you", "we", "it", "they", "this", "that", "these", "those", "he", "she", "your", "there"})
OPENERS = frozenset({"please", "then", "do", "never", "avoid", "always", "just", "also", "cmpexempt"})
JOINS = frozenset({",", "and", "so", "then", "or"})
BREAKS = frozenset({"but", "because", "however", "although", "though"})
SCOPE_ENDS = frozenset(
    {
        "until",
        "unless",
        "if",
        "when",
        "because",
        "so",
        "even",
        "but",
        "before",
        "after",
        "while",
        "during",
        "instead",
        "should",
        "must",
        "please",
    }
)
NOUN_SCOPE_ENDS = (
    frozenset({"for", "in", "on", "with", "to", "at", "and", ",", "from", "within", "during"}) | SCOPE_ENDS
)
BARE_DENIAL = "not"
BARE_CONDITION = "if"
RELATIVE = frozenset({"that", "which", "who"})
LACKING = frozenset({"no", "without"})
"""Negate the next noun only."""
MAY = frozenset({"can", "may"})
MIGHT = frozenset({"might", "could"})
MUST = frozenset({"should", "must", "please"})
WILL = frozenset({"will", "would"})
PRONOUNS = frozenset({"it", "them", "this", "that", "these", "those", "they", "one"})
ADJECTIVES = frozenset({"clean", "dry", "cool", "open", "set", "rest"})
"""Verbs that after "and" are more often something else: "clean and dry"."""
SILENT = (
    MAY | MIGHT | MUST | WILL | OPENERS | frozenset({"if", "when", "whenever", "unless", "than", "not"}) - {"avoid"}
)


@dataclass(frozen=True)
class Term:
    """One concept of a clause."""

    concept: str
    negated: bool
    part: int
    """Parts of a clause are what stands between its commas, ands and ors."""
    under: str
    """The order word it stands under, as "breakfast" in "before breakfast"; empty in the main part."""
    modifier: str
    """The concept of the word just before it; empty when another kind of word stands there."""

    @property
    def is_drug(self) -> bool:
        return self.concept.startswith(DRUG)


@dataclass(frozen=True)
class Clause:
    """One thing said or told."""

    terms: tuple[Term, ...]
    quantities: tuple[Quantity, ...]
    mood: Mood
    actor: Actor
    refers: bool
    """Whether a pronoun stands for something of the sentence before."""

    @property
    def concepts(self) -> frozenset[str]:
        return frozenset(term.concept for term in self.terms)


@dataclass(frozen=True)
class Statement:
    """One sentence."""

    condition: Clause | None
    unless: bool
    clauses: tuple[Clause, ...]

    @property
    def everything(self) -> tuple[Clause, ...]:
        return (*self.clauses, *((self.condition,) if self.condition else ()))


def statement(sentence: Spoken, language: Language) -> Statement:
    """Any sentence; one without words has no clauses."""
    tokens = [word for word in language.rewritten(sentence) if word not in ".?"]
    tokens = _counted(tokens, language)
    condition, main, unless = _parted(_main_first(tokens, language), language)
    clauses = tuple(clause(part, language) for part in _clauses(main, language))
    held = _condition([word for word in condition if word not in IF], language) if condition else None
    return Statement(held, unless, tuple(one for one in clauses if one.terms or one.quantities))


def _condition(tokens: list[str], language: Language) -> Clause:
    """ "If you feel like it" is a condition too, though each of its words is light."""
    held = clause(tokens, language)
    return held if held.terms or held.quantities else replace(held, terms=(Term(BARE_CONDITION, False, 0, "", ""),))


def without_condition(sentence: Spoken) -> Spoken:
    """What a sentence asserts: without what stands between "if" and the next comma."""
    kept: list[str] = []
    held = False
    for word in sentence.tokens:
        held = (held or word in ("if", "when", "whenever")) and word not in (",", "then")
        if not held:
            kept.append(word)
    return Spoken(tuple(kept))


def _counted(tokens: list[str], language: Language) -> list[str]:
    pairs = zip(tokens, [*tokens[1:], ""], strict=True)
    return ["1" if word == "one" and language.lemma(after) in language.units else word for word, after in pairs]


def _main_first(tokens: list[str], language: Language) -> list[str]:
    """ "Before breakfast, weigh yourself" as "weigh yourself before breakfast"."""
    if not tokens or tokens[0] not in language.words.relations:
        return tokens
    following = itertools.pairwise(tokens)
    told = (
        at
        for at, (mark, after) in enumerate(following)
        if mark == "," and (_is_told(after, language) or after in SUBJECTS)
    )
    if (at := next(told, None)) is not None:
        return tokens[at + 1 :] + tokens[:at]
    subjects = (
        at for at in range(2, len(tokens) - 1) if tokens[at] == "you" and tokens[at + 1] in MAY | MIGHT | MUST | {"do"}
    )
    at = next(subjects, 0)
    return tokens[at:] + tokens[:at]


def _parted(tokens: list[str], language: Language) -> tuple[list[str], list[str], bool]:
    """Condition, main part, and whether the condition is an `unless`."""
    at = next((index for index, word in enumerate(tokens) if word in IF), None)
    if at is None:
        return [], tokens, False
    before = [word for word in tokens[:at] if word not in (",", "and")]
    end = _condition_end(tokens, at + 1, language, opens=not before)
    return tokens[at:end], before + tokens[end + 1 :] if before else tokens[end:], tokens[at] == "unless"


def _condition_end(tokens: list[str], start: int, language: Language, *, opens: bool) -> int:
    commas = [at for at in range(start, len(tokens) - 1) if tokens[at] in (",", "then")]
    told = [at for at in commas if _is_told(tokens[at + 1], language) or tokens[at] == "then"]
    if told:
        return told[0]
    subjects = [at for at in commas if tokens[at + 1] in SUBJECTS]
    if opens and subjects:
        return subjects[-1]
    if opens and commas:
        return commas[-1]
    for at in range(start + 2, len(tokens)) if opens else ():
        joined = tokens[at - 1] in SUBJECTS | {"and", "or", "to", "not", "the"}
        if not joined and language.concept((language.lemma(tokens[at]),), 0)[0] in language.words.contact:
            return at
    return len(tokens)


def _is_told(word: str, language: Language) -> bool:
    bare = not (word.endswith("ing") and len(word) > 5) and (not word.endswith("s") or word.endswith("ss"))
    return word in OPENERS or (bare and language.lemma(word) in language.verbs)


def _clauses(tokens: list[str], language: Language) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for at, word in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        listed = "not" in found[-1] and word == "," and "or" in tokens[at:]
        opens = (_is_told(following, language) and following not in ADJECTIVES) or (
            following in SUBJECTS and following != "your"
        )
        bare = not any(_is_told(one, language) or one in SUBJECTS for one in found[-1])
        if word in BREAKS or (word in JOINS - {"or"} and opens and not listed and not (bare and word == ",")):
            found.append([])
        else:
            found[-1].append(word)
    return [part for part in found if part]


def clause(tokens: list[str], language: Language) -> Clause:
    """One clause without its condition."""
    reader = _Reader(tokens, language)
    reader.run()
    return Clause(
        tuple(reader.terms),
        tuple(reader.quantities),
        _mood(tokens, language),
        _actor(tokens, language),
        any(word in PRONOUNS for word in tokens),
    )


def _mood(tokens: Sequence[str], language: Language) -> Mood:
    """The first modal word decides; without one, whether it opens like an instruction."""
    words = set(tokens)
    first = next((word for word in tokens if word not in (",", "and", "then", "always", "just", "also")), "")
    told = (first not in OPENERS and _is_told(first, language)) or first in ("do", "not", "no", "avoid", "never")
    modal = next((word for word in tokens if word in MAY | MIGHT | MUST | WILL), "")
    if "cmpexempt" in words:
        return "exempt"
    if told or modal in MUST:
        return "must"
    if modal in MAY | MIGHT:
        return "must" if "not" in words else "may" if modal in MAY else "might"
    if modal in WILL:
        return "will"
    return "must" if words & {"avoid", "never"} else "says"


def _actor(tokens: Sequence[str], language: Language) -> Actor:
    for word in tokens:
        concept = language.concept((language.lemma(word),), 0)[0]
        if word == "i":
            return "self"
        if word in PRONOUNS or word == "there":
            return "thing"
        if word == "you" or language.lemma(word) in language.verbs or word in OPENERS - {"just", "also"}:
            return "you"
        if concept in ("care", "doctor", "pharmacist") or word == "we":
            return "care"
        if language.lemma(word) not in language.light and word not in (",", "and"):
            return "thing"
    return "thing"


class _Reader:
    """Walks over the words of one clause."""

    def __init__(self, tokens: list[str], language: Language) -> None:
        self.tokens = tokens
        self.language = language
        self.lemmas = tuple(language.lemma(word) for word in tokens)
        self.terms: list[Term] = []
        self.quantities: list[Quantity] = []
        self._part = 0
        self._parts: dict[int, set[str]] = {0: set()}
        self._pending: list[tuple[Quantity, int, bool]] = []
        self._denied = self._lacking = False
        self._denied_since = 0
        self._modifier = ""
        self._under = ""
        self._turned = False

    def run(self) -> None:
        at = 0
        while at < len(self.tokens):
            at = self._step(at)
        self._end_denial()
        about, times = self._abouts()
        for quantity, part, negated in self._pending:
            turned = quantity.turned() if negated else quantity
            self._turned |= negated and quantity.direction == UP
            self.quantities.append(
                Quantity(
                    turned.low,
                    turned.high,
                    turned.unit,
                    turned.direction,
                    turned.preposition,
                    turned.per,
                    frozenset(about[part]),
                    frozenset(times[part]),
                )
            )
        if self._turned:
            self.terms = [replace(term, negated=False) for term in self.terms]

    def _step(self, at: int) -> int:
        word = self.tokens[at]
        self._scope(at)
        if word in (",", "and", "or"):
            self._part += 1
            self._parts[self._part] = set()
            self._modifier = ""
            self._under = self._under if word == "or" else ""
            return at + 1
        if is_number(word):
            return self._number(at)
        if word in self.language.words.negators:
            self._lacking |= word in LACKING
            if word not in LACKING and not self._denied:
                self._denied, self._denied_since = True, len(self.terms)
            if word == "not" and not RELATIVE & set(self.tokens[max(0, at - 3) : at]):
                self._deny_subject()
            return at + 1
        if word in SILENT or word in COMPARATORS or word == "orup" or word == "ordown":
            self._modifier = ""
            return at + 1
        return self._word(at)

    def _deny_subject(self) -> None:
        """ "Ibuprofen should not be taken" denies ibuprofen as "do not take ibuprofen" does."""
        here = self._part
        self.terms = [
            replace(term, negated=True) if term.part == here and not term.under else term for term in self.terms
        ]

    def _scope(self, at: int) -> None:
        word = self.tokens[at]
        self._lacking = self._lacking and word not in NOUN_SCOPE_ENDS
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else ""
        joined = word in (",", "and") and self.language.lemma(following) in self.language.verbs
        if word in SCOPE_ENDS or (joined and "or" not in self.tokens[at:]):
            self._end_denial()

    def _end_denial(self) -> None:
        """A denial of light words alone ("do not use 2 pillows") must not get lost."""
        if self._denied and len(self.terms) == self._denied_since:
            self.terms.append(Term(BARE_DENIAL, False, self._part, self._under, ""))
        self._denied = False

    @property
    def _negated(self) -> bool:
        """Not without is with."""
        return self._denied != self._lacking

    def _number(self, at: int) -> int:
        before = self._pending[-1][0] if self._pending else None
        quantity, end = read(self.tokens, at, self.language, before)
        self._pending.append((quantity, self._part, self._negated))
        for concept in self.language.words.implied.get(quantity.unit, ()):
            self._parts[self._part].add(concept)
        self._modifier = self._under = ""
        return end

    def _word(self, at: int) -> int:
        if self.tokens[at] in self.language.words.relations:
            return self._relation(at)
        concept, length = self.language.concept(self.lemmas, at)
        if length == 1 and self.lemmas[at] in self.language.light and concept == self.lemmas[at]:
            self._modifier = ""
            return at + 1
        self.terms.append(Term(concept, self._negated, self._part, self._under, self._modifier))
        self._parts[self._part].add(concept)
        self._modifier = concept
        return at + length

    def _relation(self, at: int) -> int:
        """An order word, or two: "before and after"."""
        relations = self.language.words.relations
        both = (
            self.tokens[at + 1 : at + 2] in (["and"], ["or"])
            and self.tokens[at + 2 : at + 3]
            and self.tokens[at + 2] in relations
        )
        words = (self.tokens[at], self.tokens[at + 2]) if both else (self.tokens[at],)
        self._under = " ".join(words)
        self.terms += [Term(word, False, self._part, self._under, "") for word in words]
        return at + (3 if both else 1)

    def _abouts(self) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
        about: dict[int, set[str]] = {}
        times: dict[int, set[str]] = {}
        for part in range(self._part + 1):
            times[part] = {concept for concept in self._parts[part] if concept.startswith("t_")}
            own = self._parts[part] - times[part]
            about[part] = own or about.get(part - 1, set())
        if len(self._pending) == 1:
            about = {part: set().union(*self._parts.values()) for part in about}
        return about, times
