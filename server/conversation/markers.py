"""Where the small words stand that change what a red flag means: "no", "my brother", "last year", "what if"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from server.conversation.heard import Heard
from server.persona.lexicon import words_of
from server.persona.pack import Pack

Span = tuple[int, int]
IDIOM = "--"
"""Stands in a text where an idiom was."""


def find(pack: Pack, sources: Sequence[str], text: str, start: int = 0, end: int | None = None) -> list[re.Match[str]]:
    """Every match of any of these phrases in `text[start:end]`; `start` must be the start of a word."""
    stop = len(text) if end is None else end
    phrases = pack.listening.phrases
    return [match for source in sources for match in phrases[source].pattern.finditer(text, start, stop)]


def without_idioms(pack: Pack, text: str) -> str:
    """Idioms become a word that means nothing, of the same length so that offsets still hold."""
    words = words_of(text)
    for source in pack.scope.idioms:
        phrase = pack.listening.phrases[source]
        if phrase.possible(words):
            text = phrase.pattern.sub(lambda match: "-" * (len(match[0]) - 1) + " ", text)
    return text


@dataclass(frozen=True)
class Place:
    """A red flag's words within the sentence they were said in, as offsets into the comparable text."""

    text: str
    sentence_start: int
    start: int
    end: int
    sentence_end: int

    @classmethod
    def of(cls, heard: Heard, text: str, start: int, end: int) -> "Place":
        first, last = heard.sentence(start, end)
        sentence_end = heard.offsets[last] if last < len(heard.tokens) else len(text)
        return cls(text, heard.offsets[first], start, end, sentence_end)


@dataclass
class Markers:
    """The markers of one text, each kind looked for once and only when it is asked for."""

    pack: Pack
    text: str
    _words: frozenset[str] = field(init=False)
    _found: dict[str, tuple[Span, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._words = words_of(self.text)

    def all(self, kind: str) -> tuple[Span, ...]:
        """Every marker of this list of the pack's `scope`."""
        if kind not in self._found:
            self._found[kind] = tuple(self._search(getattr(self.pack.scope, kind)))
        return self._found[kind]

    def within(self, kind: str, start: int, end: int) -> list[Span]:
        """Those that lie whole within these characters of the text."""
        return [span for span in self.all(kind) if span[0] >= start and span[1] <= end]

    def said(self, kind: str, place: Place) -> bool:
        """Whether one stands anywhere in the sentence."""
        return bool(self.within(kind, place.sentence_start, place.sentence_end))

    def reaches(self, kind: str, ends: str, place: Place) -> bool:
        """Whether one begins before the place and nothing of `ends` stands between."""
        return any(
            begin <= place.start and not (ends and self.within(ends, end, place.end))
            for begin, end in self.within(kind, place.sentence_start, place.end)
        )

    def near(self, kind: str, place: Place, words: int, ends: str = "") -> bool:
        """Whether one stands so many words from the place or nearer, in its sentence; before it, with no `ends` between."""
        return any(
            self.apart(span, place) <= words
            and not (ends and span[0] < place.start and self.within(ends, *_between(span, place)))
            for span in self.within(kind, place.sentence_start, place.sentence_end)
        )

    def apart(self, span: Span, place: Place) -> int:
        """Words between a marker and a place; 0 when they touch or overlap."""
        return self.text.count(" ", *_between(span, place))

    def _search(self, sources: Sequence[str]) -> Iterator[Span]:
        for source in sources:
            phrase = self.pack.listening.phrases[source]
            if phrase.possible(self._words):
                yield from (match.span() for match in phrase.pattern.finditer(self.text))


def _between(span: Span, place: Place) -> Span:
    low, high = (span[1], place.start) if span[0] < place.start else (place.end, span[0])
    return low, max(low, high)
