"""Is this sentence finished? Pure rules on recognized words; one vote in deciding the end of a patient's turn.

Tuned on sentences of our own; a wrong "finished" is mended by joining the two halves (`conversation.policy.merge`).
"""

import re
from enum import Enum


class Completeness(Enum):
    """How finished a sentence looks."""

    FINISHED = "finished"
    UNSURE = "unsure"
    OPEN = "open"
    """Something must follow: a conjunction, a preposition, an article … stands last."""


_OPEN_END = frozenset(
    """
    and or but nor so because cause since although though unless until while whereas if when whenever where
    which who whose that than as like the a an my your his her our their its this these those every each any
    some no of to in on at for from into onto about around with without over under near by during between
    through against toward towards before after behind i he she we they is are was were am be been being do does
    did have has had can could will would shall should may might must i'm i've i'd i'll you're he's she's it's
    we're they're there's that's what's isn't aren't wasn't very really too more most quite pretty just even
    only also then um uh er hmm well maybe plus not feel feels felt take takes took get gets got go goes went
    want wants need needs needed keep keeps kept make makes made say says said think thinks thought know tell
    tells told thee anew feeling taking getting going having trying kind sort lot couple few number mr mrs dr doctor's
    """.split()
)
"""Last words after which an English sentence cannot well end."""

_LOOSE_END = frozenset("any some more most so that this these those her his all no too very one really".split())
"""Last words that end a sentence about as often as they do not."""

_WANT_OBJECT = frozenset(
    "forget forgot give gave bring brought put use used ask asked find found buy bought wear wore see saw".split()
)
"""Verbs that a longer sentence seldom ends with."""

_CLOSED_AFTER = frozenset(
    {
        ("think", "so"), ("guess", "so"), ("hope", "so"), ("believe", "so"), ("guess", "not"), ("hope", "not"),
        ("i", "do"), ("i", "am"), ("i", "did"), ("i", "can"), ("i", "have"), ("i", "had"), ("i", "was"), ("i", "will"),
        ("i", "would"), ("i", "should"), ("i", "could"), ("i", "might"), ("it", "is"), ("it", "does"), ("it", "did"),
        ("it", "was"), ("it", "has"), ("he", "is"), ("he", "does"), ("he", "did"), ("she", "is"), ("she", "does"),
        ("she", "did"), ("they", "are"), ("they", "do"), ("they", "did"), ("there", "is"), ("there", "are"), ("of", "that"),
        ("like", "that"), ("about", "that"), ("do", "that"), ("did", "that"), ("than", "that"), ("of", "this"),
        ("like", "this"), ("for", "that"), ("not", "really"), ("i", "know"), ("don't", "know"), ("not", "very"),
        ("me", "too"), ("it", "too"), ("that", "too"), ("not", "any"), ("miss", "any"), ("missed", "any"),
        ("have", "any"), ("need", "any"), ("take", "any"),
        ("don't", "think"), ("a", "lot"), ("a", "few"),
        ("of", "those"), ("of", "these"), ("of", "them"), ("hurts", "more"), ("any", "more"), ("no", "more"),
        ("to", "go"), ("to", "feel"), ("have", "some"), ("don't", "feel"), ("of", "her"), ("of", "his"), ("with", "her"),
        ("told", "her"), ("me", "that"), ("are", "not"), ("is", "not"), ("did", "not"), ("do", "not"), ("have", "not"),
        ("was", "not"), ("probably", "not"), ("maybe", "not"), ("i'm", "not"), ("better", "though"), ("fine", "though"),
    }
)  # fmt: skip
"""Pairs that end a sentence although their last word is in `_OPEN_END`."""

_SHORT_ANSWERS = frozenset(
    """
    yes no yeah yep yup nope nah ok okay sure right correct never sometimes always often rarely maybe none
    nothing nobody fine good great bad better worse same alright everything both neither today yesterday tonight
    tomorrow morning help stop repeat goodbye bye hello hi thanks
    """.split()
)
_MODIFIERS = frozenset(
    """
    left right new other little big small whole same last first second next old lower upper high low blood water
    heart good bad really sharp dull white red blue green long short sudden strange weird different
    """.split()
)
_DETERMINERS = frozenset(
    """
    my the a an this that his her your our their some any another one two three
    """.split()
)
_SUBORDINATE = frozenset(
    """
    when if whenever while although though unless until after before once every
    """.split()
)
_SUBJECTS = frozenset(
    """
    i it he she we they you i'm it's i've he's she's we're they're you're
    """.split()
)


def completeness(text: str) -> Completeness | None:
    """How finished `text` looks; None where there is no word in it."""
    words = re.findall(r"[a-z']+|\d+", text.lower())
    if not words:
        return None
    if len(words) == 1:
        return Completeness.FINISHED if _is_short_answer(words[0]) else Completeness.UNSURE
    if text.rstrip().endswith(("-", "…", "...", ":")):
        return Completeness.OPEN
    if (words[-2], words[-1]) in _CLOSED_AFTER:
        return Completeness.FINISHED
    if _hangs(words):
        return Completeness.OPEN
    if words[-1] in _LOOSE_END or (text.rstrip().endswith(",") and len(words) > 2):
        return Completeness.UNSURE
    return Completeness.FINISHED if len(words) >= 3 or _is_short_answer(words[0]) else Completeness.UNSURE


def _hangs(words: list[str]) -> bool:
    if words[-1] in _OPEN_END - _LOOSE_END or (words[-1] in _WANT_OBJECT and len(words) > 2):
        return True
    if words[-1] in _MODIFIERS and words[-2] in _DETERMINERS:
        return True
    lone_clause = words[0] in _SUBORDINATE and sum(word in _SUBJECTS for word in words) < 2
    return lone_clause and len(words) <= 8


def _is_short_answer(word: str) -> bool:
    return word in _SHORT_ANSWERS or word.isdigit()
