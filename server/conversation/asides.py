"""Asides: words about the talk itself ("say that again", "I won't answer that", "hold on"), in which nobody tells how they are.

Red flags are not looked for in an aside, but an aside never hides one: it must fill its part of the sentence, and a wish to
stop is still heard as a wish to die.
"""

from collections.abc import Iterable, Iterator, Sequence

from server.conversation.amounts import COUNTS
from server.conversation.answers import content_words
from server.conversation.heard import PUNCTUATION, Heard, Token, hear
from server.conversation.markers import Span
from server.persona.lexicon import words_of
from server.persona.pack import Guardrail, Pack, Request

MASKED = ("refuse", "stop", "wait", "repeat")
"""Requests of which the words are no sign of anything: "I can't answer that"."""
ASIDES = (*MASKED, "about_us", "comfort", "unsure")
"""Those that may be all of a turn. Not "get me somebody": that may be a cry for help."""
MOOD = "mood"
"""Body system of the guardrails that listen to asides too: "I don't want to go on" may be about the call or about life."""
GAP = "~"
"""In a phrase: any words. What stands there was not understood, so such a phrase fills nothing."""
CONNECTING = frozenset("or just only maybe about around that this im id ill ive have would will am".split())
"""Words that say nothing beside an aside or a plain answer."""
MASK = "="


def without_asides(pack: Pack, heard: Heard, text: str) -> str:
    """`text`, a masked form of `heard.text`, with the asides between its marks masked too; offsets still hold."""
    spans = list(spans_of(pack, heard, (*_phrases(pack, MASKED), *pack.answers.correction)))
    if not spans:
        return text
    for first, last in _parts(heard.tokens):
        start, end = heard.offsets[first], heard.offsets[last - 1] + len(heard.tokens[last - 1].text)
        if any(start <= span[0] < end for span in spans) and not uncovered(pack, heard, spans, first, last):
            text = text[:start] + MASK * (end - start) + text[end:]
    return text


def is_aside(pack: Pack, heard: Heard) -> bool:
    """Whether the turn is nothing but an aside, or a number that says not of what."""
    spans = list(spans_of(pack, heard, _phrases(pack, ASIDES)))
    spans += [_of_token(heard, at) for at, token in enumerate(heard.tokens) if _is_count(token.text)]
    return bool(spans) and not uncovered(pack, heard, spans, 0, len(heard.tokens))


def listens_to_asides(rail: Guardrail) -> bool:
    return rail.system == MOOD


def spans_of(pack: Pack, heard: Heard, sources: Iterable[str]) -> Iterator[Span]:
    """Characters of the comparable text that these phrases fill."""
    words = words_of(heard.text)
    for source in sources:
        phrase = pack.listening.phrases[source]
        if GAP not in source and phrase.possible(words):
            yield from (match.span() for match in phrase.pattern.finditer(heard.text))


def uncovered(pack: Pack, heard: Heard, spans: Sequence[Span], first: int, last: int) -> list[str]:
    """Words of the tokens `first` to `last` that stand in none of the spans and are more than sounds and politeness."""
    left = [
        token.text
        for at, token in enumerate(heard.tokens[first:last], first)
        if token.text not in PUNCTUATION and not any(start <= heard.offsets[at] < end for start, end in spans)
    ]
    return [word for word in content_words(pack, hear(" ".join(left))) if word not in CONNECTING]


def _is_count(word: str) -> bool:
    return word[0].isdigit() or word in COUNTS


def _of_token(heard: Heard, at: int) -> Span:
    return heard.offsets[at], heard.offsets[at] + len(heard.tokens[at].text)


def _phrases(pack: Pack, kinds: Sequence[str]) -> Iterator[str]:
    # What is only an aside when nothing else is said ("stop", "pass") must fill its part of the sentence as well.
    requests: list[Request] = [one for one in pack.requests if one.kind in kinds]
    return (phrase for request in requests for phrase in request.phrases)


def _parts(tokens: Sequence[Token]) -> Iterator[Span]:
    """Indexes of the tokens between two marks."""
    first = 0
    for at, token in enumerate([*(one.text for one in tokens), "."]):
        if token in PUNCTUATION:
            if first < at:
                yield first, at
            first = at + 1
