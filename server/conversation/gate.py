"""The last check before a voice: approved words, words that a cited passage says, or talk that claims nothing. No other
sentence may be spoken, whoever wrote it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.conversation.claims import without_condition
from server.conversation.clause import clause
from server.conversation.grounding import support, told_otherwise
from server.conversation.language import DRUG, Language, language
from server.conversation.speech_acts import (
    SAID,
    Known,
    is_question,
    is_widely_social,
    names_unknown,
    numbers_of,
    question,
    read_back,
    without_social,
)
from server.conversation.spoken import TELEPHONE, Spoken, digits_of, spoken, telephones_as_words
from server.conversation.state import Visit
from server.conversation.wording import approved_sentences
from server.persona.pack import Pack
from server.persona.plain import words_of
from server.vocabulary.speech import Passage, Receipt

EXPLAIN = {
    "script": "the exact words of an approved script",
    "passage": "the exact words of a passage",
    "grounded": "a passage says all of it",
    "social": "claims nothing, so that it needs no passage",
    "talk": "recognized as talk that claims nothing, so that it needs no passage",
    "not_in_pack": "no script says exactly this",
    "empty": "there are no words",
    "garbage": "not plain English text",
    "too_long": "more words than can be heard at once",
    "two_questions": "asks more than one thing at once",
    "address": "a web address or telephone number that no passage holds",
    "suggests": "a question or read-back that suggests its answer, or advises",
    "not_said": "the patient did not say this",
    "drug": "names a medicine that neither the passage nor the patient's list holds",
    "number": "a number, unit, direction or period that the passage does not say of this",
    "negation": "says not where the passage says so, or the other way round",
    "order": "before, after, until and the like go with other words in the passage",
    "condition": "drops, adds or turns round the passage's condition",
    "actor": "somebody else does it in the passage",
    "strength": "stronger or weaker than the passage",
    "unsupported": "no passage says this",
}
"""Reason ids of the gate itself; those of the packs' checks explain themselves."""

Claims = Callable[[str], float]
"""How likely a sentence claims, advises, reassures, promises or foretells something, 0 to 1; learned from written examples."""
MAY_BE_TALK = frozenset({"unsupported", "suggests", "number"})
"""Reasons for which lists refuse what they do not know, and not for what it says."""

ADDRESS = re.compile(r"https?:|www\.|\w\.(?:com|org|net|gov|edu|io)\b|\S@\S", re.IGNORECASE)
CALLED = re.compile(r",\s+(?:(?:Mr|Mrs|Ms|Miss)\.?\s+)?[A-Z][a-z]+(?=\s*[,.!?]|$)()")
"""A name at the end or between commas; harmless only beside words that claim nothing."""
PLAIN = re.compile(r"[A-Za-z0-9\s.,?!;:'’‘“”\"()/%°&+*#…—–-]*")
ASKS = frozenset(
    "how what when where which who why is are do did does have has can could would will was were any".split()
)
VOWEL = re.compile(
    r"[aeiouy0-9]|^(?:x|mm|hmm|mg|ml|mcg|lb|lbs|mr|mrs|ms|dr|st|hr|hrs|pm|tv|ct|md|rn|ft|cm|mm|kg|vs|th|rd|nd|s|t|d|m|ll)$"
)
FOREIGN = frozenset(
    "el la los las un una que por para con su usted está como de del der die das und ist nicht le les des est "
    "vous pas je ne sie ich het een niet não você il che sono muy lo siento llame tome mal bien sus medicina".split()
)


@dataclass(frozen=True)
class Facts:
    """What one judgement may rest on."""

    evidence: tuple[Passage, ...]
    known: Known
    digits: str
    """Every digit of the evidence, to find telephone numbers in."""


