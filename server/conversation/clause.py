"""One thing said or told: mood, actor, negated and plain concepts, and quantities."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.conversation.language import DRUG, Language
from server.conversation.quantity import COMPARATORS, PORTION, UP, Quantity, is_number, read

Mood = Literal["must", "may", "might", "exempt", "will", "says"]
Actor = Literal["you", "care", "other", "self", "thing"]

IF = frozenset({"if", "when", "whenever", "unless"})
SUBJECTS = frozenset({"i", "you", "we", "it", "they", "this", "that", "these", "those", "he", "she", "your", "there"})
OPENERS = frozenset({"please", "then", "do", "never", "avoid", "always", "just", "also", "cmpexempt", "try"})
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
TIMES = ("t_", "q1", "q2", "q3", "q4", "at_first")
"""How concepts of when begin; they may stand anywhere."""
PREVENT = "prevent"
BARE_DENIAL = "not"
BARE_CONDITION = "if"
RELATIVE = frozenset({"that", "which", "who", "you", "we", "they"})
LACKING = frozenset({"no", "without"})
"""Negate the next noun only."""
MAY = frozenset({"can", "may"})
MIGHT = frozenset({"might", "could"})
MUST = frozenset({"should", "must", "please"})
WILL = frozenset({"will", "would"})
PRONOUNS = frozenset({"it", "he", "she", "them", "this", "that", "these", "those", "they", "one"})
DETERMINERS = frozenset({"the", "a", "an", "your", "this", "that", "each", "every"})
ADJECTIVES = frozenset({"clean", "dry", "cool", "open", "set", "rest"})
"""Verbs that after "and" are more often something else: "clean and dry"."""
SILENT = (
    MAY
    | MIGHT
    | MUST
    | WILL
    | OPENERS
    | frozenset({"if", "when", "whenever", "unless", "than", "not"}) - {"avoid", "always"}
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


def is_told(word: str, language: Language) -> bool:
    bare = not (word.endswith("ing") and len(word) > 5) and (not word.endswith("s") or word.endswith("ss"))
    return word in OPENERS or (bare and language.lemma(word) in language.verbs)


def turned_round(ours: Clause, theirs: Clause, causal: Sequence[str]) -> bool:
    """Whether what stands before "causes" or "lowers" in one stands behind it in the other: cause and effect exchanged."""
    if "must" in (ours.mood, theirs.mood):
        return False
    for verb in set(causal) & ours.concepts & theirs.concepts:
        (our_cause, our_effect), (their_cause, their_effect) = _around(ours, verb), _around(theirs, verb)
        if our_cause & (their_effect - their_cause) or our_effect & (their_cause - their_effect):
            return True
    return False


def unprevented(ours: Clause, theirs: Clause) -> bool:
    """ "For a clot" where the passage says "to prevent a clot"."""
    if PREVENT not in theirs.concepts - ours.concepts:
        return False
    effect = _around(theirs, PREVENT)[1]
    return bool(effect & ours.concepts) and bool(ours.concepts - effect)


def _around(said: Clause, verb: str) -> tuple[set[str], set[str]]:
    concepts = [term.concept for term in said.terms if not (term.under or term.concept.startswith(TIMES))]
    if verb not in concepts:
        return set(), set()
    at = concepts.index(verb)
    return set(concepts[:at]), set(concepts[at + 1 :])


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


def _mood(tokens: list[str], language: Language) -> Mood:
    """The first modal word decides; without one, whether it opens like an instruction."""
    words = set(tokens)
    first = next((word for word in tokens if word not in (",", "and", "then", "always", "just", "also")), "")
    labeled = "," in tokens[1:4] and is_told([*tokens, ""][tokens.index(",") + 1], language)
    told = (
        labeled or (first not in OPENERS and is_told(first, language)) or first in ("do", "not", "no", "avoid", "never")
    )
    modals = [word for word in tokens if word in MAY | MIGHT | MUST | WILL]
    modal = next((word for word in modals if word != "please"), next(iter(modals), ""))
    if "cmpexempt" in words:
        return "exempt"
    if told or modal in MUST:
        return "must"
    if modal in MAY | MIGHT:
        denied = modal in MAY and "not" in tokens[tokens.index(modal) + 1 :][:2]
        return "must" if denied else "may" if modal in MAY else "might"
    if modal in WILL:
        return "will"
    return "must" if words & {"avoid", "never"} else "says"


ACTING: dict[str, Actor] = {
    "care": "care",
    "doctor": "care",
    "pharmacist": "care",
    "relative": "other",
    "someon": "other",
}


def _acting(tokens: Sequence[str], language: Language) -> Actor | None:
    """ "The home nurse changes it", "your daughter should": somebody with the verb right behind."""
    for word, after in itertools.pairwise(tokens[:6]):
        if found := ACTING.get(language.concept((language.lemma(word),), 0)[0]):
            return found if after in MAY | MIGHT | WILL | MUST or language.lemma(after) in language.verbs else None
        if word in SUBJECTS - {"your", "the"} or language.lemma(word) in language.verbs:
            return None
    return None


def _actor(tokens: Sequence[str], language: Language) -> Actor:
    if acting := _acting(tokens, language):
        return acting
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
        self._denied_since = self._lacking_since = 0
        self._modifier = ""
        self._under = ""
        self._turned = False

    def run(self) -> None:
        at = 0
        while at < len(self.tokens):
            at = self._step(at)
        self._end_denial()
        self._end_lack()
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
                    part,
                )
            )
        if self._turned:
            self.terms = [replace(term, negated=False) for term in self.terms]

    def _step(self, at: int) -> int:
        word = self.tokens[at]
        self._scope(at)
        if word in (",", "and", "or", "instead"):
            self._part += 1
            self._parts[self._part] = set()
            self._modifier = ""
            self._under = self._under if word == "or" else ""
            return at + 1
        if is_number(word):
            return self._number(at)
        if word in self.language.words.negators:
            self._lacking, self._lacking_since = self._lacking or word in LACKING, len(self.terms)
            if word not in LACKING and not self._denied:
                self._denied, self._denied_since = True, len(self.terms)
            if word in ("not", "never") and self._tells_of_subject(at) and self._deny_subject():
                self._denied_since = -1
            return at + 1
        if word in SILENT or word in COMPARATORS or word == "orup" or word == "ordown":
            self._modifier = ""
            return at + 1
        return self._word(at)

    def _tells_of_subject(self, at: int) -> bool:
        """ "Ibuprofen should not", yet neither "shoes that do not" nor "shoes, not slippers"."""
        helps = MAY | MIGHT | MUST | WILL | {"do", "does", "did", "is", "are", "was", "were", "has", "have"}
        before = self.tokens[max(0, at - 3) : at]
        return bool(before) and before[-1] in helps and not RELATIVE & set(before)

    def _deny_subject(self) -> bool:
        """ "Ibuprofen should not be taken" denies ibuprofen as "do not take ibuprofen" does."""
        denied = [not term.under for term in self.terms]
        self.terms = [
            replace(term, negated=True) if deny else term for term, deny in zip(self.terms, denied, strict=True)
        ]
        return any(denied)

    def _scope(self, at: int) -> None:
        word = self.tokens[at]
        listed = word == "," and "or" in self.tokens[at:]
        if self._lacking and not listed and word in NOUN_SCOPE_ENDS:
            self._end_lack()
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else ""
        ends = word == "," or (word == "and" and self.tokens[at - 1] == ",")
        joined = ends and self.language.lemma(following) in self.language.verbs
        if word in SCOPE_ENDS or (joined and "or" not in self.tokens[at:]):
            self._end_denial()

    def _end_lack(self) -> None:
        """ "Without it" must not get lost either."""
        if self._lacking and len(self.terms) == self._lacking_since:
            self.terms.append(Term(BARE_DENIAL, False, self._part, self._under, ""))
        self._lacking = False

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
        if len(self._pending) == 1 and self._pending[0][0].unit != PORTION:
            about = {part: set().union(*self._parts.values()) for part in about}
        return about, times
