"""Reads the answer to a question about danger: one whose plain yes brings an ambulance.

A yes is taken from anywhere in the words. A no is taken only when nothing else was said: what is neither is asked once
more, because "no, just a pinch" written down as a no is a chest pain that nobody hears of.
"""

from collections.abc import Sequence

from server.conversation.agenda import Ask
from server.conversation.answers import Reading, find_request, is_unsure, rest_of, short_clauses, yes_or_no
from server.conversation.heard import PUNCTUATION, SENTENCE_ENDS, Heard, Token, hear
from server.conversation.scope import find
from server.persona.pack import Pack, Question
from server.vocabulary.findings import Tier

STOP = Token(".", 0, 0)
BESIDE = ("comfort", "human")
"""Requests that come together with an answer: "yes, and I'm scared" is above all a yes."""


def asks_about_danger(pack: Pack, ask: Ask) -> bool:
    """Whether a plain yes to it is an emergency."""
    fires = ask.about or ask.question.yes_fires
    return ask.question.expects == "yes_no" and bool(fires) and pack.guardrails[fires or ""].tier is Tier.EMERGENCY


def danger_reading(pack: Pack, question: Question, heard: Heard, denied: bool = False) -> Reading:
    """`denied`: triage heard the very thing asked about denied somewhere in these words; not knowing comes before it."""
    if is_clean_denial(pack, question, _without_requests(pack, heard, BESIDE)):
        return Reading.NO
    heard = _without_requests(pack, heard, ("human",))
    if not _said_yes(pack, question, heard, pack.answers.any_yes):
        if is_unsure(pack, heard):
            return Reading.UNSURE
        return Reading.NO if denied and not _doubts(pack, question, heard) else Reading.UNCLEAR
    if not _said_no(pack, heard) and not find(pack, pack.answers.well, heard.text):
        return Reading.YES
    doubted = _doubts(pack, question, heard) or opens_with_yes(pack, heard)
    return Reading.NO if denied and not doubted else Reading.UNCLEAR


def leaves_no_room(pack: Pack, heard: Heard) -> bool:
    """Whether the words ask something of us that is done in the place of taking an answer."""
    request = find_request(pack, heard)
    return request is not None and request.kind not in BESIDE


def beside_request(pack: Pack, ask: Ask, heard: Heard) -> Reading:
    """What is read of an answer beside a request, "yes I do, I have to go, bye": only what is a danger.

    The request's own words are left out, and only a plain yes counts: "in a little bit" is none. What is no danger is
    UNCLEAR: "no, hold on" may go on with anything.
    """
    rest = _without_requests(pack, heard)
    if not asks_about_danger(pack, ask):
        said = yes_or_no(pack, ask.question, rest)
        return said if said is Reading.NO and ask.question.no_fires else Reading.UNCLEAR
    yes = _said_yes(pack, ask.question, rest, pack.answers.yes)
    return Reading.YES if yes and (not _said_no(pack, rest) or opens_with_yes(pack, rest)) else Reading.UNCLEAR


def is_clean_denial(pack: Pack, question: Question, heard: Heard) -> bool:
    """Whether these words deny, and nothing in them can mean anything else.

    A bare no stands alone, before a question to us, or as a sentence of its own before a story. What names the thing
    itself, "no bleeding at all", may be told more about; what is told may then hold no yes, and not the thing again.
    """
    if _doubts(pack, question, heard):
        return False
    if find(pack, pack.answers.story_denial, heard.text):
        return True
    clauses = _clauses(heard)
    verdicts = [_denies(pack, question, clause) for clause, _ in clauses]
    denials = [clause for (clause, _), verdict in zip(clauses, verdicts, strict=True) if verdict]
    topic = question.topic_words
    story = [
        clause
        for (clause, asks_us), verdict in zip(clauses, verdicts, strict=True)
        if verdict is None and not (asks_us and not find(pack, topic, clause))
    ]
    if not denials or not story:
        return bool(denials)
    names_it = any(find(pack, question.also_no + topic, clause) for clause in denials)
    may_tell = names_it or _is_told_apart(pack, question, heard)
    return may_tell and not any(find(pack, pack.answers.any_yes + pack.scope.contrast + topic, one) for one in story)


