"""What no likeness of words excuses: an exception, a second denial, an open end or an order of steps that the passage lacks."""

import itertools
from collections.abc import Sequence

from server.conversation.claims import Source, Statement
from server.conversation.language import Language
from server.conversation.quantity import AFTER_COMPARATORS, is_number
from server.conversation.spoken import Spoken, spoken

DENYING, DENIED = frozenset({"not", "never", "avoid", "without"}), frozenset({"not", "never", "no", "avoid"})
EXCEPTING = (frozenset({"unless"}), frozenset({"instead", "rather"}))
UNDOING = 2
"""Words apart at which two denials are of the same thing."""
REACH = 4
"""Words before "or more" within which its number stands."""


def is_undone(sentence: Spoken, claim: Statement, text: str, sources: Sequence[Source], language: Language) -> bool:
    """Whether the sentence holds one of these and the passage `text` does not; `claim` and `sources` are both as read."""
    return (
        _excepts_more(sentence, text)
        or _compares_nothing(sentence, language)
        or (_denies_twice(sentence, language) and not _denies_twice(spoken(text), language))
        or any(_is_out_of_step(claim, source, language) for source in sources)
    )


def _excepts_more(sentence: Spoken, text: str) -> bool:
    """Says "unless" or "instead of" where the passage never does, however deep in the sentence it stands."""
    said, told = set(sentence.words), set(spoken(text).words)
    return any(bool(words & said) and not words & told for words in EXCEPTING)


def _denies_twice(sentence: Spoken, language: Language) -> bool:
    """ "Do not stay away": the second denial undoes the first."""
    tokens = language.rewritten(sentence)
    denials = [at for at, word in enumerate(tokens) if word in DENYING | DENIED]
    return any(
        after - at <= UNDOING and tokens[at] in DENYING and tokens[after] in DENIED
        for at, after in itertools.pairwise(denials)
    )


def _compares_nothing(sentence: Spoken, language: Language) -> bool:
    """ "And more" of what has no number: not the "100 or more" for which it could be taken."""
    tokens = language.rewritten(sentence)
    open_ended = [at for at, word in enumerate(tokens) if word in AFTER_COMPARATORS]
    return any(not any(is_number(word) for word in tokens[max(0, at - REACH) : at]) for at in open_ended)


def _is_out_of_step(claim: Statement, source: Source, language: Language) -> bool:
    """Whether the claim tells the steps of a sentence that says "then" in another order."""
    if " then " not in f" {source.text} ":
        return False
    said = [term.concept for clause in source.statement.clauses for term in clause.terms if not term.under]
    ours = [term for clause in claim.clauses for term in clause.terms if not term.under]
    steps = [said.index(one.concept) for one in ours if one.concept in language.actions and one.concept in said]
    return steps != sorted(steps)
