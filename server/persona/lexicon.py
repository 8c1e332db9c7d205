"""The small phrase language of a pack, turned into compiled expressions over the words of `conversation.heard`.

A phrase is a row of items with single spaces between them: a word (a regular expression without spaces; `_` stands for
a space, as in "light_headed|dizzy"), `{class}` (a named list of words of the pack), `?item` (the item may be missing),
`~4` (up to four other words of the same sentence), `<number>` and `$` (the end of all that was said). A gap never
crosses a word of the class `gap_stop`, so that "my chest is fine, my knee hurts" is not read as a hurting chest.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from server.persona.openers import NUMBER as ANY_NUMBER
from server.persona.openers import openers

CLASS = re.compile(r"\{(\w+)\}")
UNDERSCORE = re.compile(r"_(?![^{]*\})")
SPACE = " "
NUMBER = r"\d+(?:\.\d+)?"
SENTENCE_END = r"[.?!;]"
END = "$"
"""The item for the end of everything that was said."""


@dataclass(frozen=True)
class Phrase:
    """One compiled phrase, and the words a text must hold for it to be worth trying."""

    source: str
    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]
    """Of each of these sets a word must occur in the text, otherwise the phrase cannot match."""

    def possible(self, words: frozenset[str]) -> bool:
        """Whether a text of these words (`words_of`) can hold the phrase at all."""
        return not any(need.isdisjoint(words) for need in self.needs)


def words_of(text: str) -> frozenset[str]:
    """The different words of a comparable text, for `Phrase.possible`."""
    words = frozenset(text.split())
    return words | {ANY_NUMBER} if any(word[0].isdigit() for word in words) else words


@dataclass(frozen=True)
class Lexicon:
    """The word classes of one pack."""

    classes: Mapping[str, str]
    """Class name to the alternatives as one regular expression."""

    @classmethod
    def build(cls, words: Mapping[str, Sequence[str]]) -> "Lexicon":
        """Raise ValueError naming the class when an entry is not a valid expression."""
        classes: dict[str, str] = {}
        for name, entries in words.items():
            classes[name] = _alternatives(entries, classes)
        try:
            for body in classes.values():
                compiled(body)
        except re.error as error:
            raise ValueError(f"a word class is not a valid expression: {error}") from None
        return cls(classes)

    def compile(self, source: str) -> Phrase:
        """Raise ValueError when the phrase names an unknown class or is not a valid expression."""
        items = source.split()
        body = "".join(self._item(item) for item in items)
        needs = [self._openers(item) for item in items if item[0] not in "?~" and item != END]
        try:
            pattern = compiled(rf"(?<= ){body}")
        except re.error as error:
            raise ValueError(f"the phrase `{source}` is not a valid expression: {error}") from None
        return Phrase(source, pattern, tuple(sorted((need for need in needs if need), key=len)))

    def _openers(self, item: str) -> frozenset[str] | None:
        return _openers(_expand(UNDERSCORE.sub(SPACE, item), self.classes, ANY_NUMBER))

    def _item(self, item: str) -> str:
        if item.startswith("?"):
            return f"(?:{self._item(item[1:])})?"
        if item.startswith("~"):
            stop = self.classes.get("gap_stop", SENTENCE_END)
            return rf"(?:(?!(?:{stop}) )[^ .?!;]+ ){{0,{int(item[1:])}}}?"
        if item == END:
            return END
        return f"(?:{_expand(UNDERSCORE.sub(SPACE, item), self.classes)}) "


def _alternatives(entries: Sequence[str], known: Mapping[str, str]) -> str:
    return "|".join(_expand(entry, known) for entry in entries)


def _expand(text: str, known: Mapping[str, str], number: str = NUMBER) -> str:
    return CLASS.sub(lambda match: f"(?:{_class(match[1], known)})", text.replace("<number>", number))


_openers = cache(openers)
compiled = cache(re.compile)
"""As `re.compile`, once for all packs: most of their thousands of expressions are shared, and `re` itself remembers 512."""


def _class(name: str, known: Mapping[str, str]) -> str:
    if name not in known:
        raise ValueError(f"no word class `{name}` (a class may only name classes above it)")
    return known[name]
