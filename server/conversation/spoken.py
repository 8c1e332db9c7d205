"""A sentence somebody wrote for the persona, as comparable words: contractions opened, numbers as digits, one form of each."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from server.conversation.numerals import join_numbers

TOKEN = re.compile(r"\d+(?:,\d{3})+|\d+(?:\.\d+)?|[^\W\d_]+|[.,?!;:]|[—–]| -+ |[%°/]")
TIMES_OF_DAY = re.compile(r"(?:(?<=\d)\s?([aApP])\s?[mM]\b|\b([aApP])\.\s?[mM]\b)(?:\.(?!\s+[A-Z]))?")
CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})\b")
CONTRACTIONS = tuple(
    (re.compile(find), put)
    for find, put in (
        (r"\blet's\b", "let us"),
        (r"\b(?:can't|cannot|cant)\b", "can not"),
        (r"\b(?:won't|wont)\b", "will not"),
        (r"\bain't\b", "is not"),
        (r"n't\b", " not"),
        (r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should)nt\b", r"\1 not"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"'ve\b", " have"),
        (r"'m\b", " am"),
        (r"'d\b", " would"),
        (r"\bim\b", "i am"),
        (r"\byoure\b", "you are"),
        (r"\b(it|that|there|what|how|where|who|he|she|here|everything|nothing|something)'s\b", r"\1 is"),
        (r"'s?\b|'", " "),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bgotta\b", "have to"),
        (r"\bok\b", "okay"),
        (r"\balright\b", "all right"),
        (r"\bdr\.", "doctor"),
        (r"\b(e\.?r\.?)(?= |[.,!?]|$)", "emergency room"),
        (r"\bmay (?=\d)", "maymonth "),
        (r"°\s?f?\b|\bdegrees fahrenheit\b", " degrees "),
        (r"%", " percent "),
        (r"\blbs?\b\.?", "pounds"),
    )
)
MARKS = {"!": ".", ";": ",", "—": ",", "–": ",", ":": ","}
TELEPHONE = re.compile(r"\b(?:\+?\d[\s().-]{0,2}){6,}\d\b|\b\d{3}[-. ]\d{4}\b")
CALLING = "tel"
"""Prefix of the word that stands for a telephone number."""
ENDS = frozenset(".?")
STOPS = frozenset(".?,")


@dataclass(frozen=True)
class Spoken:
    """One sentence or several as words and marks (`.`, `?`, `,`)."""

    tokens: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(token for token in self.tokens if token not in STOPS)

    @property
    def text(self) -> str:
        """The words with one space between, before and after each, as phrases want them."""
        return " " + "".join(f"{word} " for word in self.words)

    def sentences(self) -> tuple["Spoken", ...]:
        """Its sentences, each with its mark."""
        found: list[Spoken] = []
        start = 0
        for at, token in enumerate(self.tokens, 1):
            if token in ENDS or at == len(self.tokens):
                if any(one not in STOPS for one in self.tokens[start:at]):
                    found.append(Spoken(self.tokens[start:at]))
                start = at
        return tuple(found)

    @property
    def asks(self) -> bool:
        return bool(self.tokens) and self.tokens[-1] == "?"


def digits_of(text: str) -> str:
    """Its digits alone."""
    return re.sub(r"\D", "", text)


def telephones_as_words(text: str, unsaid: str = "") -> str:
    """One word for each telephone number, so that it is held against its own sentence; those in `unsaid` are left out."""
    return TELEPHONE.sub(lambda found: f" {_telephone(digits_of(found[0]), unsaid)} ", text)


def _telephone(digits: str, unsaid: str) -> str:
    return "" if digits in unsaid else CALLING + "".join("abcdfghjkl"[int(digit)] for digit in digits)


@lru_cache(maxsize=2048)
def spoken(raw: str) -> Spoken:
    """Any text; never raises."""
    text = TIMES_OF_DAY.sub(
        lambda match: f" {match[1] or match[2]}mtime ", CLOCK.sub(r"\1 \2", unicodedata.normalize("NFKC", raw))
    )
    text = text.lower().replace("’", "'").replace("‘", "'").replace("`", "'")
    for pattern, put in CONTRACTIONS:
        text = pattern.sub(put, text)
    tokens = [token.strip() for token in TOKEN.findall(text)]
    tokens = ["," if token.startswith("-") else MARKS.get(token, token.replace(",", "") or ",") for token in tokens]
    joined = join_numbers([(token, 0, 0) for token in tokens])
    return Spoken(tuple(_with_thousands([word for word, _, _ in joined])))


def _with_thousands(words: list[str]) -> list[str]:
    """ "2 thousand" as "2000"; every other number of several words is `join_numbers`' business."""
    done: list[str] = []
    for word in words:
        if word == "thousand" and done and done[-1].isdigit():
            done[-1] += "000"
        else:
            done.append(word)
    return done


def lemma(word: str, irregular: Mapping[str, str]) -> str:
    """One form for all forms of a word; a spelling rule, not a dictionary, so it need not be a word itself."""
    word = irregular.get(word, word)
    if irregular.get(word) == word or len(word) <= 3 or word[0].isdigit():
        return word
    return _without_e(_stem(word))


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return _stem(word[:-1])
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2 and set(word[: -len(ending)]) & set("aeiouy"):
            return _single(word[: -len(ending)])
    return word[:-2] if word.endswith("ly") and len(word) > 5 else word


def _single(stem: str) -> str:
    doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz"
    return stem[:-1] if doubled else stem


def _without_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
