"""What a sentence says: its condition and its clauses."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.conversation.clause import (
    ADJECTIVES,
    BARE_CONDITION,
    BREAKS,
    DETERMINERS,
    IF,
    JOINS,
    MAY,
    MIGHT,
    MUST,
    OPENERS,
    SUBJECTS,
    WILL,
    Clause,
    Term,
    clause,
    is_told,
)
from server.conversation.language import DRUG, Language
from server.conversation.spoken import Spoken


@dataclass(frozen=True)
class Statement:
    """One sentence."""

    condition: Clause | None
    unless: bool
    clauses: tuple[Clause, ...]

    @property
    def everything(self) -> tuple[Clause, ...]:
        return (*self.clauses, *((self.condition,) if self.condition else ()))


@dataclass(frozen=True)
class Source:
    """One sentence of a passage, with what the sentence before lends to its pronouns."""

    statement: Statement
    lent: tuple[Term, ...]
    before: tuple[Clause, ...]
    """The sentence before."""
    topics: tuple[Term, ...]
    """What the whole passage speaks of and does not deny; a medicine only where it is the passage's one medicine."""
    denied: tuple[frozenset[str], ...]
    """The concepts that each denying clause of the passage denies."""
    calls: tuple[frozenset[str], ...]
    """The concepts of each sentence of the passage that says whom to call."""
    text: str


def statement(sentence: Spoken, language: Language) -> Statement:
    """Any sentence; one without words has no clauses."""
    return reworded([word for word in language.rewritten(sentence) if word not in ".?"], language)


def reworded(words: Sequence[str], language: Language) -> Statement:
    """The same, of words that `Language.rewritten` made short."""
    tokens = _counted(list(words), language)
    condition, main, unless = _parted(_main_first(tokens, language), language)
    condition, main = _with_even(condition, main)
    parts = _clauses(main, language)
    clauses = tuple(_inheriting([clause(part, language) for part in parts], parts))
    if any("cmpexempt" in part and not one.terms for part, one in zip(parts, clauses, strict=True)):
        clauses = tuple(replace(one, mood="exempt") for one in clauses)
    held = _condition(_as_one(condition), language) if condition else None
    return Statement(held, unless, tuple(one for one in clauses if one.terms or one.quantities))


def _inheriting(clauses: list[Clause], parts: list[list[str]]) -> Iterator[Clause]:
    """ "You can eat and drink": what is joined by "and" without a subject of its own may, must or need not be done likewise."""
    modal = MAY | MIGHT | MUST | WILL
    for at, (own, part) in enumerate(zip(clauses, parts, strict=True)):
        led = at and modal & set(parts[at - 1]) and "please" not in parts[at - 1]
        joined = part[0] not in SUBJECTS | OPENERS and not modal & set(part)
        clauses[at] = replace(own, mood=clauses[at - 1].mood, actor=clauses[at - 1].actor) if led and joined else own
        yield clauses[at]


def _with_even(condition: list[str], main: list[str]) -> tuple[list[str], list[str]]:
    """ "If you fall, call us, even if you feel fine" has both conditions in one."""
    at = next((at for at, pair in enumerate(itertools.pairwise(main)) if pair == ("even", "if")), None)
    return (condition, main) if at is None else ([*condition, *main[at:]], main[:at])


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


def _as_one(condition: list[str]) -> list[str]:
    """Several conditions in one: what the first denies the next does not, "if it does not stop, or if you faint"."""
    return ["so" if word in IF else word for word in condition[1:]]


def _counted(tokens: list[str], language: Language) -> list[str]:
    pairs = zip(tokens, [*tokens[1:], ""], strict=True)
    return ["1" if word == "one" and _is_counted(after, language) else word for word, after in pairs]


def _is_counted(after: str, language: Language) -> bool:
    """A unit, or a medicine by its name: "one furosemide"."""
    word = language.lemma(after)
    return word in language.units or (bool(word) and language.concept((word,), 0)[0].startswith(DRUG))


def _main_first(tokens: list[str], language: Language) -> list[str]:
    """ "Before breakfast, weigh yourself" as "weigh yourself before breakfast"."""
    if not tokens or tokens[0] not in language.words.relations:
        return tokens
    following = itertools.pairwise(tokens)
    told = (
        at
        for at, (mark, after) in enumerate(following)
        if mark == "," and (is_told(after, language) or after in SUBJECTS)
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
    told = [at for at in commas if is_told(tokens[at + 1], language) or tokens[at] == "then"]
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


def _clauses(tokens: list[str], language: Language) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for at, word in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        listed = "not" in found[-1] and word == "," and "or" in tokens[at:]
        opens = (is_told(following, language) and following not in ADJECTIVES) or (
            following in SUBJECTS and following != "your"
        )
        pairs = zip(["", *found[-1]], found[-1], strict=False)
        bare = not any(
            (is_told(one, language) and ahead not in DETERMINERS) or one in SUBJECTS - {"your"} for ahead, one in pairs
        )
        denied = word == "and" and "not" in found[-1] and tokens[at - 1] != ","
        if word in BREAKS or (
            word in JOINS - {"or"} and opens and not listed and not denied and not (bare and word == ",")
        ):
            found.append([])
        else:
            found[-1].append(word)
    return [part for part in found if part]
