"""Which words of a claim the whole sentence of a passage has, which of its own are gone, and which may be added to it.

A word that is on no list of the pack may not be added; a medicine only where one alone was spoken of; a verb of the passage
must not be lost, or another could stand in its place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from server.conversation.alignment import Match
from server.conversation.claims import Source, Statement
from server.conversation.clause import BARE_CONDITION, Clause, Term
from server.conversation.language import Language
from server.conversation.quantity import Quantity
from server.conversation.shared import HELPERS
from server.conversation.spoken import CALLING

LEAST_SHARED = 2
"""Fewest words that a retelling has in common with the passage's sentence, besides those that carry no advice."""
LEAST_SHARE = 0.5
"""Least part of its words that it has in common with it."""


@dataclass(frozen=True)
class Retold:
    """One clause of a claim, with its condition, beside one whole sentence of a passage."""

    language: Language
    claim: Statement
    clause: Clause
    source: Source
    known: frozenset[str]
    before: frozenset[str]
    """The medicines that the passage has named before this sentence."""
    whole: Statement
    """All that is claimed: what one part of it leaves to another is not lost."""

    @cached_property
    def ours(self) -> tuple[Term, ...]:
        """Every word of the clause and of its condition."""
        held = self.claim.condition.terms if self.claim.condition else ()
        return tuple(term for term in (*self.clause.terms, *held) if term.concept != BARE_CONDITION)

    @cached_property
    def theirs(self) -> tuple[Term, ...]:
        """Every word of the passage's sentence, and what its numbers say of themselves."""
        said = self.source.statement.everything
        implied = (
            Term(concept, False, 0, "", "")
            for clause in said
            for one in clause.quantities
            for concept in self.language.words.implied.get(one.unit, ())
        )
        return (*(term for clause in said for term in clause.terms), *implied)

    @property
    def _quantities(self) -> tuple[Quantity, ...]:
        return (*self.clause.quantities, *(self.claim.condition.quantities if self.claim.condition else ()))

    @cached_property
    def nearest(self) -> Match:
        """The passage's clause that shares most with ours."""
        made = [
            Match(self.language, self.claim, self.clause, self.source, one, self.known)
            for one in self.source.statement.clauses
        ]
        return max(made, key=lambda one: sum(bool(self._same(term, one.theirs.terms)) for term in self.clause.terms))

    def _same(self, term: Term, theirs: Sequence[Term]) -> list[Term]:
        return [one for one in theirs if self._means(one, term)]

    def _means(self, theirs: Term, ours: Term) -> bool:
        if theirs.is_drug and ours.concept == "medicine":
            return True
        if not self._covers(theirs.concept, ours.concept):
            return False
        narrowed = theirs.modifier in self.language.words.narrowing or (
            theirs.modifier
            and ours.concept in self.language.words.generic
            and theirs.modifier not in self.language.actions
        )
        return not narrowed or any(self._covers(theirs.modifier, one.concept) for one in self.ours)

    def _covers(self, theirs: str, ours: str) -> bool:
        return self.language.covers(theirs, ours) or ours in self.language.kin.get(theirs, frozenset())

    def _words(self) -> str:
        shared, others = len(self._quantities), 0
        for term in self.ours:
            if self._same(term, self.theirs):
                shared += not self._is_plain(term)
            elif reason := self._added(term):
                return reason
            else:
                others += not self._is_plain(term)
        own = (term.is_drug or self._same(term, self.theirs) for term in self.clause.terms if not term.under)
        if not any(own) and not self.clause.quantities:
            return "unsupported"
        least = LEAST_SHARED if others or self._lost() else 1
        if self._lost_verbs(self.nearest.theirs) or shared < least or shared < LEAST_SHARE * (shared + others):
            return "unsupported"
        return ""

    @cached_property
    def told(self) -> frozenset[str]:
        """Every word of all that is claimed."""
        return frozenset(concept for clause in self.whole.everything for concept in clause.concepts)

    def _is_told(self, theirs: Term) -> bool:
        return any(self._covers(theirs.concept, mine) or self._covers(mine, theirs.concept) for mine in self.told)

    def _lost_verbs(self, theirs: Clause) -> bool:
        """A verb of the passage is gone, so that another could stand in its place."""
        actions = (one for one in theirs.terms if one.concept in self.language.actions and not one.under)
        return any(
            one.concept not in self.language.easy | self.language.told and not self._is_told(one) for one in actions
        )

    def _lost(self) -> list[Term]:
        """Words of the passage's clause that are gone, and carry advice."""
        return [
            one
            for one in self.nearest.theirs.terms
            if not self._is_told(one) and one.concept not in self.language.easy and not self._is_plain(one)
        ]

    def _added(self, term: Term) -> str:
        """Why a word that the passage's sentence lacks may not be there."""
        if term.is_drug:
            return "" if self._drug_is_lent(term) else "drug"
        if self._is_plain(term) and not term.under:
            return ""
        if term.concept in self.language.easy:
            return ""
        if term.concept == "care" and self.nearest.asks_for_help and not self._helpers(self._near()):
            return ""
        return "" if self._is_lent(term) else "unsupported"

    def _is_plain(self, term: Term) -> bool:
        return term.concept in self.language.plain or term.concept in self.language.free

    def _drug_is_lent(self, term: Term) -> bool:
        """ "It" stands for the one medicine spoken of before; the passage's own medicines must all be told besides."""
        if not all(self._is_told(one) for one in self.theirs if one.is_drug):
            return False
        if not any(one.is_drug for one in self.theirs) and any(self._means(one, term) for one in self.source.topics):
            return True
        points = self._refers or any(one.concept == "medicine" for one in self.theirs)
        return points and self.before == {term.concept}

    @property
    def _refers(self) -> bool:
        return any(clause.refers for clause in self.source.statement.everything)

    def _is_lent(self, term: Term) -> bool:
        """What a pronoun of the passage stands for may be named, but not what it says of it."""
        words = self.language.words
        tells = (
            term.concept in words.predicates or term.concept in self.language.actions or term.concept.startswith("t_")
        )
        lost = any(one.is_drug and not self._is_told(one) for one in self.nearest.theirs.terms)
        elsewhere = self.nearest.denied_elsewhere(term) or self.nearest.called_elsewhere(term)
        if tells or term.under or lost or elsewhere or term.concept in self.language.limits:
            return False
        if term.concept.startswith(CALLING):
            return False
        lenders = (*(self.source.lent if self._refers else ()), *self.nearest.narrowing_topics(self.clause))
        if term.concept == "medicine":
            lenders = (*lenders, *self.source.topics)
        return any(self._means(one, term) for one in lenders)

    def _near(self) -> Iterator[Term]:
        yield from self.nearest.theirs.terms
        yield from self.source.statement.condition.terms if self.source.statement.condition else ()

    def _helpers(self, terms: Iterable[Term]) -> frozenset[str]:
        return frozenset(term.concept for term in terms) & (HELPERS | {"relative"})
