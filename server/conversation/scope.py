"""What the words around a red flag make of it: denied, someone else's, long past, supposed, read from a paper, or meant.

When in doubt the flag counts: a page too many costs a nurse a minute, a page too few can cost a life.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from server.conversation.heard import PUNCTUATION, Heard
from server.conversation.markers import IDIOM, Markers, Place, find
from server.persona.pack import Pack

PAST_WORDS = 14
"""Words between a red flag and "last year" or the like within which it counts; people run on without full stops.
Design choice, on the training corpus: 8 lost stories of a hospital stay, 20 reached into what is happening now."""

PRESENT_WORDS = 5
"""As `PAST_WORDS`, for "this morning" or "still", which take a red flag out of the past."""


LEADING = ("no", "nope", "nah", "naw", "well")
DOUBTS = ("negation", "resolved", "hypothetical", "condition", "long_past", "quoted", "rule", "habitual", "normal")
"""Lists of the pack's `scope` of which a word makes a sentence doubtful."""


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


def sense_of(pack: Pack, place: Place, expected: bool, markers: Markers | None = None) -> Sense:
    """`expected`: the open question is about this very red flag. `markers`: those of the place's text, where known."""
    markers = markers or Markers(pack, place.text)
    if is_denied(pack, place, markers):
        return Sense.DENIED
    if not markers.said("surely_present", place) and (sense := _unreal(markers, place, expected)):
        return sense
    past = _is_past(markers, place)
    if markers.reaches("other_person", "other_person_ends", place):
        return _of_other(markers, place, past)
    if past:
        return Sense.LONG_PAST
    if not markers.said("present", place) and markers.said("recent_past", place):
        return Sense.RECENT_PAST
    return Sense.MEANT


def is_doubtful(markers: Markers, place: Place) -> bool:
    """Whether the sentence holds any word that could make something else of a red flag, whatever it reaches."""
    return any(markers.said(kind, place) for kind in DOUBTS) or IDIOM in markers.text


def is_denied(pack: Pack, place: Place, markers: Markers | None = None) -> bool:
    """Whether a denial reaches all of the place; one that stops halfway ("no pain, but tight") does not."""
    known = markers or Markers(pack, place.text)
    for kind, ends in (("negation", ("negation_ends",)), ("negation_near", ("negation_ends", "negation_near_ends"))):
        for _, end in known.within(kind, place.sentence_start, place.start):
            stops = [stop for name in ends for stop, _ in known.within(name, end, place.sentence_end)]
            if min(stops, default=place.sentence_end) >= place.end:
                return True
    return any(begin == place.end for begin, _ in known.all("denied_after"))


def meant(pack: Pack, sources: Sequence[str], heard: Heard) -> list[Place]:
    """Where one of these phrases was said and not denied.

    A leading "no," answers, and denies nothing after it; nor does a no before a phrase that denies: "no I never miss".
    """
    markers = Markers(pack, heard.text)
    found = [Place.of(heard, heard.text, one.start(), one.end()) for one in find(pack, sources, heard.text)]
    denials = {start for kind in ("negation", "negation_near") for start, _ in markers.all(kind)} if found else set()
    return [one for one in found if one.start in denials or not is_denied(pack, _after_leading_no(heard, one), markers)]


def is_limited(pack: Pack, heard: Heard) -> bool:
    """Whether something was taken out of what was said, or set against it: "all of them except the water pill"."""
    return bool(find(pack, pack.scope.exception + pack.scope.contrast, heard.text))


def _after_leading_no(heard: Heard, place: Place) -> Place:
    leading = [token.text for token in heard.tokens[:2]]
    if len(leading) < 2 or leading[0] not in LEADING or leading[1] not in PUNCTUATION:
        return place
    return replace(place, sentence_start=max(place.sentence_start, heard.offsets[1]))


def _unreal(markers: Markers, place: Place, expected: bool) -> Sense | None:
    if expected:
        return Sense.EXPECTED
    if markers.reaches("quoted", "", place) or _is_rule(markers, place):
        denials = find(markers.pack, markers.pack.scope.bare_denial, place.text, place.sentence_end)
        denied = any(match.start() == place.sentence_end for match in denials)
        return Sense.DENIED if denied else Sense.QUOTED
    if markers.reaches("hypothetical", "hypothetical_ends", place) or _is_plan(markers, place):
        return Sense.SUPPOSED
    return None


def _is_rule(markers: Markers, place: Place) -> bool:
    """ "Sudden numbness means call 911." """
    return bool(markers.within("rule", place.end, place.sentence_end)) and not markers.said("present", place)


def _is_plan(markers: Markers, place: Place) -> bool:
    """ "If I am bleeding I press on it and call 911": from the condition to the plan nothing is happening."""
    conditions = markers.within("condition", place.sentence_start, place.start)
    return bool(conditions) and bool(markers.within("plan", place.start, place.sentence_end))


def _is_past(markers: Markers, place: Place) -> bool:
    if not markers.near("long_past", place, PAST_WORDS, ends="past_ends"):
        return False
    return markers.said("resolved", place) or not markers.near("present", place, PRESENT_WORDS)


def _of_other(markers: Markers, place: Place, past: bool) -> Sense:
    """An emergency in the room is one whoever has it; what relatives and neighbors have had all their lives is none."""
    if past or markers.said("habitual", place):
        return Sense.LONG_PAST
    close = markers.reaches("close_person", "other_person_ends", place)
    if close or markers.said("acute", place):
        return Sense.MEANT
    return Sense.OTHER_PERSON


__all__ = ["Place", "Sense", "find", "is_denied", "is_doubtful", "is_limited", "meant", "sense_of"]
