"""Whether a passage says what a sentence claims: every word, number, negation, actor and condition of it, and no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.conversation.claims import BARE_DENIAL, Clause, Statement, Term, statement
from server.conversation.language import Language
from server.conversation.quantity import Quantity
from server.conversation.spoken import Spoken, spoken
from server.vocabulary.speech import Passage

Similarity = Callable[[str, str], float]

LENT_MAX = 2
"""Most words that a pronoun may stand for where the clause has fewer of its own: "your insulin pen"."""
REASONS = ("drug", "number", "negation", "order", "condition", "actor", "strength", "unsupported")
"""Why a passage does not support a sentence, the nearest miss first."""


@dataclass(frozen=True)
class Support:
    """What a sentence rests on; `reason` is empty when it rests on `passage`."""

    passage: Passage | None
    reason: str


@dataclass(frozen=True)
class Source:
    """One sentence of a passage, with what the sentence before lends to its pronouns."""

    statement: Statement
    lent: tuple[Term, ...]
    text: str


@lru_cache(maxsize=512)
def sources(text: str, language: Language) -> tuple[Source, ...]:
    """The sentences of a passage; a heading and a list's line are sentences of their own or of what they continue."""
    lines = "\n".join(f"{line.lstrip('# ')}." if line.startswith("#") else line for line in text.splitlines())
    found: list[Source] = []
    lent: tuple[Term, ...] = ()
    for sentence in spoken(lines).sentences():
        read = statement(sentence, language)
        found.append(Source(read, lent, " ".join(sentence.words)))
        named = tuple(term for clause in read.everything for term in clause.terms if term.concept not in language.verbs)
        lent = named if any(term.is_drug for term in named) or not _refers(read) else (*lent, *named)
    return tuple(found)


def _refers(read: Statement) -> bool:
    return any(clause.refers for clause in read.everything)


def support(
    sentence: Spoken,
    evidence: Sequence[Passage],
    language: Language,
    known: frozenset[str],
    alike: Similarity | None,
    alike_min: float,
) -> Support:
    """The first passage that says all of it; `known` are concepts that the patient's own list holds."""
    claim = statement(sentence, language)
    if not claim.clauses:
        return Support(None, "unsupported")
    misses: list[str] = []
    for passage in evidence:
        missing = [
            _miss(claim, clause, passage, language, known, alike_for(sentence, alike, alike_min))
            for clause in claim.clauses
        ]
        if not any(missing):
            return Support(passage, "")
        misses += filter(None, missing)
    return Support(None, min(misses, key=REASONS.index, default="unsupported"))


def alike_for(sentence: Spoken, alike: Similarity | None, least: float) -> Callable[[str], bool]:
    """Whether a sentence of the passage reads like this one."""
    words = " ".join(sentence.words)
    return lambda text: alike is not None and alike(words, text) >= least


def _miss(
    claim: Statement,
    clause: Clause,
    passage: Passage,
    language: Language,
    known: frozenset[str],
    alike: Callable[[str], bool],
) -> str:
    """Empty when some sentence of the passage says this clause; else the reason of the nearest miss."""
    misses: list[tuple[float, str]] = []
    for source in sources(passage.text, language):
        for theirs in source.statement.clauses:
            match = Match(language, claim, clause, source, theirs, known, alike)
            miss = match.miss()
            if not miss:
                return ""
            misses.append((match.share(), miss))
    return max(misses, default=(0.0, "unsupported"))[1]


def _stands_alike(theirs: Term, ours: Term) -> bool:
    return ours.under == theirs.under or (ours.under != "" and ours.under in theirs.under.split())


