"""Talk that needs no passage: thanks, sympathy, what the persona is and does, one question, the patient's own words."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.conversation.clause import Clause, clause
from server.conversation.language import Language
from server.conversation.quantity import is_number
from server.conversation.spoken import Spoken
from server.persona.gate_rules import CompiledSlot

SEPARATORS = frozenset({",", "and", "but", "so"})
SECOND_QUESTION = frozenset(
    {"how", "what", "when", "where", "why", "do", "did", "have", "are", "is", "can", "could", "would", "will", "has"}
)
ASKED = frozenset(
    {
        "you",
        "your",
        "the",
        "it",
        "is",
        "are",
        "does",
        "did",
        "do",
        "there",
        "any",
        "that",
        "much",
        "many",
        "often",
        "long",
    }
)
FREE_UNITS = frozenset({"", "minute", "time", "pillow", "step", "block", "mile", "meal", "am", "pm", "cup"})
"""Units a question may count in without a source; doses, weights and readings are not among them."""
DOSE_UNITS = frozenset({"mg", "mcg", "gram", "ml", "unit"})
SCALE_MAX = 10
"""Largest number without a unit that a question may name: pain is asked for from 0 to 10."""
SAID = frozenset(
    {"said", "told", "mentioned", "shared", "asked", "described", "reported", "heard", "wrote", "noted", "saying"}
)
READ_BACK_MIN = 0.6
"""Share of a read-back's words that the patient must have said."""


@dataclass(frozen=True)
class Known:
    """What a question or a read-back may name: words of the patient, of the passages and of the patient's own list."""

    said: Clause | None
    """None: not known what the patient said."""
    concepts: frozenset[str]
    numbers: frozenset[float]
    text: str
    """The words of all of these."""


def is_social(text: str, language: Language) -> bool:
    """Whether these words are one act that claims nothing."""
    return any(act.pattern.match(text, 1) and not act.never.search(text) for act in language.rules.acts)


def is_widely_social(text: str, language: Language) -> bool:
    """The same with harmless words of no act's own list; such a text must pass every check besides."""
    return any(act.wide.match(text, 1) and not act.never.search(text) for act in language.rules.acts)


def without_social(sentence: Spoken, language: Language) -> Iterator[Spoken]:
    """What is left when talk that claims nothing is taken off both ends, the least first; nothing if that is all."""
    tokens = [word for word in sentence.tokens if word not in ".?"]
    mark = ("?",) if sentence.asks else ()
    cuts = [0, *(at for at, word in enumerate(tokens) if word in SEPARATORS), len(tokens)]
    ahead = _reached(tokens, cuts, language)
    behind = _reached_back(tokens, cuts, language)
    if len(tokens) in ahead:
        return
    pairs = sorted(
        ((end - start, start, end) for start in ahead for end in behind if start < end), key=lambda pair: pair[0]
    )
    for _, start, end in pairs:
        left = tokens[start:end]
        ending = mark if end == len(tokens) else ()
        yield Spoken((*(left[1:] if start and left[0] in SEPARATORS else left), *ending))


def _reached(tokens: list[str], cuts: list[int], language: Language) -> set[int]:
    """Cuts that can be reached from the start by social talk alone."""
    reached = {0}
    for end in cuts[1:]:
        if any(_social_span(tokens, start, end, language) for start in reached):
            reached.add(end)
    return reached


def _reached_back(tokens: list[str], cuts: list[int], language: Language) -> set[int]:
    reached = {len(tokens)}
    for start in reversed(cuts[1:-1]):
        if any(_social_span(tokens, start, end, language) for end in reached if end > start):
            reached.add(start)
    return reached


def _social_span(tokens: list[str], start: int, end: int, language: Language) -> bool:
    words = [word for word in tokens[start:end] if word != ","]
    text = " " + "".join(f"{word} " for word in words)
    if is_social(text, language):
        return True
    joined = bool(words) and words[0] in SEPARATORS
    return joined and (len(words) == 1 or is_social(text[len(words[0]) + 1 :], language))


