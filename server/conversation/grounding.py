"""Whether a passage says what a sentence claims: every word, number, negation, actor and condition of it, and no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.conversation.alignment import Match
from server.conversation.claims import Source, Statement, statement
from server.conversation.clause import Clause, Term
from server.conversation.language import Language
from server.conversation.readings import is_retold
from server.conversation.shared import CONTACT, GRAVE
from server.conversation.spoken import Spoken, spoken, telephones_as_words
from server.conversation.undoing import is_undone
from server.vocabulary.speech import Passage

REASONS = ("drug", "number", "negation", "order", "condition", "actor", "strength", "unsupported")
"""Why a passage does not support a sentence, the nearest miss first."""


@dataclass(frozen=True)
class Support:
    """What a sentence rests on; `reason` is empty when it rests on `passage`."""

    passage: Passage | None
    reason: str


@lru_cache(maxsize=512)
def sources(text: str, language: Language) -> tuple[Source, ...]:
    """The sentences of a passage; a heading and a list's line are sentences of their own or of what they continue."""
    said_numbers = telephones_as_words(text)
    lines = "\n".join(f"{line.lstrip('# ')}." if line.startswith("#") else line for line in said_numbers.splitlines())
    found: list[Source] = []
    lent: tuple[Term, ...] = ()
    before: tuple[Clause, ...] = ()
    said = [(sentence, statement(sentence, language)) for sentence in spoken(lines).sentences()]
    topics = _topics([read for _, read in said], language)
    denials = (
        frozenset(term.concept for term in clause.terms if term.negated) for _, one in said for clause in one.everything
    )
    denied = tuple(filter(None, denials))
    everything = [frozenset(term.concept for one in read.everything for term in one.terms) for _, read in said]
    calls = tuple(concepts for concepts in everything if concepts & set(language.words.contact))
    for sentence, read in said:
        found.append(Source(read, lent, before, topics, denied, calls, " ".join(sentence.words)))
        before = read.everything
        named = tuple(term for clause in read.everything for term in clause.terms if term.concept not in language.verbs)
        lent = named if any(term.is_drug for term in named) or not _refers(read) else (*lent, *named)
    return tuple(found)


def _topics(read: Sequence[Statement], language: Language) -> tuple[Term, ...]:
    terms = [term for one in read for clause in one.everything for term in clause.terms]
    drugs = {term.concept for term in terms if term.is_drug}
    return tuple(
        term
        for term in terms
        if not (term.negated or term.under or term.concept in language.verbs or term.concept.startswith("t_"))
        and (len(drugs) == 1 or not term.is_drug)
    )


def _refers(read: Statement) -> bool:
    return any(clause.refers for clause in read.everything)


def support(
    sentence: Spoken,
    evidence: Sequence[Passage],
    language: Language,
    known: frozenset[str],
) -> Support:
    """The first passage that says all of it; `known` are concepts that the patient's own list holds."""
    claim = statement(sentence, language)
    if not claim.clauses:
        return Support(None, "unsupported")
    misses: list[str] = []
    for passage in evidence:
        if is_undone(sentence, claim, passage.text, sources(passage.text, language), language):
            misses.append("order")
            continue
        missing = [_miss(claim, clause, passage, language, known) for clause in claim.clauses]
        if not any(missing):
            return Support(passage, "")
        if is_retold(sentence, sources(passage.text, language), language, known):
            return Support(passage, "")
        misses += filter(None, missing)
    return Support(None, min(misses, key=REASONS.index, default="unsupported"))


def told_otherwise(sentence: Spoken, evidence: Sequence[Passage], language: Language) -> bool:
    """Whether the passages speak of this sentence's condition, or tell its people to call 911."""
    ours = statement(sentence, language)
    theirs = [one.statement for passage in evidence for one in sources(passage.text, language)]
    case = (
        {term.concept for term in ours.condition.terms if term.concept not in language.free} if ours.condition else ()
    )
    if any(said.condition is not None and bool(set(case) & said.condition.concepts) for said in theirs):
        return True
    calls = {clause.actor for said in theirs for clause in said.clauses if clause.concepts & set(GRAVE)} - {"you"}
    asks = (clause for clause in ours.clauses if CONTACT in clause.concepts and not clause.concepts & set(GRAVE))
    return any(clause.mood == "must" and clause.actor in calls for clause in asks)


def _miss(
    claim: Statement,
    clause: Clause,
    passage: Passage,
    language: Language,
    known: frozenset[str],
) -> str:
    """Empty when some sentence of the passage says this clause; else the reason of the nearest miss."""
    misses: list[tuple[float, str]] = []
    for source in sources(passage.text, language):
        for theirs in source.statement.clauses:
            match = Match(language, claim, clause, source, theirs, known)
            miss = match.miss()
            if not miss:
                return ""
            misses.append((match.share(), miss))
    return max(misses, default=(0.0, "unsupported"))[1]
