"""Which words of a claim's clause a passage's clause says, which its neighbors lend, and which are the claim's own alone.

Never lends a medicine beside another, what the passage denies, whom to call, how often, or a side of the body.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.conversation.claims import Source, Statement
from server.conversation.clause import BARE_DENIAL, Clause, Term
from server.conversation.language import Language
from server.conversation.quantity import Quantity

HELPERS = frozenset({"care", "doctor", "pharmacist", "pharmacy", "emergency911", "er", "agency"})
"""Concepts of whom to call; a passage that only says "call" means the clinic that wrote it."""
QUANTIFIERS = frozenset({"mostpeople", "somepeople", "manypeople", "mostly", "sometimes"})
GRAVE = ("emergency911", "er", "crisis988")
TAKEN = frozenset({"tak", "medicine"})
CAUSE, CONTACT, TIMES, ROW = "cause", "contact", "time", "row"
SIGNS = frozenset({"mean", "sign"})
NAMED_MIN = 2
"""Fewest words of its own that a clause must share to name a topic besides."""
LENT_MAX = 2
"""Most words that a pronoun may stand for where the clause has fewer of its own: "your insulin pen"."""


def _stands_alike(theirs: Term, ours: Term) -> bool:
    return ours.under == theirs.under or (ours.under != "" and ours.under in theirs.under.split())


@dataclass(frozen=True)
class Shared:
    """A clause of the claim beside a clause of the passage."""

    language: Language
    claim: Statement
    clause: Clause
    source: Source
    theirs: Clause
    known: frozenset[str]

    @property
    def _said(self) -> frozenset[str]:
        return frozenset(concept for clause in self.source.statement.everything for concept in clause.concepts)

    @property
    def asks_for_help(self) -> bool:
        return bool(self.clause.concepts & set(self.language.words.contact)) and not any(
            term.negated for term in self.clause.terms if term.concept in self.language.words.contact
        )

    @property
    def _moved(self) -> bool:
        """The passage's condition stands in the claim's main part: "for a fever", or the other way round."""
        theirs = self.source.statement.condition
        if self.claim.condition or theirs is None or not self.asks_for_help:
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
        if not self.clause.quantities and all(self._is_free(term) for term in self.clause.terms):
            return "unsupported"
        return self._covered(self.clause, self._pool(), self.theirs.refers or len(self.theirs.terms) == 1)

    def _covered(self, clause: Clause, pool: tuple[Term, ...], refers: bool) -> str:
        """Why `pool` does not hold every word of the clause; `refers`: a pronoun of the passage may stand for one."""
        if any(theirs.concept == BARE_DENIAL for theirs in pool) and not self._denies(clause, pool, refers):
            return "negation"
        missing = self._missing(clause, pool, refers)
        if not missing:
            return ""
        otherwise = [term for term in missing if self._anyhow(term, pool, clause)]
        if any(term.is_drug for term in missing if term not in otherwise):
            return "drug"
        if not otherwise:
            return "unsupported"
        return "negation" if any(self._negated_otherwise(term, pool, clause) for term in otherwise) else "order"

    def narrowing_topics(self, clause: Clause) -> tuple[Term, ...]:
        """Topics that only say more of a word: the "drain" of "drain tube"; medicines besides."""
        if self.asks_for_help:
            return self.source.topics
        narrowing = {term.modifier for term in clause.terms}
        return tuple(
            one
            for one in self.source.topics
            if one.concept in narrowing or self.language.covers(one.concept, "medicine")
        )

    def _denies(self, clause: Clause, pool: tuple[Term, ...], refers: bool) -> bool:
        """ "Do not use it" denies what "it" stands for."""
        if BARE_DENIAL in clause.concepts:
            return True
        denied = [term for term in clause.terms if term.negated and not self._anyhow(term, pool, clause)]
        return refers and any(self._among(term, self._lenders()) for term in denied)

    def _missing(self, clause: Clause, pool: tuple[Term, ...], refers: bool) -> list[Term]:
        missing = [term for term in clause.terms if not self._found(term, pool, clause)]
        missing = self._not_ordered(missing)
        medicine_apart = any(term.is_drug for term in pool) and any(term.is_drug for term in missing)
        if refers and not medicine_apart and not self._drops_effect(clause):
            missing = self._not_lent(clause, pool, missing, self._lenders())
        if missing and not medicine_apart and self._nothing_dropped(clause, pool):
            caused = clause.mood in ("may", "might") and any(term.concept == CAUSE for term in missing)
            missing = [term for term in missing if not caused or term.concept != CAUSE]
            topics = self._said_before if caused else self.narrowing_topics(clause)
            missing = self._not_lent(clause, pool, missing, topics)
        if missing and clause is self.clause and not medicine_apart and not self._drops_effect(clause):
            missing = self._not_named(clause, pool, missing)
        if clause is not self.clause and self.asks_for_help and len(missing) < len(clause.terms):
            missing = [term for term in missing if term.negated or term.concept not in self.language.onset]
        return [term for term in missing if not self._may_be_added(term)]

    def _not_named(self, clause: Clause, pool: tuple[Term, ...], missing: list[Term]) -> list[Term]:
        """ "The rail on the stairs", "the sling for your arm": what the passage speaks of may be named beside its advice."""
        own = [one for one in clause.terms if one not in missing and not self._is_free(one)]
        kept = {one.concept for one in self.theirs.terms if not self._soft(one)} <= clause.concepts
        plain = len(missing) == 1 and not (missing[0].under or missing[0].negated) and clause.mood == "must"
        if not plain or not kept or len(own) < NAMED_MIN:
            return missing
        return self._not_lent(clause, pool, missing, [one for one in self.source.topics if not one.is_drug])

    def _soft(self, term: Term) -> bool:
        """Words of the passage whose loss leaves no room for another in their place."""
        words = self.language.words
        soft = term.concept in words.soft_verbs or term.concept in {*words.sooner, CONTACT, "care"} or term.under
        return bool(soft) or self._is_free(term)

    def _drops_effect(self, clause: Clause) -> bool:
        """ "It lowers that risk" lends nothing to a claim that speaks of neither lowering nor risk."""
        causal = {one.concept for one in self.theirs.terms if one.concept in self.language.words.causal}
        return not self.asks_for_help and clause is self.clause and not causal <= clause.concepts

    def _not_ordered(self, missing: list[Term]) -> list[Term]:
        """ "After the juice, check again" where the sentence before tells of the juice; "for 30 minutes after" it."""
        own = self.theirs.terms
        excused: list[Term] = []
        for under in {term.under for term in missing} - {""}:
            bare = [term.concept for term in own if term.under == under] == [under]
            first = "first" in self.theirs.concepts
            follows = (
                under == "after"
                and self.theirs.mood == "must"
                and not first
                and not any(one.negated or one.under for one in own)
            )
            precedes = under == "before" and first
            here = [term for term in missing if term.under == under]
            if len(here) > 1 and (bare or follows or precedes):
                excused += [term for term in here if term.concept == under or self._among(term, self._said_before)]
            elif under == "during" and self.theirs.mood == "must" and any(one.negated for one in own):
                excused += [term for term in here if term.concept == under or self._among(term, self.source.topics)]
        return [term for term in missing if term not in excused]

    def _among(self, term: Term, others: Sequence[Term]) -> bool:
        return any(self._same(theirs, term, self.clause) for theirs in others)

    def _not_lent(
        self, clause: Clause, pool: tuple[Term, ...], missing: list[Term], lenders: Sequence[Term]
    ) -> list[Term]:
        """What no pronoun can stand for; a clause that would borrow more than it has of its own borrows nothing."""
        own = [term for term in clause.terms if term not in missing]
        polarity = {term.negated for term in own} | ({False} if clause.quantities else set())
        lent = [
            term
            for term in missing
            if term.negated in polarity
            and term.concept not in self.language.words.predicates
            and not term.concept.startswith("t_")
            and not self.denied_elsewhere(term)
            and not self.called_elsewhere(term)
            and not self._anyhow(term, pool, clause)
            and self._among(term, lenders)
        ]
        bound = max(len(own) + len(clause.quantities), LENT_MAX)
        return missing if len(lent) > bound else [term for term in missing if term not in lent]

    def _is_free(self, term: Term) -> bool:
        """Changes no advice, wherever it is added."""
        if term.concept in self.language.free:
            return True
        medicine = any(one.is_drug or self.language.covers(one.concept, "medicine") for one in self.clause.terms)
        return term.concept in self.language.free_verbs and not medicine and self._drops_no_verb()

    def _drops_no_verb(self) -> bool:
        ours = self.clause.concepts
        told = (one.concept for one in self.theirs.terms if one.concept in self.language.actions)
        return all(one in ours or one in self.language.words.soft_verbs for one in told)

    def denied_elsewhere(self, term: Term) -> bool:
        """What the passage warns of is not lent to its advice."""
        told = {one.concept for one in self.clause.terms if not one.negated}
        return not term.negated and any(
            term.concept in denied and len(denied & told) > 1 for denied in self.source.denied
        )

    def called_elsewhere(self, term: Term) -> bool:
        """What the passage sends to 911 is not lent to a call of the clinic."""
        if not self.asks_for_help:
            return False
        graver = set(GRAVE) - self.clause.concepts
        return any(term.concept in said and said & graver for said in self.source.calls)

    def _may_be_added(self, term: Term) -> bool:
        if term.concept == "care" and self.asks_for_help and not self.theirs.concepts & HELPERS:
            return True
        if self._is_free(term):
            return True
        if self.asks_for_help and term.concept in self.language.words.sooner:
            return True
        return term.concept == "continue" and not term.negated and self._goes_on()

    def _goes_on(self) -> bool:
        """ "Keep using it" where the passage says "use it", not where it says "stop" or something else."""
        forbids = any(
            one.negated or (one.concept in self.language.words.exact and not one.under) for one in self.theirs.terms
        )
        taken = bool(self.theirs.concepts & TAKEN) or bool(self.theirs.concepts & self.clause.concepts)
        return self.theirs.mood == "must" and taken and not forbids

    def _anyhow(self, term: Term, pool: Sequence[Term], clause: Clause) -> bool:
        return any(self._same(theirs, term, clause) for theirs in pool)

    def _found(self, term: Term, pool: Sequence[Term], clause: Clause) -> bool:
        return any(
            self._same(theirs, term, clause) and theirs.negated == term.negated and _stands_alike(theirs, term)
            for theirs in pool
        )

    def _nothing_dropped(self, clause: Clause, pool: tuple[Term, ...]) -> bool:
        """All of the passage's clause is in the claim, so that what is borrowed for it can only be its topic."""
        spared = {*self.language.words.sooner, CONTACT, "care"}
        named = [theirs for theirs in pool if theirs.concept not in spared]
        kept = all(any(self._same(theirs, term, clause) for term in clause.terms) for theirs in named)
        return kept and (bool(named) or self.asks_for_help)

    def _negated_otherwise(self, term: Term, pool: Sequence[Term], clause: Clause) -> bool:
        same = [theirs for theirs in pool if self._same(theirs, term, clause)]
        return all(theirs.negated != term.negated for theirs in same)

    def _lenders(self) -> tuple[Term, ...]:
        elsewhere = (clause for clause in self.source.statement.everything if clause is not self.theirs)
        same_sentence = (theirs for clause in elsewhere for theirs in clause.terms)
        lenders = (
            *self.source.lent,
            *(theirs for theirs in same_sentence if theirs.concept not in self.language.verbs),
        )
        return tuple(one for one in lenders if one.is_drug or not (one.under or one.concept.startswith("t_")))

    def _same(self, theirs: Term, ours: Term, clause: Clause) -> bool:
        if theirs.is_drug and not ours.is_drug and not ours.negated and ours.concept in self.language.broader:
            return any(one.concept == ours.concept for one in self.source.topics) or ours.concept == "medicine"
        if not self.language.covers(theirs.concept, ours.concept):
            return ours.concept in self.known and theirs.concept == "medicine"
        if not theirs.modifier or theirs.modifier in clause.concepts or self.asks_for_help:
            return True
        if theirs.modifier in self.language.words.narrowing:
            return False
        return theirs.modifier in self.language.verbs or ours.concept not in self.language.words.generic

    @property
    def _said_before(self) -> tuple[Term, ...]:
        return tuple(term for clause in self.source.before for term in self._with_implied(clause) if not term.negated)

    def _with_implied(self, clause: Clause) -> tuple[Term, ...]:
        units = [quantity.unit for quantity in clause.quantities]
        implied = (concept for unit in units for concept in self.language.words.implied.get(unit, ()))
        return (*clause.terms, *(Term(concept, False, 0, "", "") for concept in implied))
