"""Medicine names in a patient's words, against the patient's own list: by any of their names, and by their sound.

A name that only sounds like one of the list is never taken for it: it is read back, and only a yes counts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jellyfish import metaphone
from rapidfuzz.distance import Levenshtein

from server.conversation.heard import PUNCTUATION, Heard, hear
from server.persona.conditions import KnownMedicine

NEAR = 0.75
"""Smallest likeness of two names' sounds, or letters, that is worth reading back. Design choice: "elequest" is 0.8 like
"eliquis"; names of two different common medicines stay below (test_conversation_medicines)."""
SHORTEST = 5
"""Letters; shorter words are too like ordinary ones."""
SPELLED = 0.5
"""Smallest likeness of letters where the sounds decide: a code leaves vowels out, so "because" sounds
nearly like "Bumex". Design choice."""
SHORTEST_SOUND = 4
"""Sounds; shorter codes are too like those of ordinary words."""
FIRST_VOWEL = re.compile("^[AEIOU]")


@dataclass(frozen=True)
class Named:
    """A medicine that was named."""

    name: str
    """As the patient's list has it, else its generic name."""
    said: str
    """As it was said, which may be a brand."""
    sure: bool
    """False: it only sounds like it."""


@dataclass(frozen=True)
class Names:
    """Every name that may be said in a visit, to the name it stands for."""

    own: Mapping[str, str]
    """Names of the patient's own medicines, brands and misspellings included."""
    others: Mapping[str, str]


def names_of(
    known: Mapping[str, KnownMedicine], listed: Sequence[str], everyday: Mapping[str, tuple[str, ...]]
) -> Names:
    """`listed`: the names on the patient's list; `everyday`: group to what people call a medicine of it.

    "My blood thinner" names a medicine only where the list holds one of that group and no more.
    """
    own: dict[str, str] = {}
    for name in listed:
        own[_plain(name)] = name
        for medicine in _known(known, name):
            own.update({one: name for one in medicine.names if one not in own})
    for group, called in everyday.items():
        of_group = [name for name in listed if group in groups_of(known, name)]
        if len(of_group) == 1:
            own.update(dict.fromkeys(called, of_group[0]))
    return Names(own, {one: medicine.generic for one, medicine in known.items() if one not in own})


def named_in(names: Names, heard: Heard) -> tuple[Named, ...]:
    """Every medicine named, the sure ones first; the same one only once."""
    tokens = [token.text for token in heard.tokens]
    found: dict[str, Named] = {}
    for phrase in _phrases(tokens):
        one = _exact(names, phrase)
        if one and one.name not in found:
            found[one.name] = one
    for phrase in _phrases(tokens):
        near = None if _exact(names, phrase) else _near(names, phrase)
        if (
            near
            and near.name not in found
            and not any(phrase in one.said or one.said in phrase for one in found.values())
        ):
            found[near.name] = near
    return tuple(found.values())


def groups_of(known: Mapping[str, KnownMedicine], name: str) -> frozenset[str]:
    """Groups of the medicine of this name."""
    return frozenset().union(*(medicine.groups for medicine in _known(known, name)))


def _known(known: Mapping[str, KnownMedicine], name: str) -> list[KnownMedicine]:
    """A name on a list may hold more than the name: "insulin glargine 10 units"."""
    words = name.lower().split()
    runs = (" ".join(words[at:stop]) for at in range(len(words)) for stop in range(at + 1, len(words) + 1))
    return [known[run] for run in runs if run in known]


def _phrases(tokens: list[str]) -> Iterator[str]:
    """Runs of one to three words: a recognizer writes "war for in" for one name."""
    for length in (3, 2, 1):
        for at in range(len(tokens) - length + 1):
            run = tokens[at : at + length]
            if not PUNCTUATION.intersection(run):
                yield " ".join(run)


def _exact(names: Names, phrase: str) -> Named | None:
    name = names.own.get(phrase) or names.others.get(phrase)
    return Named(name, phrase, sure=True) if name else None


def _near(names: Names, phrase: str) -> Named | None:
    """The most alike name of the patient's own list; none where a medicine not on it is as much alike."""
    letters = phrase.replace(" ", "")
    if len(letters) < SHORTEST or not letters.isalpha() or any(word in ORDINARY for word in phrase.split()):
        return None
    own = max(((likeness(letters, one), one) for one in names.own), default=(0.0, ""))
    if own[0] < NEAR or any(likeness(letters, one) >= own[0] for one in names.others):
        return None
    return Named(names.own[own[1]], phrase, sure=False)


ORDINARY = frozenset(
    "a an the my i it is was in of to and or for on at that this them they all one ones two pill pills medicine water "
    "blood thinner heart pressure take took taking missed forgot morning night every day days don't dont not yes no".split()
)
"""Words that are no part of a name that was misheard."""


def likeness(one: str, other: str) -> float:
    """0 to 1, of letters or of sounds, whichever is more alike; both must begin with a like sound."""
    second = other.replace(" ", "")
    sounds, known = _sound(one), _sound(second)
    if sounds[:1] != known[:1]:
        return 0.0
    letters = Levenshtein.normalized_similarity(one, second)
    by_ear = letters >= SPELLED and len(known) >= SHORTEST_SOUND
    return max(letters, Levenshtein.normalized_similarity(sounds, known) if by_ear else 0.0)


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    """The word's Metaphone code (Philips 1990); any first vowel is one, as recognizers write one for another."""
    return FIRST_VOWEL.sub("A", metaphone(word))


@lru_cache(maxsize=1024)
def _plain(name: str) -> str:
    return " ".join(hear(name).words)