class Gate:
    """Everything that may be spoken in one visit."""

    def __init__(self, pack: Pack, visit: Visit, claims: Claims | None = None) -> None:
        self._claims = claims
        self._approved = approved_sentences(pack, visit)
        self._numbers = pack.gate.file.numbers
        self._rules = pack.gate
        self._language = language(pack.gate)
        self._name = visit.first_name.lower()
        self._phones = digits_of(f"{visit.nurse_phone} {pack.clinic.nurse_phone}")
        self._listed = _drugs(" , ".join(medicine.name for medicine in visit.medicines), self._language)

    def judge(self, sentence: str, claimed: str = "", passages: Sequence[Passage] = ()) -> Receipt:
        """Refuses whatever is not word for word in the pack, or a sentence of a passage that was found for this visit; the
        receipt names `claimed` where that script approves it."""
        scripts = self._approved.get(sentence, ())
        if not scripts:
            found = next((one for one in passages if sentence in one.text.splitlines()), None)
            if found is not None:
                return Receipt(True, "", "passage", found.id, found.revision, found.approver)
            return Receipt(False, "", "not_in_pack")
        return Receipt(True, claimed if claimed in scripts else scripts[0], "script")

    def judge_free(self, sentence: str, evidence: Sequence[Passage], patient_said: str = "") -> Receipt:
        """Judges words that no person approved. `patient_said`: all the patient said; empty where that is not known.

        Whatever is not understood is refused.
        """
        if scripts := self._approved.get(sentence.strip(), ()):
            return Receipt(True, scripts[0], "script")
        facts = self._facts(tuple(evidence), patient_said)
        if reason := self._shape(sentence, facts):
            return Receipt(False, "", reason)
        if found := _verbatim(spoken(sentence), facts.evidence):
            return Receipt(True, "", "passage", found.id, found.revision)
        if self._leads(spoken(sentence)):
            return Receipt(False, "", "leading")
        receipt = self._judged(sentence, facts)
        if receipt.reason in MAY_BE_TALK and self._is_talk(sentence, facts):
            return Receipt(True, "", "talk")
        return receipt

    def explain(self, reason: str) -> str:
        """What a reason id means, for people."""
        checks = {check.id: check.explain for check in self._rules.file.checks}
        return EXPLAIN.get(reason) or checks[reason]

    def _judged(self, sentence: str, facts: Facts) -> Receipt:
        """By lists and by what the passages say."""
        parts = _conditions_joined(spoken(telephones_as_words(sentence, self._phones)).sentences())
        if self._is_only_social(CALLED.sub(r"\1", sentence)):
            return _together([self._unless_otherwise(part, facts) for part in parts])
        return _together([self._one(part, facts) for part in parts])

    def _facts(self, evidence: tuple[Passage, ...], said: str) -> Facts:
        text = " . ".join([said, *(passage.text for passage in evidence)])
        whole = spoken(text)
        concepts = _drugs(text, self._language) | self._listed
        said_clause = clause(self._language.rewritten(spoken(said)), self._language) if said else None
        known = Known(said_clause, concepts, numbers_of(whole, self._language), whole.text)
        return Facts(evidence, known, digits_of(text) + self._phones)

    def _shape(self, sentence: str, facts: Facts) -> str:
        words = spoken(sentence).words
        parts = re.split(r"(?<=[.?!])\s+", sentence.strip())
        if not words:
            return "empty"
        if ADDRESS.search(sentence) or any(
            digits_of(found[0]) not in facts.digits for found in TELEPHONE.finditer(sentence)
        ):
            return "address"
        if not PLAIN.fullmatch(sentence) or _is_foreign(words):
            return "garbage"
        if any(len(words_of(part)) > self._numbers.words_max.value for part in parts):
            return "too_long"
        return "two_questions" if sentence.count("?") > self._numbers.questions_max.value else ""

    def _is_talk(self, sentence: str, facts: Facts) -> bool:
        """Whether it was recognized as talk that claims nothing, which no list could hold. No check may find anything in it,
        and what it names must have been told."""
        said = spoken(sentence)
        if self._claims is None or self._forbidden(said, lifted=False) or self._forbidden(said, lifted=True):
            return False
        if names_unknown(said, self._language, facts.known) or told_otherwise(said, facts.evidence, self._language):
            return False
        return self._claims(sentence) < self._numbers.claims_max.value

    def _is_only_social(self, sentence: str) -> bool:
        """Also with a name that nobody told us: "Thank you, Maria"."""
        parts = spoken(sentence).sentences()
        return bool(parts) and not any(list(without_social(part, self._language)) for part in parts)

    def _one(self, sentence: Spoken, facts: Facts) -> Receipt:
        tokens = tuple(token for token in sentence.tokens if token != self._name)
        refused = ""
        left = list(without_social(Spoken(tokens), self._language))
        told = any(
            SAID & set(part.words) and not part.asks and not read_back(part, self._language, facts.known)
            for part in left
        )
        if not left or told:
            return self._unless_otherwise(sentence, facts)
        if hit := self._forbidden(sentence, lifted=False):
            return Receipt(False, "", hit)
        if (
            not sentence.asks
            and is_widely_social(Spoken(tokens).text, self._language)
            and not self._forbidden(sentence, lifted=True)
        ):
            return self._unless_otherwise(sentence, facts)
        for part in left:
            receipt = self._part(part, facts)
            if receipt.allowed:
                return receipt
            refused = refused or receipt.reason
        return Receipt(False, "", self._forbidden(sentence, lifted=True) or refused)

    def _unless_otherwise(self, sentence: Spoken, facts: Facts) -> Receipt:
        """ "If it gets worse, call 911" needs no passage, but where one tells of this very case it must agree."""
        if not told_otherwise(sentence, facts.evidence, self._language):
            return Receipt(True, "", "social")
        return self._grounded(sentence, facts, "actor")

    def _part(self, part: Spoken, facts: Facts) -> Receipt:
        if is_question(part, self._language):
            reason = question(part, self._language, facts.known)
            return Receipt(not reason, "", reason or "social")
        reason = read_back(part, self._language, facts.known)
        if not reason:
            return Receipt(True, "", "social")
        return self._grounded(part, facts, reason)

    def _grounded(self, part: Spoken, facts: Facts, refused: str) -> Receipt:
        known = facts.known.concepts & self._listed
        found = support(part, facts.evidence, self._language, known)
        if found.passage is None:
            return Receipt(False, "", found.reason if facts.evidence else refused)
        return Receipt(True, "", "grounded", found.passage.id, found.passage.revision)

    def _leads(self, sentence: Spoken) -> bool:
        """Asks about a crisis so that only "no" fits; however kind the rest is."""
        return any(check.id == "leading" and check.pattern.search(sentence.text) for check in self._rules.checks)

    def _forbidden(self, sentence: Spoken, *, lifted: bool) -> str:
        text = (sentence if lifted else without_condition(sentence)).text
        checks = (check for check in self._rules.checks if check.lifted == lifted)
        return next((check.id for check in checks if check.pattern.search(text)), "")


