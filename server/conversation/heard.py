"""A patient's words made comparable: lower case, no apostrophes, numbers as digits; each word still knows where it
stood in the original, because a nurse is shown the patient's own words and never ours."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from server.conversation.numerals import join_numbers

TOKEN = re.compile(r"[a-z0-9]+(?:['’`][a-z0-9]+)*(?:\.\d+)?|[.,?!;]|(?:--+|—|–|…)", re.IGNORECASE)
PUNCTUATION = frozenset(".,?!;")
SENTENCE_ENDS = frozenset(".?")
NEGATED = {
    f"{verb} not": f"{verb}nt"
    for verb in ("do", "did", "does", "is", "was", "are", "were", "has", "have", "had", "could", "would", "should")
} | {"can not": "cant", "cannot": "cant", "will not": "wont", "am not": "aint"}
PRONOUNS = frozenset({"i", "he", "she", "it", "that", "there", "you", "they", "we", "what", "who"})
ENDINGS = {"am": "m", "is": "s", "are": "re"}
SPLIT_ENDINGS = frozenset({"t", "s", "m", "ve", "re", "ll", "d"})
"""Left alone after a missing apostrophe by some recognizers: "can t"."""
JOINS_SPLIT = re.compile(r"(?:do|did|does|is|was|are|has|have|had|could|would|should|won|can|ain|don|didn|doesn|isn|wasn|haven"
                         r"|i|he|she|it|that|there|you|they|we)n?$")  # fmt: skip
POSSESSIVE = re.compile(
    r"(?!(?:i|he|she|it|that|there|you|they|we|what|who|let|where|how|here|when|nothing|something|everything)['’`])"
    r"([a-z]+)['’`]s"
)
QUOTE_MAX = 240
"""Longest quote of a page, in characters; a page is read in a glance."""


@dataclass(frozen=True)
class Token:
    """One comparable word, and the characters of the original it came from."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Heard:
    """One utterance in both forms."""

    raw: str
    text: str
    """Comparable words with one space between, before and after each."""
    tokens: tuple[Token, ...]
    offsets: tuple[int, ...]
    """Where each token starts in `text`."""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(token.text for token in self.tokens if token.text not in PUNCTUATION)

    def quote(self, start: int, end: int) -> str:
        """The original sentence around this part of `text`, at most QUOTE_MAX characters."""
        first, last = self.sentence(start, end)
        inside = [token for token in self.tokens[first:last] if token.text not in PUNCTUATION]
        if not inside:
            return self.raw.strip()[:QUOTE_MAX]
        piece = self.raw[inside[0].start : inside[-1].end]
        if len(piece) <= QUOTE_MAX:
            return piece
        middle = self.tokens[bisect_right(self.offsets, start) - 1].start
        begin = max(inside[0].start, min(middle - QUOTE_MAX // 2, inside[-1].end - QUOTE_MAX))
        return self.raw[begin : begin + QUOTE_MAX]

    def span_of(self, start: int, end: int) -> tuple[int, int] | None:
        """Offsets in `text` of the tokens within these characters of the original; None when there is none."""
        inside = [at for at, token in enumerate(self.tokens) if token.start < end and token.end > start]
        if not inside:
            return None
        return self.offsets[inside[0]], self.offsets[inside[-1]] + len(self.tokens[inside[-1]].text) + 1

    def characters(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original that this part of `text` was made of."""
        first = max(bisect_right(self.offsets, start) - 1, 0)
        last = max(bisect_right(self.offsets, max(start, end - 1)) - 1, first)
        return (self.tokens[first].start, self.tokens[last].end) if self.tokens else (0, len(self.raw))

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Indexes of the tokens of the sentence, or sentences, that this part of `text` lies in."""
        first = bisect_right(self.offsets, start) - 1
        last = bisect_right(self.offsets, max(start, end - 1))
        while first > 0 and self.tokens[first - 1].text not in SENTENCE_ENDS:
            first -= 1
        while last < len(self.tokens) and self.tokens[last].text not in SENTENCE_ENDS:
            last += 1
        return max(first, 0), last


def hear(raw: str) -> Heard:
    """Any text; never raises."""
    tokens = join_contractions([token for match in TOKEN.finditer(raw) for token in _tokens(match)])
    tokens = [Token(*joined) for joined in join_numbers([(token.text, token.start, token.end) for token in tokens])]
    offsets: list[int] = []
    length = 1
    for token in tokens:
        offsets.append(length)
        length += len(token.text) + 1
    return Heard(raw, " " + "".join(f"{token.text} " for token in tokens), tuple(tokens), tuple(offsets))


def _tokens(match: re.Match[str]) -> list[Token]:
    if owner := POSSESSIVE.fullmatch(match[0].lower()):
        # "my leg's hot" is "leg s hot": a noun stays the word that a phrase looks for.
        middle = match.start() + len(owner[1])
        return [Token(owner[1], match.start(), middle), Token("s", middle, match.end())]
    text = re.sub(r"['’`]", "", match[0].lower())
    if text in PUNCTUATION:
        text = {"!": ".", ";": "."}.get(text, text)
    elif not text[0].isalnum():
        text = ","
    return [Token(text, match.start(), match.end())]


def join_contractions(tokens: list[Token]) -> list[Token]:
    """ "do not" and "don t" both become "dont"; "it is" becomes "its"."""
    joined: list[Token] = []
    for token in tokens:
        if joined and (text := _joined(joined[-1].text, token.text)):
            joined[-1] = Token(text, joined[-1].start, token.end)
        else:
            joined.append(Token(NEGATED.get(token.text, token.text), token.start, token.end))
    return joined


def _joined(before: str, word: str) -> str | None:
    if negated := NEGATED.get(f"{before} {word}"):
        return negated
    if before in PRONOUNS and word in ENDINGS:
        return before + ENDINGS[word]
    if word in SPLIT_ENDINGS and JOINS_SPLIT.match(before):
        return before + word
    return None