def question(sentence: Spoken, language: Language, known: Known) -> str:
    """Why this question may not be asked; empty when it may."""
    slot = language.rules.question
    if not _opens(sentence, slot):
        return "unsupported"
    if _asks_twice(sentence):
        return "two_questions"
    if slot.never.search(sentence.text):
        return "suggests"
    return _unknown(sentence, language, known, FREE_UNITS)


def is_question(sentence: Spoken, language: Language) -> bool:
    """With its mark, or a request to tell."""
    return sentence.asks or bool(
        language.rules.question.opens.match(sentence.text, 1) and sentence.words[0] in ("tell", "please", "describe")
    )


def read_back(sentence: Spoken, language: Language, known: Known) -> str:
    """Why these may not be told as the patient's own words; empty when they may."""
    slot = language.rules.readback
    if not slot.opens.match(sentence.text, 1):
        return "unsupported"
    if slot.never.search(sentence.text):
        return "suggests"
    if known.said is None:
        quoted = bool(SAID & set(sentence.words))
        return _unknown(sentence, language, known, None) if not quoted or _doses(sentence, language) else ""
    return _unknown(sentence, language, known, frozenset()) or _said(sentence, language, known.said)


def _said(sentence: Spoken, language: Language, said: Clause) -> str:
    ours = clause(list(language.rewritten(sentence)), language)
    framing = {language.lemma(word) for word in SAID} | {"contact", "hear", "sorry", "today"}
    terms = [term for term in ours.terms if term.concept not in framing]
    theirs = {(term.concept, term.negated) for term in said.terms}
    if any((term.concept, not term.negated) in theirs and (term.concept, term.negated) not in theirs for term in terms):
        return "negation"
    shared = sum((term.concept, term.negated) in theirs for term in terms)
    return "" if shared >= READ_BACK_MIN * len(terms) else "not_said"


def _opens(sentence: Spoken, slot: CompiledSlot) -> bool:
    if slot.opens.match(sentence.text, 1):
        return True
    if "," not in sentence.tokens:
        return False
    at = sentence.tokens.index(",")
    ahead, behind = Spoken(sentence.tokens[:at]), Spoken(sentence.tokens[at + 1 :])
    return bool(slot.lead.match(ahead.text, 1)) and _opens(behind, slot)


def _asks_twice(sentence: Spoken) -> bool:
    tokens = sentence.tokens
    joins = ((tokens[at], tokens[at + 1], tokens[at + 2]) for at in range(3, len(tokens) - 2))
    return any(join in ("and", "or") and opens in SECOND_QUESTION and asked in ASKED for join, opens, asked in joins)


def names_unknown(sentence: Spoken, language: Language, known: Known) -> bool:
    """Whether a sentence names a disease, a medicine, a dose, or where it is known what the patient said, any other number that
    nobody named; or has the patient say what they denied."""
    if known.said is None:
        return bool(_unknown(sentence, language, known, None))
    return bool(_unknown(sentence, language, known, FREE_UNITS)) or _said(sentence, language, known.said) == "negation"


def _doses(sentence: Spoken, language: Language) -> bool:
    read = clause(list(language.rewritten(sentence)), language)
    return any(quantity.unit in DOSE_UNITS for quantity in read.quantities)


def _unknown(sentence: Spoken, language: Language, known: Known, free: frozenset[str] | None) -> str:
    """A disease, a medicine or a number that nobody named; `free` are units that need no source, None for all but doses."""
    for disease in language.rules.diseases.finditer(sentence.text):
        if f" {disease[0]}" not in known.text:
            return "diagnosis"
    read = clause(language.rewritten(sentence), language)
    if any(term.is_drug and term.concept not in known.concepts for term in read.terms):
        return "drug"
    for quantity in read.quantities:
        is_free = quantity.unit not in DOSE_UNITS if free is None else quantity.unit in free
        small = quantity.unit or quantity.high <= SCALE_MAX or free is None
        if not (is_free and small) and not {quantity.low, quantity.high} <= known.numbers:
            return "number"
    return ""


def numbers_of(sentence: Spoken, language: Language) -> frozenset[float]:
    """Every number of a text, with times also in minutes, as quantities hold them."""
    read = clause(language.rewritten(sentence), language)
    plain = {float(word) for word in sentence.tokens if is_number(word)}
    return frozenset(plain | {value for quantity in read.quantities for value in (quantity.low, quantity.high)})
