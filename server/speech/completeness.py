"""Is this sentence finished? Pure rules on recognized words; one vote in deciding the end of a patient's turn.

The lists are English grammar as patients speak it after a discharge: which last words want a continuation, and after which
words they do not. Tried on sentences of our own (docs/measurements.md); a wrong "finished" is mended by joining the two
halves (`conversation.policy.merge`).
"""

import re
from enum import Enum


class Completeness(Enum):
    """How finished a sentence looks."""

    FINISHED = "finished"
    UNSURE = "unsure"
    """As often followed by more as not: "I have to", "I told her that"."""
    OPEN = "open"
    """Something must follow: a conjunction, a preposition, an article … stands last."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONJUNCTIONS = _words(
    """
    and or but nor so because cause since although unless until till while whereas if when whenever where wherever
    which who whose whether that what how why than as like plus except even
    """
)
_DETERMINERS = _words("the thee a an my your our their its every each his her this these those some any no")
_PREPOSITIONS = _words(
    """
    of to in on at for from into onto about around with without over under near by during between through against toward
    towards behind before after because
    """
)
_PRONOUNS = _words("i he she we they")
_AUXILIARIES = _words(
    """
    is are was were am be been being do does did have has had can could will would shall should may might must
    isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't cannot couldn't won't wouldn't shouldn't
    """
)
_CONTRACTIONS = _words(
    """
    i'm i've i'd i'll you're you've you'll he's he'll she's she'll it's it'll we're we've we'll they're they've they'll
    there's that's what's who's here's where's
    """
)
_FILLERS = _words("um uh er erm hmm")
_DEGREES = _words("very really too quite pretty just only also then more most almost mostly rather anew")
_VERBS = _words(
    """
    feel feels felt feeling take takes took taking get gets got getting go goes went want wants wanted need needs needed
    keep keeps kept make makes made making say says said think thinks thought know tell tells told give gives gave giving
    bring brings brought put puts use uses used using ask asked find finds found buy bought wear wears wearing see sees saw
    lift carry carried seem seems seemed become becomes became having trying noticed mean means gained includes weighs
    forgot forget finish finished checked checks weigh weighed avoid prefer stopped
    """
)
"""Verbs that want an object or a predicate."""
_NOUNS = _words("kind sort couple few bunch number mr mrs ms dr doctor's able supposed due according").union(["not"])
_OPEN_END = (
    _CONJUNCTIONS | _DETERMINERS | _PREPOSITIONS | _PRONOUNS | _AUXILIARIES | _CONTRACTIONS | _FILLERS | _DEGREES
    | _VERBS | _NOUNS
)  # fmt: skip
"""Last words after which an English sentence cannot well end."""

_CLOSED_AFTER = {
    "so": _words("think guess hope believe say suppose or not is ago"),
    "to": _words("used not forgot forget"),
    "in": _words("come comes came check checked move moved went breathe"),
    "on": _words("going goes go hold come"),
    "of": _words("know heard think taken"),
    "for": _words("asked or three two"),
    "with": _words("deal live"),
    "around": _words("walk walking get getting move moving walked turn turned up"),
    "over": _words("bend bending all start lean comes come came roll"),
    "by": _words("comes come came stop stops stopped drop drops"),
    "through": _words("it all get"),
    "before": _words("than as like that had day night week ever one never them me year month been this"),
    "after": _words("day right week shortly soon long"),
    "since": _words("ever long"),
    "while": _words("a little long"),
    "like": _words("i'd would"),
    "what": _words("or guess say"),
    "then": _words("by since back until now okay well ok"),
    "too": _words(
        "me it that them him her you there i one leg arm hand foot feet back legs arms hands night day water"
    ),
    "more": _words("any no hurts once much anything little nothing bit"),
    "some": _words("have had got get took eat ate drank took want"),
    "any": _words("noticed not miss missed have need take had without want hardly taken"),
    "no": _words("no oh so said think say uh"),
    "that": _words(
        """
        of like about do did than for after before with in on to at from by had take took have eat need doing besides over
        through understand hear except not is know without but even all remember
        """
    ),
    "this": _words("of like for about after before with in on at take doing do"),
    "these": _words("of like for about with take all"),
    "those": _words("of like for about with take all"),
    "her": _words("of with told to for call called from see about asked ask like by saw"),
    "his": _words("of"),
    "each": _words("milligrams one of tablets pills"),
    "few": _words("a"),
    "couple": _words("a"),
    "really": _words("not no yes yeah"),
    "pretty": _words("looks"),
    "very": _words("not yes yeah"),
    "needed": _words("as if when"),
    "only": _words("one"),
    "go": _words("to let can could must i'll before"),
    "goes": _words("and it as on"),
    "went": _words("it"),
    "feel": _words("to don't how"),
    "know": _words("i don't you'll didn't doesn't they let you him her them already not would who wouldn't we"),
    "think": _words("me you don't didn't can't to"),
    "thought": _words("than"),
    "tell": _words("can can't to couldn't"),
    "going": _words("keep it's"),
    "trying": _words("keep i'm still"),
    "use": _words("to no any much in"),
    "see": _words("to can't i'll we'll can me you"),
    "ask": _words("to didn't i'll"),
    "need": _words("you"),
    "take": _words("to"),
    "get": _words("to can"),
    "want": _words("you"),
    "forget": _words("to don't sometimes just didn't often"),
    "forgot": _words("just sorry yes yeah"),
    "finished": _words("i'm almost all i it them is already"),
    "made": _words("is was home it's"),
    "found": _words("was"),
    "used": _words("get gets getting not never"),
    "finish": _words("to i'll"),
    "checked": _words("it them that yes i get got was just"),
    "mean": _words("you that"),
    "say": _words("you they"),
    "put": _words("stay was it's"),
    "number": _words("phone the her his your my their that"),
    "due": _words("is are"),
    "even": _words("not"),
    "becomes": _words("it"),
    "not": _words(
        "i'm afraid guess hope think probably maybe or if why it's that's of is are did do have was better does has could would"
    ),
}
"""Last words of `_OPEN_END`, each with the words before it after which it does end a sentence."""

_LOOSE_END = _words(
    """
    to about that these those this some more most no any too her his so not how what why before seem forget forgot mean one
    stopped
    """
)
"""Last words of `_OPEN_END` that end a sentence about as often as they do not."""

_SAYING = _words(
    """
    said says told think thought so such sure afraid glad worried hope noticed mean means and but because me him us feel
    feels found now
    """
)
"""Words before a last "that" which announce a clause."""

_DOES = _words("do does did doesn't didn't")
"""Auxiliaries that stand for a whole verb: "my wife does"."""
_BELIEVING = _words("think believe guess hope suppose wish")
_GIVING = _words("makes made make making gives gave give giving brings brought let lets")
_REPORTING = _words("that's like as whatever")
"""First words of an answer that ends in a verb: "that's what they said"."""
_REPLIES = _words("yes yeah yep no nope of course sure oh well sorry actually")
_ANSWERABLE = _PRONOUNS | _words("it you there that this those these")
_COMPARING = _words("than as like best way wish how what where who everything all whatever whenever")
"""Words after which a clause may stop at its verb: "better than it was", "that is all I take"."""

_MODIFIERS = _words(
    """
    left right new other little big small whole last first second next old lower upper low high good bad really very sharp
    dull white red blue green long short sudden strange weird different follow blood heart stool water sore small few same
    physical home
    """
)
_ALONE_AFTER = {
    "little": _words("a"),
    "few": _words("a"),
    "left": _words("the some any"),
    "right": _words("the"),
    "same": _words("the"),
    "other": _words("the"),
    "last": _words("the my"),
    "first": _words("the my"),
    "second": _words("the a"),
    "whole": _words("a"),
    "next": _words("the"),
    "heart": _words("my the her his your a"),
    "water": _words("the some any my his her a"),
    "blood": _words("the some any my"),
    "home": _words("my the a our"),
    "cold": _words("a the my"),
}

_ADVERBS = _words(
    """
    usually always never still probably really often sometimes just only already actually mostly almost hardly barely
    recently normally generally definitely also
    """
)
"""Between a subject and its verb, something must follow these."""

_SUBORDINATE = _words("when if whenever while although though unless")
_LATER = _words("after before until since once")
_SUBJECTS = _words("i it he she we they you i'm it's i've he's she's we're they're you're there i'd i'll")
_COPULAS = _words(
    "is are was were am be been i'm it's feel feels felt feeling look looks looked seem seems sounds got get gets"
)
_CLAUSE_OPENERS = _words("because when if whether while although but why unless whenever")
_HEADLESS = _words("sometimes usually then so but because when now today lately")
_ARTICLES = _words("the my a an your his her our their this that these those some")
_QUESTIONS = _words("what who where when why how which")
_NEVER_LAST = _DETERMINERS - _words("this these those any some his her") | _words(
    "i and or but to because if when than"
)
_STARTERS = _words("well so um uh actually basically usually because and but i the my it if when like hmm er is was")
"""Words that cannot be a whole answer."""


_REFUSING = _words("no nope nah none nothing never")
_CONFIRMING = _words("yes yeah yep yup")
_AROUND = _words(
    "not at all really i do don't am i'm have haven't did didn't ma'am sir thank you thanks it is isn't that's right"
)
"""What may stand around a bare answer without beginning anything new."""


def is_bare_answer(text: str, *, yes_too: bool) -> bool:
    """Whether `text` is a no and nothing more; with `yes_too`, a yes as well. "Yes" to anything but a yes-or-no question only
    announces an answer."""
    words = re.findall(r"[a-z']+|\d+", text.lower().replace("’", "'"))
    opening = _REFUSING | _CONFIRMING if yes_too else _REFUSING
    return bool(words) and words[0] in opening and all(word in opening | _AROUND for word in words[1:])


def completeness(text: str) -> Completeness | None:
    """How finished `text` looks; None where there is no word in it."""
    words = re.findall(r"[a-z']+|\d+", text.lower().replace("’", "'"))
    if not words:
        return None
    if text.rstrip().endswith(("-", "—", "…", "...", ":")):
        return Completeness.OPEN
    if len(words) == 1:
        return Completeness.OPEN if words[0] in _STARTERS else Completeness.FINISHED
    if text.rstrip().endswith("?") and words[0] in _QUESTIONS and words[1] in _AUXILIARIES and len(words) > 2:
        return Completeness.OPEN if words[-1] in _NEVER_LAST else Completeness.FINISHED
    return _ending(words)


def _ending(words: list[str]) -> Completeness:
    before, last = words[-2:]
    if (last in _AUXILIARIES and not _is_month(words)) or (last == "not" and before in _AUXILIARIES):
        return _after_auxiliary(words)
    if before == "a" and last in {"little", "bit"} and len(words) > 3 and words[-3] in _COPULAS:
        return Completeness.UNSURE
    if _wants_noun(words) or _wants_verb(words):
        return Completeness.OPEN
    if last == "that" and before in _SAYING and before not in {"me", "feel"}:
        return Completeness.OPEN
    if last in _OPEN_END and before not in _CLOSED_AFTER.get(last, ()) and not _is_month(words):
        return _open_or_loose(words)
    return _of_clause(words)


def _is_month(words: list[str]) -> bool:
    return words[-1] == "may" and words[-2] not in _ANSWERABLE


def _after_auxiliary(words: list[str]) -> Completeness:
    """ "Yes, I did" is an answer; "and it was" is half a sentence; "I did" may be either."""
    words = [word for word in words if word not in _ADVERBS | {"not"} or word in _AUXILIARIES]
    subject, last = words[-2:] if len(words) > 1 else ("", words[-1])
    opening = words[:-2]
    if (
        last in _DOES
        and len(words) <= 3
        and (subject in _ANSWERABLE or len(words) == 3)
        and subject not in _CONJUNCTIONS
    ):
        return Completeness.FINISHED
    if subject == "i" and opening and opening[-1] in _BELIEVING:
        return Completeness.FINISHED
    if subject in _ANSWERABLE and (opening and all(word in _REPLIES for word in opening)):
        return Completeness.FINISHED
    if opening and opening[-1] in _COMPARING:
        return Completeness.FINISHED
    if (subject in _ANSWERABLE and not opening) or any(word in _COMPARING for word in opening[-3:]):
        return Completeness.UNSURE
    return Completeness.OPEN


def _wants_noun(words: list[str]) -> bool:
    """A determiner and an adjective stand last."""
    before, last = words[-2:]
    if before not in _ARTICLES | {"another", "any", "no", "every"} or last not in _MODIFIERS:
        return False
    return before not in _ALONE_AFTER.get(last, ())


def _wants_verb(words: list[str]) -> bool:
    """A subject stands last: "because my legs", "I usually"."""
    before, last = words[-2:]
    if last in _ADVERBS and before in _SUBJECTS | _AUXILIARIES and before not in {"it", "you", "not"}:
        return True
    if last == "it" and before in {"and", "but", "because", "or", "so"}:
        return True
    if (before in _GIVING and last in {"me", "him", "her", "us", "them"}) or words[-2:] == ["even", "though"]:
        return True
    if words[0] in _HEADLESS and words[1] in _ARTICLES and len(words) <= 4:
        return True
    if before in _CLAUSE_OPENERS - {"but", "why"} and last not in {"possible", "needed", "necessary", "not", "asked"}:
        return True
    return len(words) > 3 and words[-3] in _CLAUSE_OPENERS and before in _ARTICLES and last not in _DETERMINERS


def _open_or_loose(words: list[str]) -> Completeness:
    before, last = words[-2:]
    if (last == "i" and words[0] in {"so", "neither"} and len(words) > 2) or (
        words[0] in _REPORTING and last in _VERBS
    ):
        return Completeness.FINISHED
    compared = last in _VERBS | _PREPOSITIONS and any(word in _COMPARING for word in words[-4:-1])
    loose = last in _LOOSE_END or compared
    if last == "to" and before not in {"have", "want", "need", "like", "going"}:
        loose = False
    return Completeness.UNSURE if loose else Completeness.OPEN


def _of_clause(words: list[str]) -> Completeness:
    """A clause that begins with "when" waits for its main clause."""
    lone = sum(word in _SUBJECTS for word in words) == 1 and len(words) <= 8
    if lone and words[0] in _SUBORDINATE:
        return Completeness.OPEN
    return Completeness.UNSURE if lone and words[0] in _LATER and words[1] in _SUBJECTS else Completeness.FINISHED