def _is_told_apart(pack: Pack, question: Question, heard: Heard) -> bool:
    """ "No. My daughter was here and we had tea": the no is a sentence, and what follows is no short answer to anything."""
    end = next((at for at, token in enumerate(heard.tokens) if token.text in SENTENCE_ENDS), len(heard.tokens))
    said, told = (
        [token.text for token in part if token.text not in PUNCTUATION]
        for part in (heard.tokens[:end], heard.tokens[end:])
    )
    is_no = _denies(pack, question, f" {' '.join(said)} ") is True
    return is_no and len(told) > pack.numbers.short_answer_words.value


def _doubts(pack: Pack, question: Question, heard: Heard) -> bool:
    """Whether a denial would be none; the question's own denials may hold any word: "just a little tired"."""
    text = f" {' '.join(rest_of(pack, heard.text, question.also_no))} " if question.also_no else heard.text
    return bool(find(pack, pack.scope.exception + pack.answers.doubt, text)) or is_unsure(pack, heard)


def _denies(pack: Pack, question: Question, clause: str) -> bool | None:
    """True: a denial. False: nothing said. None: something else was said."""
    answers = pack.answers
    nothing = answers.plain + answers.filler
    denials = question.also_no + answers.denial
    if find(pack, denials, clause):
        return None if rest_of(pack, clause, denials + question.topic_words + answers.well + nothing) else True
    if find(pack, answers.well, clause) and not rest_of(pack, clause, answers.well + nothing):
        return True
    return None if rest_of(pack, clause, nothing) else False


def _said_yes(pack: Pack, question: Question, heard: Heard, sources: Sequence[str]) -> bool:
    """Whether any yes stands outside of every denial: "I don't think so" holds "think so", and is none."""
    text = short_clauses(heard)
    if find(pack, question.also_yes, heard.text) and not find(pack, question.also_no, heard.text):
        return True
    denials = find(pack, pack.answers.denial + pack.answers.no + question.also_no, text)
    consents = find(pack, sources, text)
    return any(not any(no.start() <= yes.start() < no.end() for no in denials) for yes in consents)


def _said_no(pack: Pack, heard: Heard) -> bool:
    return bool(find(pack, pack.answers.no, short_clauses(heard)))


def opens_with_yes(pack: Pack, heard: Heard) -> bool:
    """Whether a plain yes comes before everything else, and no "no" right after it: "yeah, no" is none."""
    text = f" {' '.join(rest_of(pack, heard.text, pack.answers.thinking))} "
    ends = [match.end() for match in find(pack, pack.answers.yes, text) if match.start() == 1]
    return bool(ends) and not any(match.start() in ends for match in find(pack, pack.answers.no, text))


def _without_requests(pack: Pack, heard: Heard, kinds: Sequence[str] | None = None) -> Heard:
    """The words without those that make a request of these kinds; of any kind but being unsure when None."""
    raw = list(heard.raw)
    for request in pack.requests:
        if request.kind == "unsure" or (kinds is not None and request.kind not in kinds):
            continue
        if request.whole:
            continue
        for match in find(pack, request.phrases, heard.text):
            start, end = heard.characters(match.start(), match.end())
            raw[start:end] = " " * (end - start)
    return hear("".join(raw))


def _clauses(heard: Heard) -> list[tuple[str, bool]]:
    """The words between stops and commas, with a space before and after, and whether their sentence is a question."""
    clauses: list[tuple[str, bool]] = []
    words: list[str] = []
    sentence = 0
    for token in (*heard.tokens, STOP):
        if token.text not in PUNCTUATION:
            words.append(token.text)
            continue
        if words:
            clauses.append((f" {' '.join(words)} ", False))
            words = []
        if token.text in SENTENCE_ENDS:
            clauses[sentence:] = [(clause, token.text == "?") for clause, _ in clauses[sentence:]]
            sentence = len(clauses)
    return clauses
