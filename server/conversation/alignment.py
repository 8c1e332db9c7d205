"""A clause of a claim beside a clause of a passage: whether the passage's one says it, and if not, the first thing amiss."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.conversation.claims import Source, Statement
from server.conversation.clause import BARE_CONDITION, BARE_DENIAL, Clause, Term
from server.conversation.language import Language
from server.conversation.quantity import TIME, Quantity

HELPERS = frozenset({"care", "doctor", "pharmacist", "pharmacy", "emergency911", "er"})
"""Concepts of whom to call; a passage that only says "call" means the clinic that wrote it."""
QUANTIFIERS = frozenset({"mostpeople", "somepeople", "manypeople"})
CAUSE, CONTACT = "cause", "contact"
LENT_MAX = 2
"""Most words that a pronoun may stand for where the clause has fewer of its own: "your insulin pen"."""


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
        if not self.clause.quantities and all(self._is_free(term) for term in self.clause.terms):
            return "unsupported"
        return self._covered(self.clause, self._pool(), self.theirs.refers or len(self.theirs.terms) == 1)

    def _covered(self, clause: Clause, pool: tuple[Term, ...], refers: bool) -> str:
        """Why `pool` does not hold every word of the clause; `refers`: a pronoun of the passage may stand for one."""
        if any(theirs.concept == BARE_DENIAL for theirs in pool) and not self._denies(clause, pool, refers):
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

    def _narrowing_topics(self, clause: Clause) -> tuple[Term, ...]:
        """Topics that only say more of a word: the "drain" of "drain tube"; medicines besides."""
        if self._asks_for_help:
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
        if refers and not medicine_apart:
            missing = self._not_lent(clause, pool, missing, self._lenders())
        if missing and not medicine_apart and self._nothing_dropped(clause, pool):
            caused = clause.mood in ("may", "might") and any(term.concept == CAUSE for term in missing)
            missing = [term for term in missing if not caused or term.concept != CAUSE]
            topics = self._said_before if caused else self._narrowing_topics(clause)
            missing = self._not_lent(clause, pool, missing, topics)
        if clause is not self.clause and self._asks_for_help and len(missing) < len(clause.terms):
            missing = [term for term in missing if term.negated or term.concept not in self.language.onset]
        return [term for term in missing if not self._may_be_added(term)]

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
            and not self._denied_elsewhere(term)
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

    def _denied_elsewhere(self, term: Term) -> bool:
        """What the passage warns of is not lent to its advice."""
        told = {one.concept for one in self.clause.terms if not one.negated}
        return not term.negated and any(
            term.concept in denied and len(denied & told) > 1 for denied in self.source.denied
        )

    def _may_be_added(self, term: Term) -> bool:
        if term.concept == "care" and self._asks_for_help and not self.theirs.concepts & HELPERS:
            return True
        if self._is_free(term):
            return True
        if self._asks_for_help and term.concept in self.language.words.sooner:
            return True
        return self.theirs.mood == "must" and term.concept == "continue" and not term.negated

    def _anyhow(self, term: Term, pool: Sequence[Term], clause: Clause) -> bool:
        return any(self._same(theirs, term, clause) for theirs in pool)

    def _harmless(self, term: Term) -> bool:
        return term.concept in self.language.free_verbs and not term.negated

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
        return kept and (bool(named) or self._asks_for_help)

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
        if not theirs.modifier or theirs.modifier in clause.concepts or self._asks_for_help:
            return True
        if theirs.modifier in self.language.words.narrowing:
            return False
        return theirs.modifier in self.language.verbs or ours.concept not in self.language.words.generic

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
        if theirs.concepts == ours.concepts == {BARE_CONDITION}:
            return ""
        if not theirs.quantities and theirs.concepts <= {BARE_CONDITION} | self.language.free:
            quantities = tuple(quantity for clause in self.source.before for quantity in clause.quantities)
            return self._covered(ours, self._said_before, False) or self._agree(ours, quantities)
        pool = (
            *self._with_implied(theirs),
            *(one for one in self.theirs.terms if one.concept not in self.language.verbs),
        )
        return self._covered(ours, pool, theirs.refers) or self._agree(ours, theirs.quantities)

    @property
    def _said_before(self) -> tuple[Term, ...]:
        return tuple(term for clause in self.source.before for term in self._with_implied(clause) if not term.negated)

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
        purposes = self.clause.concepts & set(self.language.words.purposes)
        if ours in ("says", "may") and self.clause.actor == "you" and theirs == "must" and purposes:
            return "" if purposes <= self.theirs.concepts else "strength"
        if ours == "says" and self.clause.actor == "you" and theirs in ("must", "may", "might"):
            whole = theirs == "must" and self._nothing_dropped(self.clause, self.theirs.terms)
            return "" if whole else "strength"
        if (ours, theirs) == ("might", "may") or ((ours, theirs) == ("will", "says") and self.clause.actor == "care"):
            return ""
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

    def _permits_more(self) -> bool:
        """ "You may shower" where the passage says "after 48 hours"."""
        if any(term.is_drug or self.language.covers(term.concept, "medicine") for term in self._pool()):
            return not self._nothing_dropped(self.clause, self.theirs.terms)
        unsaid = [one for one in self.theirs.quantities if one.preposition or one.direction or one.unit == TIME]
        under = {term.under for term in self.theirs.terms} - {""}
        return len(self.clause.quantities) < len(unsaid) or not under <= {term.under for term in self.clause.terms}

    def _says_no_limit(self) -> bool:
        """ "Use ice" where the passage says for how long, or when."""
        timed = [one for one in self.theirs.terms if one.under or one.concept.startswith("t_")]
        ours = self.clause.quantities or any(
            one.under or one.concept.startswith("t_") or one.concept in self.language.words.predicates
            for one in self.clause.terms
        )
        claimed = ours or self.claim.condition is not None
        return self.theirs.mood in ("must", "may") and bool(self.theirs.quantities or timed) and not claimed

    def _goes_elsewhere(self, place: str) -> bool:
        """ "Call us" where the passage says "call 911"."""
        return self._asks_for_help and place in self.theirs.concepts and place not in self.clause.concepts

    def _whole(self) -> str:
        """With stop, skip, normal and the like, nothing of the passage's sentence may be left out."""
        if self.theirs.concepts & QUANTIFIERS != self.clause.concepts & QUANTIFIERS:
            return "strength"
        if self.theirs.mood == "may" and self._permits_more():
            return "condition"
        if "first" in self.theirs.concepts - self.clause.concepts - {t.under for t in self.clause.terms} and not (
            self._asks_for_help or "before" in self.clause.concepts
        ):
            return "condition"
        if not self._asks_for_help and self._says_no_limit():
            return "number"
        if any(self._goes_elsewhere(place) for place in ("emergency911", "er", "crisis988")):
            return "actor"
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
