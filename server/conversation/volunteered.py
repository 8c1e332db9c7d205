"""Answers that nobody was waiting for: to a question still to come, or to one already answered and now taken back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.conversation.agenda import Ask
from server.conversation.heard import PUNCTUATION, Heard, hear
from server.conversation.medicines import named_in
from server.conversation.reply import Reply
from server.conversation.scope import Place, Sense, find, sense_of
from server.conversation.understanding import known_names, understand
from server.vocabulary.findings import NegativeFinding, Tier

BETWEEN = PUNCTUATION | {"and", "but"}
"""Words that end what belongs together."""
OURS = (Sense.MEANT, Sense.RECENT_PAST, Sense.LONG_PAST)


@dataclass(frozen=True)
class Offer:
    """An answer to a question that is not the open one."""

    ask: Ask
    answer: str
    start: int
    end: int
    """Characters of the original that hold it; empty for a denial of a danger sign."""


def offers(reply: Reply, heard: Heard, negatives: tuple[NegativeFinding, ...]) -> Iterator[Offer]:
    """Every volunteered answer that says something new."""
    open_key = reply.open.key if reply.open else ""
    denied = {one.trigger for one in negatives if reply.pack.guardrails[one.trigger].tier is Tier.EMERGENCY}
    for ask in (step for step in reply.steps if isinstance(step, Ask) and step.key != open_key):
        offer = _denial(ask, denied) or _offered(reply, ask, heard)
        if offer and _is_new(reply, offer):
            yield offer


def without(heard: Heard, taken: list[Offer], markers: tuple[re.Pattern[str], ...]) -> Heard:
    """The rest of the words, without what was taken as other answers and without "no wait" and its like."""
    raw = list(heard.raw)
    for offer in taken:
        raw[offer.start : offer.end] = " " * (offer.end - offer.start)
    rest = hear("".join(raw))
    for marker in markers:
        for match in marker.finditer(rest.text):
            first, last = _tokens(rest, match.start(), match.end())
            raw[rest.tokens[first].start : rest.tokens[last - 1].end] = " " * (
                rest.tokens[last - 1].end - rest.tokens[first].start
            )
    return hear("".join(raw))


def _denial(ask: Ask, denied: set[str]) -> Offer | None:
    """ "No chest pain, no bleeding" also answers the second of the two."""
    return Offer(ask, "no", 0, 0) if ask.question.expects == "yes_no" and ask.question.yes_fires in denied else None


def _is_new(reply: Reply, offer: Offer) -> bool:
    closed = reply.state.closing(offer.ask.key)
    if closed is None:
        return True
    if offer.start == offer.end or closed.status == "not_reached":
        return False
    return offer.answer != closed.answer and reply.state.corrections < reply.pack.numbers.corrections_max.value


def _offered(reply: Reply, ask: Ask, heard: Heard) -> Offer | None:
    if not ask.question.volunteered or (ask.medicine and not _names(reply, ask.medicine, heard)):
        return None
    for said in ask.question.volunteered:
        for match in find(reply.pack, (said.phrase,), heard.text):
            if (
                sense_of(reply.pack, Place.of(heard, heard.text, match.start(), match.end()), expected=False)
                not in OURS
            ):
                continue
            start, end = _clause(heard, match.start(), match.end())
            clause = hear(heard.raw[start:end])
            answer = said.answer or _parsed(reply, ask, clause)
            if answer:
                return Offer(ask, answer, start, end)
    return None


def _parsed(reply: Reply, ask: Ask, clause: Heard) -> str:
    understood = understand(reply.pack, reply.visit, ask, clause)
    return understood.answer if understood and understood.sure else ""


def _names(reply: Reply, medicine: str, heard: Heard) -> bool:
    return any(one.sure and one.name == medicine for one in named_in(known_names(reply.pack, reply.visit), heard))


def _clause(heard: Heard, start: int, end: int) -> tuple[int, int]:
    """Characters of the original around this part of the text, up to the next comma, stop or "and"."""
    first, last = _tokens(heard, start, end)
    while first > 0 and heard.tokens[first - 1].text not in BETWEEN:
        first -= 1
    while last < len(heard.tokens) and heard.tokens[last].text not in BETWEEN:
        last += 1
    return heard.tokens[first].start, heard.tokens[last - 1].end


def _tokens(heard: Heard, start: int, end: int) -> tuple[int, int]:
    """Indexes of the tokens of this part of the text."""
    inside = [at for at, offset in enumerate(heard.offsets) if start <= offset < end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
