"""The words of a text that can be looked up: without those that say nothing, and without their endings."""

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_SMALL = frozenset(
    "a an the i me my mine we us our you your he him his she her it its they them their this that these those is are am"
    " was were be been being do does did doing done have has had having can could will would shall should may might must"
    " to of in on at by for with from into about as and or but if then than so not no nor up out over under again just too"
    " very s t d m re ve ll don now what when where which who whom why how there here all any both each few more most other"
    " some such only own same get got gets go goes going gone gonna gotta need let let's lets ok okay alright please tell"
    " know want like really still yet im ive dont cant wont doesnt didnt isnt arent id ill whats hows thing stuff even much"
    " many way".split()
)
"""Words of every question: they tell nothing apart."""
_SIBILANT = re.compile(r"(?:ch|sh|x|z|ss)es$")
_VOWEL = re.compile(r"[aeiouy]")


def terms(text: str) -> list[str]:
    """Stems of the words that count, in order, repeats kept."""
    found = (word.removesuffix("'s") for word in _WORD.findall(text.lower().replace("’", "'")))
    return [stem(word) for word in found if word not in _SMALL and word.replace("'", "") not in _SMALL]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Takes English inflections and the commonest endings of nouns off: `swollen` stays, `swelling` becomes `swell`."""
    if len(word) < 4 or word.isdigit():
        return word
    word = _ending(_singular(word))
    return word[:-1] if len(word) > 3 and word[-1] == "e" else word[:-1] + "i" if word[-1] == "y" else word


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if _SIBILANT.search(word):
        return word[:-2]
    return word[:-1] if word[-1] == "s" and word[-2:] not in {"ss", "us", "is"} else word


def _ending(word: str) -> str:
    for ending in ("ness", "ing", "ed", "ly", "ion"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and _VOWEL.search(rest) and (ending != "ion" or rest[-1] in "ts"):
            return rest[:-1] if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "ls" else rest
    return word
