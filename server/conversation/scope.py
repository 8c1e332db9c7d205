"""What the words around a red flag make of it: denied, someone else's, long past, supposed, read from a paper, or meant.

When in doubt the flag counts: a page too many costs a nurse a minute, a page too few can cost a life.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from server.conversation.heard import Heard
from server.persona.pack import Pack


class Sense(Enum):
    """How a red flag is meant."""

    MEANT = "meant"
    DENIED = "denied"
    OTHER_PERSON = "other_person"
    LONG_PAST = "long_past"
    RECENT_PAST = "recent_past"
    SUPPOSED = "supposed"
    QUOTED = "quoted"
    EXPECTED = "expected"
    """The open question itself asks about it: "what would you do if ..."."""


def find(pack: Pack, sources: Sequence[str], text: str, start: int = 0, end: int | None = None) -> list[re.Match[str]]:
    """Every match of any of these phrases in `text[start:end]`; `start` must be the start of a word."""
    stop = len(text) if end is None else end
    phrases = pack.listening.phrases
    return [match for source in sources for match in phrases[source].pattern.finditer(text, start, stop)]


def without_idioms(pack: Pack, text: str) -> str:
    """Idioms become a word that means nothing, of the same length so that offsets still hold."""
    for source in pack.scope.idioms:
        text = pack.listening.phrases[source].pattern.sub(lambda match: "-" * (len(match[0]) - 1) + " ", text)
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


def sense_of(pack: Pack, place: Place, expected: bool) -> Sense:
    """`expected`: the open question is about this very red flag."""
    if is_denied(pack, place):
        return Sense.DENIED
    if not _said(pack, pack.scope.surely_present, place):
        if expected:
            return Sense.EXPECTED
        if _reaches(pack, pack.scope.quoted, (), place):
            denials = find(pack, pack.scope.bare_denial, place.text, place.sentence_end)
            denied = any(match.start() == place.sentence_end for match in denials)
            return Sense.DENIED if denied else Sense.QUOTED
        if _reaches(pack, pack.scope.hypothetical, pack.scope.hypothetical_ends, place):
            return Sense.SUPPOSED
    present = _said(pack, pack.scope.present, place)
    past = _said(pack, pack.scope.long_past, place) and not present
    if _reaches(pack, pack.scope.other_person, pack.scope.other_person_ends, place):
        return Sense.LONG_PAST if past else Sense.OTHER_PERSON
    if past:
        return Sense.LONG_PAST
    if not present and _said(pack, pack.scope.recent_past, place):
        return Sense.RECENT_PAST
    return Sense.MEANT


def is_denied(pack: Pack, place: Place) -> bool:
    """Whether a denial reaches all of the place; one that stops halfway ("no pain, but tight") does not."""
    scope = pack.scope
    far, near = (
        (scope.negation, scope.negation_ends),
        (scope.negation_near, scope.negation_ends + scope.negation_near_ends),
    )
    for sources, ends in (far, near):
        for negator in find(pack, sources, place.text, place.sentence_start, place.start):
            stops = find(pack, ends, place.text, negator.end(), place.sentence_end)
            if min((match.start() for match in stops), default=place.sentence_end) >= place.end:
                return True
    return any(match.start() == place.end for match in find(pack, scope.denied_after, place.text, place.end))


def _said(pack: Pack, sources: Sequence[str], place: Place) -> bool:
    return bool(find(pack, sources, place.text, place.sentence_start, place.sentence_end))


def _reaches(pack: Pack, sources: Sequence[str], ends: Sequence[str], place: Place) -> bool:
    """Whether such a phrase begins before the place and nothing between ends its reach."""
    for marker in find(pack, sources, place.text, place.sentence_start, place.end):
        stops = find(pack, ends, place.text, marker.end(), place.end) if marker.end() < place.end else []
        if marker.start() <= place.start and not stops:
            return True
    return False
