"""Which words a part of a phrase can begin with: a phrase whose words are not in a text need not be tried on it."""

import re
from itertools import product

NUMBER = "<number>"
"""Stands for any number among the words of a text."""
_MOST = 4000
"""Beginnings of one item beyond which it counts as able to begin with anything."""
_TOKEN = re.compile(r"\(\?(?:[=!]|<[=!])|\(\?:|[()|?]|<number>|[a-z0-9@ -]")


class _Anything(Exception):
    """The item uses an expression this module does not read."""


def openers(item: str) -> frozenset[str] | None:
    """First words of everything the expression `item` can match, lower case; None when they cannot be listed."""
    try:
        begins, rest = _alternatives(_tokens(item))
    except _Anything:
        return None
    if rest or "" in begins or len(begins) > _MOST:
        return None
    return frozenset(begin.split(" ")[0] for begin in begins)


def _tokens(item: str) -> list[str]:
    tokens = _TOKEN.findall(item)
    if "".join(tokens) != item:
        raise _Anything
    return tokens


def _alternatives(tokens: list[str]) -> tuple[set[str], list[str]]:
    """Beginnings of the alternatives up to a closing bracket, and the tokens from that bracket on."""
    found: set[str] = set()
    while True:
        begins, tokens = _row(tokens)
        found |= begins
        if not tokens or tokens[0] != "|":
            return found, tokens
        tokens = tokens[1:]


def _row(tokens: list[str]) -> tuple[set[str], list[str]]:
    begins = {""}
    while tokens and tokens[0] not in "|)":
        first, tokens = tokens[0], tokens[1:]
        part = {first}
        if first.startswith("(?"):
            inside, tokens = _alternatives(tokens)
            if not tokens:
                raise _Anything
            tokens = tokens[1:]
            part = inside if first == "(?:" else {""}
        elif first in "()?":
            raise _Anything
        if tokens and tokens[0] == "?":
            part, tokens = part | {""}, tokens[1:]
        begins = {one if " " in one else one + more for one, more in product(begins, part)}
        if len(begins) > _MOST:
            raise _Anything
    return begins, tokens