def _together(receipts: list[Receipt]) -> Receipt:
    """One receipt for several sentences: the first refusal, else the first that rests on a passage."""
    refused = [receipt for receipt in receipts if not receipt.allowed]
    grounded = [receipt for receipt in receipts if receipt.passage]
    return (refused or grounded or receipts or [Receipt(False, "", "empty")])[0]


def _conditions_joined(parts: tuple[Spoken, ...]) -> tuple[Spoken, ...]:
    """ "Feeling dizzy? Sit down." says "if feeling dizzy, sit down"."""
    if len(parts) == 2 and parts[0].asks and not parts[1].asks and parts[0].words[0] not in ASKS:
        return (Spoken(("if", *parts[0].tokens[:-1], ",", *parts[1].tokens)),)
    return parts


def _verbatim(sentence: Spoken, evidence: tuple[Passage, ...]) -> Passage | None:
    return next((passage for passage in evidence if sentence.words in _sentences(passage.text)), None)


@lru_cache(maxsize=512)
def _sentences(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(sentence.words for line in text.splitlines() for sentence in spoken(line).sentences())


def _drugs(text: str, known: Language) -> frozenset[str]:
    lemmas = tuple(known.lemma(word) for word in spoken(text).words)
    found = (known.concept(lemmas, at)[0] for at in range(len(lemmas)))
    return frozenset(concept for concept in found if concept.startswith(DRUG))


def _is_foreign(words: Sequence[str]) -> bool:
    strange = sum(word in FOREIGN for word in words)
    return strange > 1 or any(len(word) > 18 or not VOWEL.search(word) for word in words)
