"""The ways in which one sentence can be put, and cut in pieces, so that each piece can be held against the passage alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from server.conversation.claims import Source, Statement, reworded
from server.conversation.clause import IF, MAY, MIGHT, WILL, Clause
from server.conversation.language import Language
from server.conversation.retelling import Retelling
from server.conversation.spoken import ENDS, Spoken

CUTS = frozenset({",", "and", "or", "so", "because", "but"})
MEASURES = frozenset(
    {"more", "less", "fewer", "higher", "lower", "above", "below", "over", "under", "so", "later", "earlier"}
)
"""What after "or" belongs to the number before it."""
PIECES_MAX = 6
"""A sentence of more pieces is held against the passage by the stricter rules alone; the work grows with their square."""
DENIALS = (("do", "not"), ("please", "do", "not"), ("never",), ("you", "should", "not"), ("avoid",))


def is_retold(sentence: Spoken, sources: Sequence[Source], language: Language, known: frozenset[str]) -> bool:
    """Whether the sources say all of the sentence, in one of the ways in which it can be put."""
    tokens = tuple(token for token in sentence.tokens if token not in ENDS)
    readings = (Reading(reading, sources, language, known) for reading in _readings(tokens, language))
    return any(reading.is_said() for reading in readings)


def _readings(tokens: tuple[str, ...], language: Language) -> Iterator[tuple[str, ...]]:
    """Each as `Language.rewritten` leaves it."""
    yield tuple(language.rewritten(Spoken(tokens)))
    text = " " + "".join(f"{word} " for word in tokens)
    for pattern, put in language.rules.readings:
        if found := pattern.match(text):
            yield tuple(language.rewritten(Spoken(tuple(found.expand(put).split()))))


class Reading:
    """One way to put a sentence, cut at its commas, ands and so on into as many pieces as it takes until each is said."""

    def __init__(
        self, tokens: tuple[str, ...], sources: Sequence[Source], language: Language, known: frozenset[str]
    ) -> None:
        self._pieces = _pieces(tokens)
        self._sources, self._language, self._known = sources, language, known
        self._whole = reworded(tokens, language)
        self._found: dict[tuple[int, int], tuple[bool, frozenset[int]]] = {}

    def is_said(self) -> bool:
        """Whether it can be cut so."""
        return len(self._pieces) <= PIECES_MAX and self._is_said_from(0, None, False)

    def _is_said_from(self, start: int, before: frozenset[int] | None, waits: bool) -> bool:
        """`before`: the sources that say the piece before; `waits`: it is a mere name, which the next must share one with."""
        if start == len(self._pieces):
            return not waits or start == 1 or before is None
        for end in range(len(self._pieces), start, -1):
            is_name, said = self._said(start, end)
            joined = said & before if before is not None and (is_name or waits) else said
            if joined and self._is_said_from(end, joined, is_name and before is None):
                return True
        return False

    def _said(self, start: int, end: int) -> tuple[bool, frozenset[int]]:
        """Whether these pieces are a mere name, and the sources that say them."""
        if (start, end) not in self._found:
            tokens = _joined(self._pieces, start, end)
            claim = reworded(tokens, self._language)
            actions = (one.concept in self._language.actions for clause in claim.clauses for one in clause.terms)
            is_name = all(clause.mood == "says" for clause in claim.clauses) and not any(actions)
            self._found[start, end] = is_name, frozenset() if _is_both_sure_and_not(tokens) else self._saying(claim)
        return self._found[start, end]

    def _saying(self, claim: Statement) -> frozenset[int]:
        """The sources that say one of its clauses, where every clause has one."""
        found: frozenset[int] = frozenset()
        for clause, claims in _with_conditions(claim):
            said = frozenset(
                at
                for one in claims
                for at, (source, drugs) in enumerate(_with_drugs(self._sources))
                if not Retelling(self._language, one, clause, source, self._known, drugs, self._whole).miss()
            )
            if not said:
                return frozenset()
            found |= said
        return found


def _is_both_sure_and_not(tokens: Sequence[str]) -> bool:
    """ "It may hurt and will bleed": to be held against a passage, this must be cut in two."""
    said = set(tokens)
    return not IF & said and bool(WILL & said) and bool((MAY | MIGHT) & said)


def _pieces(tokens: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Each with the comma, "and" or the like that it opens with."""
    cuts = [
        at
        for at, (word, after) in enumerate(zip(tokens, [*tokens[1:], ""], strict=True))
        if at and word in CUTS and tokens[at - 1] not in CUTS and not (word == "or" and after in MEASURES)
    ]
    ends = [*cuts, len(tokens)]
    return [tokens[start:end] for start, end in zip([0, *cuts], ends, strict=True)]


def _joined(pieces: Sequence[tuple[str, ...]], start: int, end: int) -> tuple[str, ...]:
    """Some of the pieces, with the denial that the first of all shares with what is joined to it."""
    tokens = [word for piece in pieces[start:end] for word in piece]
    while tokens and tokens[0] in CUTS:
        del tokens[0]
    denied = next((denial for denial in DENIALS if pieces[0][: len(denial)] == denial), ())
    shares = start and "or" in pieces[start][:2]
    return (*(denied if shares else ()), *tokens)


def _with_conditions(claim: Statement) -> Iterator[tuple[Clause, list[Statement]]]:
    """ "If it is full, empty it and wash your hands": what comes second may hold without the condition."""
    for at, clause in enumerate(claim.clauses):
        yield clause, [claim, replace(claim, condition=None)] if at and claim.condition else [claim]


def _with_drugs(sources: Sequence[Source]) -> Iterator[tuple[Source, frozenset[str]]]:
    before: frozenset[str] = frozenset()
    for source in sources:
        yield source, before
        before |= {term.concept for each in source.statement.everything for term in each.terms if term.is_drug}
