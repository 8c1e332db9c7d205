"""A clause of a claim beside a clause of a passage: whether the passage's one says it, and if not, the first thing amiss."""

from dataclasses import replace

from server.conversation.clause import BARE_CONDITION, Clause, Term, turned_round, unprevented
from server.conversation.quantity import DOWN, TIME, UP, Quantity
from server.conversation.shared import GRAVE, QUANTIFIERS, ROW, SIGNS, TIMES, Shared


class Match(Shared):
    """Their words, numbers, order, conditions, actors and strength."""

    def miss(self) -> str:
        """Why the passage does not say it; empty when it does."""
        tests = (self._words, self._turned, self._numbers, self._condition, self._actor, self._mood, self._whole)
        return next((reason for test in tests if (reason := test())), "")

    def share(self) -> float:
        """How much of the claim the passage's sentence speaks of."""
        ours = self.clause.concepts
        return len(ours & self._said) / max(1, len(ours))

    def _turned(self) -> str:
        return "order" if turned_round(self.clause, self.theirs, self.language.words.causal) else ""

    def _numbers(self) -> str:
        return self._agree(self.clause, self._quantities())

    def _agree(self, clause: Clause, theirs: tuple[Quantity, ...]) -> str:
        lenient = self.asks_for_help
        agreed = all(any(ours.agrees(other, self.language, lenient) for other in theirs) for ours in clause.quantities)
        return "" if agreed else "number"

    def _condition(self) -> str:
        ours, theirs = self.claim.condition, self.source.statement.condition
        if ours is None:
            return "" if theirs is None or self._moved or self.needs_no_condition() else "condition"
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
            *self._with_implied(self.without_even(theirs, ours) if self.claim.unless else theirs),
            *(one for one in self.theirs.terms if one.concept not in self.language.verbs),
            *self._case_before(),
        )
        repeated = [one for one in theirs.quantities if one.unit == TIMES]
        if len([one for one in ours.quantities if one.unit == TIMES]) < len(repeated) and ROW not in ours.concepts:
            return "condition"
        return self._covered(ours, pool, theirs.refers) or self._agree(ours, theirs.quantities)

    @staticmethod
    def without_even(theirs: Clause, ours: Clause) -> Clause:
        """ "Unless your doctor says so, even if a friend does": the friend's word is no condition."""
        if "even" not in theirs.concepts - ours.concepts:
            return theirs
        at = [term.concept for term in theirs.terms].index("even")
        return replace(theirs, terms=theirs.terms[:at])

    def _case_before(self) -> tuple[Term, ...]:
        """ "Call 911 if you are also vomiting" goes on with the case of the sentence before."""
        if "also" not in self.source.text.split():
            return ()
        directions = {quantity.direction for clause in self.source.before for quantity in clause.quantities}
        sizes = tuple(Term(size, False, 0, "", "") for size, way in (("high", UP), ("low", DOWN)) if way in directions)
        return (*self._said_before, *sizes)

    def _condition_in_clause(self, ours: Clause) -> str:
        if self.claim.unless:
            return "condition"
        if self.theirs.concepts & SIGNS - self.clause.concepts and not self.asks_for_help:
            return "strength"
        pool = self._with_implied(self.theirs)
        return self._covered(ours, pool, self.theirs.refers) or self._agree(ours, self.theirs.quantities)

    def _condition_before(self, ours: Clause) -> str:
        """ "Black stools can be a sign of bleeding. Call us": the sentence before is the condition."""
        bare = self.theirs.concepts <= {*self.language.words.sooner, *self.language.words.contact, "care", "doctor"}
        return (
            "" if bare and not self.claim.unless and not self._covered(ours, self.source.lent, False) else "condition"
        )

    def needs_no_condition(self) -> bool:
        words = self.language.words
        harmless = self.clause.concepts & {*words.contact, *words.monitor}
        medicine = any(term.is_drug or term.concept == "medicine" for term in self.clause.terms)
        forbids = any(term.negated for term in self.clause.terms) and not medicine
        if "even" in self.theirs.concepts:
            return True
        return (bool(harmless) and self.asks_for_help) or (forbids and not self.source.statement.unless)

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
        if ours == "says" and theirs in ("may", "might") and self.clause.actor == "thing":
            return "strength"
        if ours == theirs or ours == "says":
            return "" if (ours == "exempt") == (theirs == "exempt") else "strength"
        if ours in ("may", "might"):
            return "" if self._may(ours, theirs) else "strength"
        return "" if ours == "must" and self._told_by_the_passage(theirs) else "strength"

    def _may(self, ours: str, theirs: str) -> bool:
        """ "You can call us" asks for help; "this can cause" is weaker than "causes"; advice is not made weaker."""
        if ours == "may" and theirs == "must":
            return self.asks_for_help
        return self.clause.actor == "thing" and theirs in ("says", "may", "might")

    def _told_by_the_passage(self, theirs: str) -> bool:
        return theirs == "says" and self.asks_for_help

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
        return self.asks_for_help and place in self.theirs.concepts and place not in self.clause.concepts

    def _quantified_otherwise(self) -> bool:
        """ "Might" says no more than "mostly"."""
        ours, theirs = self.clause.concepts & QUANTIFIERS, self.theirs.concepts & QUANTIFIERS
        return ours != theirs and not (not ours and self.clause.mood in ("may", "might"))

    def _whole(self) -> str:
        """With stop, skip, normal and the like, nothing of the passage's sentence may be left out."""
        if unprevented(self.clause, self.theirs):
            return "strength"
        if self._quantified_otherwise():
            return "strength"
        if self.theirs.mood == "may" and self._permits_more():
            return "condition"
        if "first" in self.theirs.concepts - self.clause.concepts - {t.under for t in self.clause.terms} and not (
            self.asks_for_help or "before" in self.clause.concepts
        ):
            return "condition"
        if not self.asks_for_help and self._says_no_limit():
            return "number"
        if any(self._goes_elsewhere(place) for place in GRAVE):
            return "actor"
        if "only" in self.theirs.concepts - self.clause.concepts and not self.asks_for_help:
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
