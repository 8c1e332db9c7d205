"""Reads a patient's words as an answer to the open question. Unsure is never rounded up to an answer."""

from enum import Enum

from server.conversation.heard import PUNCTUATION, Heard
from server.conversation.scope import Place, find, meant
from server.persona.pack import Pack, Question, Request


class Reading(Enum):
    """What a yes-or-no answer came to."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    UNCLEAR = "unclear"


def yes_or_no(pack: Pack, question: Question, heard: Heard) -> Reading:
    """A yes and a no together are neither, and so is either of them with an exception."""
    if (own := _own_yes_or_no(pack, question, heard)) is not None:
        return own
    text = short_clauses(heard)
    said_yes = bool(find(pack, pack.answers.any_yes, text))
    said_no = bool(find(pack, pack.answers.no, text))
    well = bool(question.yes_fires and find(pack, pack.answers.well, text))
    if is_unsure(pack, heard) and not said_yes:
        return Reading.UNSURE
    if find(pack, pack.scope.exception, heard.text):
        return Reading.UNCLEAR
    if said_yes and said_no and well:
        return Reading.NO
    if said_yes != said_no:
        return Reading.YES if said_yes and not well else Reading.NO if said_no else Reading.UNCLEAR
    if said_yes and said_no:
        return _first_word(pack, heard)
    return Reading.NO if well else Reading.UNCLEAR


def _own_yes_or_no(pack: Pack, question: Question, heard: Heard) -> Reading | None:
    """By the question's own phrases; None where they say nothing."""
    yes = meant(pack, question.also_yes, heard)
    no = find(pack, question.also_no, heard.text)
    limits = find(pack, pack.scope.exception + pack.scope.contrast, heard.text)
    if no and all(any(one.start() <= limit.start() < one.end() for one in no) for limit in limits):
        # "All but one" is a no by itself, whatever of it sounds like "all".
        return Reading.NO if limits or not yes else None
    if yes and (limits or no or _denied_later(pack, heard, max(place.end for place in yes))):
        return Reading.UNCLEAR
    if no:
        return Reading.UNCLEAR
    return Reading.YES if yes else None


def _denied_later(pack: Pack, heard: Heard, end: int) -> bool:
    """ "I have them all, no wait, not the water pill"."""
    return bool(find(pack, pack.answers.no + pack.answers.correction, heard.text, end))


SHORT_ANSWER = 8
"""Longest utterance, in words, of which every word may be the answer."""
SHORT_CLAUSE = 4
"""In a longer one only clauses up to this many words, or as many first words, are read as a yes or a no: people who
tell a story use "some" and "no" for other things."""


def short_clauses(heard: Heard) -> str:
    """The comparable words in which a yes or a no is looked for."""
    if len(heard.words) <= SHORT_ANSWER:
        return heard.text
    clauses: list[list[str]] = [[]]
    for token in heard.tokens:
        if token.text in PUNCTUATION:
            clauses.append([])
        else:
            clauses[-1].append(token.text)
    short = [clause for clause in clauses if 0 < len(clause) <= SHORT_CLAUSE] or [list(heard.words[:SHORT_CLAUSE])]
    return " " + " . ".join(" ".join(clause) for clause in short) + " "


def _first_word(pack: Pack, heard: Heard) -> Reading:
    """ "No, I do not" is a no; "No. Well, a little" is neither, and is asked again."""
    content = content_words(pack, heard)
    text = short_clauses(heard)
    denials = find(pack, pack.answers.no, text)
    consents = find(pack, pack.answers.any_yes, text)
    inside = all(any(no.start() <= yes.start() < no.end() for no in denials) for yes in consents)
    return Reading.NO if inside and content else Reading.UNCLEAR


def choice_of(pack: Pack, question: Question, heard: Heard) -> str:
    """Id of the choice that was said; empty when none or more than one: "terrible, but okay"."""
    found = [(place, choice.id) for choice in question.choices for place in meant(pack, choice.phrases, heard)]
    whole = {one for place, one in found if not any(_holds(other, place) for other, its in found if its != one)}
    return whole.pop() if len(whole) == 1 else ""


def _holds(outer: Place, inner: Place) -> bool:
    """Whether a place lies within a longer one: "good" in "not so good"."""
    return (
        outer.start <= inner.start and inner.end <= outer.end and (outer.start, outer.end) != (inner.start, inner.end)
    )


def free_answer(pack: Pack, heard: Heard) -> str:
    """The patient's own words; `nothing` for a plain no; empty for mere sounds, politeness or a bare yes."""
    content = content_words(pack, heard)
    said_no = bool(find(pack, pack.answers.no, heard.text)) or bool(find(pack, pack.answers.well, heard.text))
    if is_unsure(pack, heard) and len(content) < 6:
        return ""
    rest = rest_of(pack, " " + "".join(f"{word} " for word in content), pack.answers.any_yes + pack.answers.no)
    if rest:
        return heard.raw.strip()
    return "nothing" if said_no and content_words(pack, heard) else ""


def content_words(pack: Pack, heard: Heard) -> list[str]:
    """Words that are more than sounds and politeness."""
    return rest_of(pack, heard.text, pack.answers.filler)


def is_filler(pack: Pack, heard: Heard) -> bool:
    return not content_words(pack, heard)


def is_thinking(pack: Pack, heard: Heard) -> bool:
    """Only sounds of someone about to speak."""
    return not rest_of(pack, heard.text, pack.answers.thinking)


def is_unsure(pack: Pack, heard: Heard) -> bool:
    return any(matches(pack, request, heard) for request in pack.requests if request.kind == "unsure")


def find_request(pack: Pack, heard: Heard) -> Request | None:
    """The first request of the pack that these words make; being unsure is not one."""
    return next((one for one in pack.requests if one.kind != "unsure" and matches(pack, one, heard)), None)


def matches(pack: Pack, request: Request, heard: Heard) -> bool:
    if not request.whole:
        return bool(find(pack, request.phrases, heard.text))
    bare = " " + "".join(f"{word} " for word in heard.words)
    return any(match[0] == bare[1:] for match in find(pack, request.phrases, bare))


QUESTION_WORDS = frozenset(
    "what whats when whens where wheres why whys how hows who whos which can could should would may is are am do does did "
    "will shall".split()
)


def is_question(heard: Heard) -> bool:
    """Whether the patient asks something; small recognizers often leave out the question mark."""
    words = heard.words
    if "?" in heard.raw and len(words) > 1:
        return True
    return len(words) > 2 and words[0] in QUESTION_WORDS


def rest_of(pack: Pack, text: str, sources: tuple[str, ...]) -> list[str]:
    """The words of a comparable text that belong to none of these phrases."""
    for source in sources:
        text = pack.listening.phrases[source].pattern.sub(" ", text)
        text = " " + " ".join(text.split()) + " "
    return [word for word in text.split() if word not in PUNCTUATION]
