"""A sentence that tells a passage's sentence in other words: its words, numbers and limits held against all of that sentence.

Looser than `alignment` in how a sentence is built, and in words that carry no advice; never in what a number, a denial, an
order, a condition, a limit or an actor says. Whatever is on no list is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.conversation.clause import BARE_CONDITION, BARE_DENIAL, Clause, Term, turned_round
from server.conversation.quantity import PERIODS, UP, Quantity
from server.conversation.retold import Retold
from server.conversation.shared import GRAVE, ROW, TIMES

DAY = PERIODS["q1day"]


@dataclass(frozen=True)
class Retelling(Retold):
    """Whether all of it is said."""

    def miss(self) -> str:
        """Why the sentence does not say it; empty when it does."""
        if not self.source.statement.clauses:
            return "unsupported"
        tests = (self._words, self._denials, self._numbers, self._conditions, self._limits, self._manner, self._roles)
        return next((reason for test in tests if (reason := test())), "")

    def _denials(self) -> str:
        for term in self.ours:
            same = self._same(term, self.theirs)
            if same and all(one.negated != term.negated for one in same):
                return "negation"
        ours = any(term.negated or term.concept == BARE_DENIAL for term in self.ours)
        theirs = [one for one in self.nearest.theirs.terms if one.negated or one.concept == BARE_DENIAL]
        if bool(theirs) != ours and not self._condition_denies():
            return "negation"
        return ""

    def _condition_denies(self) -> bool:
        held = self.source.statement.condition
        return held is not None and any(one.negated or one.concept == BARE_DENIAL for one in held.terms)

    def _numbers(self) -> str:
        said = [one for clause in self.source.statement.everything for one in clause.quantities]
        lenient = self.nearest.asks_for_help
        agreed = all(any(self._agrees(one, other, said, lenient) for other in said) for one in self._quantities)
        return "" if agreed else "number"

    def _agrees(self, ours: Quantity, theirs: Quantity, said: Sequence[Quantity], lenient: bool) -> bool:
        alone = sum(one.unit == theirs.unit for one in said) == 1
        told = frozenset(one.concept for one in self.theirs if one.concept.startswith("t_"))
        theirs = replace(theirs, about=frozenset(), times=told) if alone else theirs
        daily = ours.per == DAY and not theirs.per and theirs.times and not ours.times
        if (ours.direction, ours.preposition, theirs.direction, theirs.preposition) == (UP, "for", "", "after"):
            ours = replace(ours, direction="", preposition="after")
        return (replace(ours, per=0.0) if daily else ours).agrees(theirs, self.language, lenient)

    def _conditions(self) -> str:
        ours, theirs = self.claim.condition, self.source.statement.condition
        if theirs is None:
            return "" if ours is None or self._stands_under(ours) else "condition"
        if self.claim.unless != self.source.statement.unless and ours is not None:
            return "condition"
        if ours is None:
            return "" if self._moved(theirs) or self.nearest.needs_no_condition() else "condition"
        theirs = self.nearest.without_even(theirs, ours) if self.claim.unless else theirs
        shared = [term for term in ours.terms if self._same(term, theirs.terms)]
        if not shared and self._condition_denies():
            return "negation"
        if any(self._helpers([term]) and term not in shared for term in ours.terms):
            return "actor"
        parts = {one.part for term in shared for one in self._same(term, theirs.terms)}
        repeated = [one for one in theirs.quantities if one.unit == TIMES and (one.part in parts or not parts)]
        if len(repeated) > sum(one.unit == TIMES for one in ours.quantities) and ROW not in ours.concepts:
            return "condition"
        crossed = [
            term
            for term in ours.terms
            if term not in shared and self._tells(term) and not term.under and self._same(term, self._main())
        ]
        said = shared or ours.quantities or theirs.concepts <= {BARE_CONDITION} | self.language.free
        return "" if said and not crossed else "condition"

    def _main(self) -> tuple[Term, ...]:
        return tuple(term for clause in self.source.statement.clauses for term in clause.terms)

    def _stands_under(self, ours: Clause) -> bool:
        """ "When you have walked" where the passage says "after you walk"."""
        return not self.claim.unless and all(
            any(one.under for one in self._same(term, self.theirs)) or self._is_plain(term) for term in ours.terms
        )

    def _moved(self, theirs: Clause) -> bool:
        """The passage's condition stands in the main part: "for a dry mouth"."""
        if self.source.statement.unless:
            return False
        weighty = [term for term in theirs.terms if not self._is_plain(term) and term.concept not in self.language.easy]
        ours = [mine for clause in self.claim.clauses for mine in clause.terms]
        numbers = [mine for clause in self.claim.clauses for mine in clause.quantities]
        parts = {term.part for term in weighty} if " or " in f" {self.source.text} " else {None}
        held = any(
            all(
                any(self._means(term, mine) and mine.negated == term.negated for mine in ours)
                for term in weighty
                if part in (None, term.part)
            )
            for part in parts
        )
        agreed = all(any(mine.agrees(one, self.language, False) for mine in numbers) for one in theirs.quantities)
        return bool(weighty) and held and agreed

    def _limits(self) -> str:
        """Words like "only", "until" and "first" are on both sides or on neither; so is what stands under an order word."""
        limits = self.language.limits
        added = [term for term in self.ours if term.concept in limits and not self._same(term, self.theirs)]
        lost = [term for term in self._near() if term.concept in limits and not self._is_told(term)]
        if added or lost:
            return "condition"
        if not self._is_local():
            return "order"
        if self._tells_part_of_when():
            return "condition"
        for term in self.ours:
            same = self._same(term, self.theirs)
            if same and not any(self._alike(one.under, term.under) for one in same) and not self._follows(term):
                return "order"
        return self._lost_numbers()

    def _is_local(self) -> bool:
        """What is done, and when and how, stands together in one clause of the passage as it does here."""
        said = [clause.terms for clause in self.source.statement.clauses if not self._lost_verbs(clause)]
        if self.claim.condition is None and self.source.statement.condition:
            said.append(self.source.statement.condition.terms)
        for part in {term.part for term in self.clause.terms}:
            here = [
                one for one in self.clause.terms if one.part == part and self._tells(one) and not self._follows(one)
            ]
            if not any(
                all(self._same(term, terms) for term in here if self._same(term, self.theirs)) for terms in said
            ):
                return False
        return True

    def _tells(self, term: Term) -> bool:
        tells = term.concept in self.language.words.predicates or term.concept in self.language.actions
        return tells or bool(term.under) or term.concept.startswith("t_")

    def _tells_part_of_when(self) -> bool:
        """ "In the evening" where the passage says "in the morning and in the evening"."""
        when = {one.concept for one in self.nearest.theirs.terms if one.concept.startswith("t_")}
        return bool(when & self.told) and bool(when - self.told)

    def _follows(self, term: Term) -> bool:
        """ "For 30 minutes after" is after what the sentence, or the one before, speaks of."""
        return term.under != "" and [one.concept for one in self.theirs if one.under == term.under] == [term.under]

    @staticmethod
    def _alike(theirs: str, ours: str) -> bool:
        return ours == theirs or (ours != "" and ours in theirs.split())

    def _lost_numbers(self) -> str:
        """For how long, after how long and how much at most must not be lost; how often may, beside another number or time."""
        lost = [one for one in self.nearest.theirs.quantities if not self._told(one)]
        if self.nearest.asks_for_help or not lost:
            return ""
        denied = any(term.negated for term in self.nearest.theirs.terms)
        named = self.clause.mood == "says" and not any(self._tells(term) for term in self.clause.terms)
        specific = (
            named
            or self.clause.quantities
            or any(term.under or term.concept.startswith(("t_", "q")) for term in self.clause.terms)
        )
        return "number" if denied or not specific else ""

    def _told(self, theirs: Quantity) -> bool:
        ours = (one for clause in self.whole.everything for one in clause.quantities)
        return any((one.low, one.high) == (theirs.low, theirs.high) and one.unit in (theirs.unit, "") for one in ours)

    def _manner(self) -> str:
        """Who, and whether it must, may or might be."""
        mine, said = self.clause, self.nearest.theirs
        ours, theirs = self._helpers(self.ours), self._helpers(said.terms)
        if (theirs and not ours) or (ours and theirs and not ours & theirs) or (set(GRAVE) & theirs) - ours:
            return "actor"
        if said.mood == "may" and self._lost():
            return "condition"
        if mine.actor != said.actor and {mine.actor, said.actor} != {"you", "thing"}:
            return "actor"
        if mine.mood == "will" and said.mood == "says" and mine.actor == "care":
            return ""
        if mine.mood == said.mood or (mine.mood == "says" and said.mood in ("must", "will")):
            return ""
        if {mine.mood, said.mood} <= {"must", "says"} or {mine.mood, said.mood} == {"may", "might"}:
            return "" if mine.actor != "thing" or said.mood == "must" or mine.mood == "says" else "strength"
        if mine.mood == "may" and said.mood == "must":
            return "" if self.nearest.asks_for_help or self._is_comfort() else "strength"
        return "strength"

    def _is_comfort(self) -> bool:
        """ "For a dry mouth you can suck on candy": advice that neither forbids nor is of medicines may be offered."""
        held = self.source.statement.condition
        medicine = any(one.is_drug or one.concept in ("medicine", "dose") for one in (*self.theirs, *self.ours))
        return held is not None and not medicine and not any(one.negated for one in self.nearest.theirs.terms)

    def _roles(self) -> str:
        """Cause and effect are not exchanged, and nothing that prevents, lowers or causes gets lost between the two."""
        words, said = self.language.words, self.nearest.theirs
        if turned_round(self.clause, said, words.causal):
            return "order"
        for verb in {term.concept for term in said.terms} & {*words.causal, *words.exact, *words.purposes}:
            if not any(self._covers(verb, one) for one in self.told):
                return "strength"
        grave = {term.concept for term in self.clause.terms if not term.negated} & set(words.exact)
        return "condition" if grave and self._lost() else ""