@dataclass(frozen=True)
class Match:
    """A clause of the claim beside a clause of the passage."""

    language: Language
    claim: Statement
    clause: Clause
    source: Source
    theirs: Clause
    known: frozenset[str]
    alike: Callable[[str], bool]

    def miss(self) -> str:
        """Why the passage does not say it; empty when it does."""
        tests = (self._words, self._numbers, self._condition, self._actor, self._mood, self._whole)
        return next((reason for test in tests if (reason := test())), "")

    def share(self) -> float:
        """How much of the claim the passage's sentence speaks of."""
        ours = self.clause.concepts
        return len(ours & self._said) / max(1, len(ours))

    @property
    def _said(self) -> frozenset[str]:
        return frozenset(concept for clause in self.source.statement.everything for concept in clause.concepts)

    @property
    def _asks_for_help(self) -> bool:
        return bool(self.clause.concepts & set(self.language.words.contact)) and not any(
            term.negated for term in self.clause.terms if term.concept in self.language.words.contact
        )

    @property
    def _moved(self) -> bool:
        """The passage's condition stands in the claim's main part: "for a fever", or the other way round."""
        theirs = self.source.statement.condition
        if self.claim.condition or theirs is None or not self._asks_for_help:
            return False
        return any(
            self._found(term, theirs.terms, self.clause)
            for term in self.clause.terms
            if term.concept not in self.theirs.concepts
        )

    def _pool(self) -> tuple[Term, ...]:
        own = self.theirs.terms
        if self._moved and self.source.statement.condition:
            own += self.source.statement.condition.terms
        implied = (
            Term(concept, False, 0, "", "")
            for quantity in self._quantities()
            for concept in self.language.words.implied.get(quantity.unit, ())
        )
        return (*own, *implied)

    def _quantities(self) -> tuple[Quantity, ...]:
        moved = self.source.statement.condition if self._moved else None
        return self.theirs.quantities + (moved.quantities if moved else ())

    def _words(self) -> str:
        return self._covered(self.clause, self._pool(), self.theirs.refers or len(self.theirs.terms) == 1)

    def _covered(self, clause: Clause, pool: tuple[Term, ...], refers: bool) -> str:
        """Why `pool` does not hold every word of the clause; `refers`: a pronoun of the passage may stand for one."""
        if any(theirs.concept == BARE_DENIAL for theirs in pool) and BARE_DENIAL not in clause.concepts:
            return "negation"
        missing = self._missing(clause, pool, refers)
        if not missing or (len(missing) == 1 and self._harmless(missing[0]) and self.alike(self.source.text)):
            return ""
        otherwise = [term for term in missing if self._anyhow(term, pool, clause)]
        if any(term.is_drug for term in missing if term not in otherwise):
            return "drug"
        if not otherwise:
            return "unsupported"
        return "negation" if any(self._negated_otherwise(term, pool, clause) for term in otherwise) else "order"

    def _missing(self, clause: Clause, pool: tuple[Term, ...], refers: bool) -> list[Term]:
        missing = [term for term in clause.terms if not self._found(term, pool, clause)]
        medicine_apart = any(term.is_drug for term in pool) and any(term.is_drug for term in missing)
        if refers and not medicine_apart:
            missing = self._not_lent(clause, pool, missing)
        elif clause is self.clause and self._nothing_dropped(clause):
            missing = [term for term in missing if term.is_drug or not self._found(term, self.source.lent, clause)]
        return [term for term in missing if not self._may_be_added(term)]

    def _not_lent(self, clause: Clause, pool: tuple[Term, ...], missing: list[Term]) -> list[Term]:
        """What no pronoun can stand for; a clause that would borrow more than it has of its own borrows nothing."""
        own = [term for term in clause.terms if term not in missing]
        polarity = {term.negated for term in own} | ({False} if clause.quantities else set())
        lent = [
            term
            for term in missing
            if term.negated in polarity and not self._anyhow(term, pool, clause) and self._lent(term)
        ]
        bound = max(len(own) + len(clause.quantities), LENT_MAX)
        return missing if len(lent) > bound else [term for term in missing if term not in lent]

    def _may_be_added(self, term: Term) -> bool:
        if self._asks_for_help and term.concept in self.language.words.sooner:
            return True
        return self.theirs.mood == "must" and term.concept == "continue" and not term.negated

    def _anyhow(self, term: Term, pool: Sequence[Term], clause: Clause) -> bool:
        return any(self._same(theirs, term, clause) for theirs in pool)

    def _harmless(self, term: Term) -> bool:
        return term.concept not in self.language.concepts.values() and not term.negated and not term.is_drug

    def _found(self, term: Term, pool: Sequence[Term], clause: Clause) -> bool:
        return any(
            self._same(theirs, term, clause) and theirs.negated == term.negated and _stands_alike(theirs, term)
            for theirs in pool
        )

    def _nothing_dropped(self, clause: Clause) -> bool:
        """All of the passage's clause is in the claim, so that what is borrowed for it can only be its topic."""
        spared = {*self.language.words.sooner, *self.language.words.contact, "care"}
        named = [theirs for theirs in self.theirs.terms if theirs.concept not in spared]
        kept = all(any(self._same(theirs, term, clause) for term in clause.terms) for theirs in named)
        return kept and (bool(named) or self._asks_for_help)

    def _negated_otherwise(self, term: Term, pool: Sequence[Term], clause: Clause) -> bool:
        same = [theirs for theirs in pool if self._same(theirs, term, clause)]
        return all(theirs.negated != term.negated for theirs in same)

    def _lent(self, term: Term) -> bool:
        elsewhere = (clause for clause in self.source.statement.everything if clause is not self.theirs)
        same_sentence = (theirs for clause in elsewhere for theirs in clause.terms)
        lenders = (
            *self.source.lent,
            *(theirs for theirs in same_sentence if theirs.concept not in self.language.verbs),
        )
        timed = any(theirs.concept.startswith("t_") or theirs.under for theirs in self.theirs.terms)
        named = (theirs for theirs in lenders if not timed or not (theirs.under or theirs.concept.startswith("t_")))
        return any(self._same(theirs, term, self.clause) for theirs in named)

    def _same(self, theirs: Term, ours: Term, clause: Clause) -> bool:
        if self._asks_for_help and {theirs.concept, ours.concept} == {"care", "doctor"}:
            return True
        if not self.language.covers(theirs.concept, ours.concept):
            return ours.concept in self.known and theirs.concept == "medicine"
        narrowed = (
            theirs.modifier and theirs.modifier not in clause.concepts and theirs.modifier not in self.language.verbs
        )
        return not (ours.concept in self.language.words.generic and narrowed)

    def _numbers(self) -> str:
        return self._agree(self.clause, self._quantities())

    def _agree(self, clause: Clause, theirs: tuple[Quantity, ...]) -> str:
        lenient = self._asks_for_help
        agreed = all(any(ours.agrees(other, self.language, lenient) for other in theirs) for ours in clause.quantities)
        return "" if agreed else "number"

    def _condition(self) -> str:
        ours, theirs = self.claim.condition, self.source.statement.condition
        if ours is None:
            return "" if theirs is None or self._moved or self._needs_no_condition() else "condition"
        if theirs is None:
            return self._condition_in_clause(ours) and self._condition_before(ours)
        if self.claim.unless != self.source.statement.unless:
            return "condition"
        return self._covered(ours, self._with_implied(theirs), theirs.refers) or self._agree(ours, theirs.quantities)

    def _with_implied(self, clause: Clause) -> tuple[Term, ...]:
        units = [quantity.unit for quantity in clause.quantities]
        implied = (concept for unit in units for concept in self.language.words.implied.get(unit, ()))
        return (*clause.terms, *(Term(concept, False, 0, "", "") for concept in implied))

    def _condition_in_clause(self, ours: Clause) -> str:
        if self.claim.unless:
            return "condition"
        pool = self._with_implied(self.theirs)
        return self._covered(ours, pool, self.theirs.refers) or self._agree(ours, self.theirs.quantities)

    def _condition_before(self, ours: Clause) -> str:
        """ "Black stools can be a sign of bleeding. Call us": the sentence before is the condition."""
        bare = self.theirs.concepts <= {*self.language.words.sooner, *self.language.words.contact, "care", "doctor"}
        return (
            "" if bare and not self.claim.unless and not self._covered(ours, self.source.lent, False) else "condition"
        )

    def _needs_no_condition(self) -> bool:
        words = self.language.words
        harmless = self.clause.concepts & {*words.contact, *words.monitor}
        medicine = any(term.is_drug or term.concept == "medicine" for term in self.clause.terms)
        forbids = any(term.negated for term in self.clause.terms) and not medicine
        if "even" in self.theirs.concepts:
            return True
        return (bool(harmless) and self._asks_for_help) or (forbids and not self.source.statement.unless)

    def _actor(self) -> str:
        ours, theirs = self.clause.actor, self.theirs.actor
        told = "says" in (self.clause.mood, self.theirs.mood) and {ours, theirs} == {"care", "thing"}
        if (
            told
            or ours == theirs
            or {ours, theirs} == {"you", "thing"}
            or (theirs == "thing" and ours == "care" and self.theirs.refers)
        ):
            return ""
        return "actor"

    def _mood(self) -> str:
        ours, theirs = self.clause.mood, self.theirs.mood
        if ours == "says" and self.clause.actor == "you" and theirs in ("must", "may", "might"):
            return "strength"
        if ours == theirs or ours == "says":
            return "" if (ours == "exempt") == (theirs == "exempt") else "strength"
        if ours in ("may", "might"):
            return "" if self._may(ours, theirs) else "strength"
        return "" if ours == "must" and self._told_by_the_passage(theirs) else "strength"

    def _may(self, ours: str, theirs: str) -> bool:
        """ "You can call us" asks for help; "this can cause" is weaker than "causes"; advice is not made weaker."""
        if ours == "may" and theirs == "must":
            return self._asks_for_help
        return self.clause.actor == "thing" and theirs in ("says", "may", "might")

    def _told_by_the_passage(self, theirs: str) -> bool:
        return theirs == "says" and self._asks_for_help

    def _whole(self) -> str:
        """With stop, skip, normal and the like, nothing of the passage's sentence may be left out."""
        if "only" in self.theirs.concepts - self.clause.concepts and not self._asks_for_help:
            return "condition"
        grave = {term.concept for term in self.clause.terms if not term.negated} & set(self.language.words.exact)
        if not grave:
            return ""
        ours = self.clause.concepts | (self.claim.condition.concepts if self.claim.condition else frozenset())
        left_out = [
            term for term in self.theirs.terms if not any(self.language.covers(term.concept, one) for one in ours)
        ]
        unsaid = len(self.clause.quantities) < len(self.theirs.quantities)
        lost = self.claim.condition is None and self.source.statement.condition is not None
        return "condition" if left_out or unsaid or lost else ""
