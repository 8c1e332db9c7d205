"""The words of the gate's data as a reader: which concept a row of words stands for, and which concepts stand for which."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from server.conversation.spoken import Spoken, lemma, spoken
from server.persona.gate_rules import GateRules, WordsFile

DRUG = "drug:"
"""Prefix of the concept of one medicine."""


@dataclass(frozen=True, eq=False)
class Language:
    """Words to concepts, for one release of the data."""

    words: WordsFile
    rules: GateRules
    concepts: Mapping[tuple[str, ...], str]
    longest: int
    """Most words of one entry."""
    light: frozenset[str]
    free: frozenset[str]
    """Words that a claim may add: they change no advice."""
    onset: frozenset[str]
    """Words that a condition of calling for help may add."""
    free_verbs: frozenset[str]
    """The same, but not beside a medicine."""
    verbs: frozenset[str]
    actions: frozenset[str]
    """The verbs and the concepts they stand for."""
    units: Mapping[str, str]
    broader: Mapping[str, frozenset[str]]
    plain: frozenset[str]
    easy: frozenset[str]
    told: frozenset[str]
    kin: Mapping[str, frozenset[str]]
    limits: frozenset[str]

    def lemma(self, word: str) -> str:
        return lemma(word, self.words.irregular)

    def concept(self, lemmas: tuple[str, ...], at: int) -> tuple[str, int]:
        """The concept that starts here and how many words it takes; a word on no list is its own concept."""
        for length in range(min(self.longest, len(lemmas) - at), 0, -1):
            if found := self.concepts.get(lemmas[at : at + length]):
                return found, length
        word = lemmas[at]
        known = len(word) > 6 and word.endswith(self.words.drug_endings)
        return (f"{DRUG}{word}" if known else word), 1

    def covers(self, passage: str, claim: str) -> bool:
        """Whether a claim may say this concept where the passage says that one."""
        if passage == claim:
            return True
        if claim == "medicine" and (passage.startswith(DRUG) or passage in self.words.drug_groups):
            return True
        return passage in self.broader.get(claim, ())

    def rewritten(self, sentence: Spoken) -> list[str]:
        """The words and marks with the roundabout ways of saying things made short."""
        text = " " + "".join(f"{word} " for word in sentence.tokens)
        for pattern, put in self.rules.rewrites:
            text = pattern.sub(put, text).replace("  ", " ")
        tokens = text.split()
        return [
            "during" if word == "with" and self._medicine_at(tokens[at : at + 4]) else word
            for at, word in enumerate(tokens, 1)
        ]

    def _medicine_at(self, tokens: list[str]) -> bool:
        """Whether these words open with a medicine: "with your warfarin" is while it is taken."""
        lemmas = tuple(self.lemma(word) for word in tokens)
        start = next((at for at, word in enumerate(lemmas) if word not in self.light), len(lemmas))
        concept = self.concept(lemmas, start)[0] if start < len(lemmas) else ""
        return concept.startswith(DRUG) or concept == "medicine" or concept in self.words.drug_groups


@lru_cache(maxsize=8)
def language(rules: GateRules) -> Language:
    """Built once for each release of the data."""
    words = rules.words
    concepts: dict[tuple[str, ...], str] = {}
    for concept, phrases in words.concepts.items():
        for phrase in phrases:
            concepts[_lemmas(words, phrase)] = concept
    for generic, names in words.drugs.items():
        for name in (generic, *names):
            concepts[_lemmas(words, name)] = DRUG + generic
    for phrase in (phrase for group in words.kin for phrase in group if " " in phrase):
        concepts.setdefault(_lemmas(words, phrase), phrase.replace(" ", "_"))
    return Language(
        words,
        rules,
        concepts,
        max(map(len, concepts)),
        frozenset(lemma(word, words.irregular) for word in words.light),
        frozenset(lemma(word, words.irregular) for word in words.free),
        frozenset(lemma(word, words.irregular) for word in words.onset),
        frozenset(lemma(word, words.irregular) for word in words.free_verbs),
        frozenset(lemma(word, words.irregular) for word in words.verbs),
        _actions(words, concepts),
        {lemma(form, words.irregular): unit for unit, forms in words.units.items() for form in forms},
        {**_listed(words.broader), **_groups(words)},
        _meant(words, words.plain, concepts),
        _meant(words, words.easy, concepts),
        frozenset(words.told),
        _kin(words, concepts),
        _meant(words, words.limits, concepts),
    )


def _kin(words: WordsFile, concepts: Mapping[tuple[str, ...], str]) -> dict[str, frozenset[str]]:
    kin: dict[str, frozenset[str]] = {}
    known = {*words.concepts}
    for group in words.kin:
        meant = frozenset(one if one in known else _concept(words, one, concepts) for one in group)
        kin |= {one: kin.get(one, frozenset()) | meant for one in meant}
    return kin


def _concept(words: WordsFile, phrase: str, concepts: Mapping[tuple[str, ...], str]) -> str:
    lemmas = _lemmas(words, phrase)
    return concepts.get(lemmas, " ".join(lemmas))


def _meant(words: WordsFile, listed: tuple[str, ...], concepts: Mapping[tuple[str, ...], str]) -> frozenset[str]:
    return frozenset(word if word in words.concepts else _concept(words, word, concepts) for word in listed)


def _actions(words: WordsFile, concepts: Mapping[tuple[str, ...], str]) -> frozenset[str]:
    lemmas = {lemma(word, words.irregular) for word in words.verbs}
    return frozenset(lemmas | {concepts[one,] for one in lemmas if (one,) in concepts})


def _lemmas(words: WordsFile, phrase: str) -> tuple[str, ...]:
    return tuple(lemma(word, words.irregular) for word in spoken(phrase).words)


def _listed(broader: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    return {concept: frozenset(narrower) for concept, narrower in broader.items()}


def _groups(words: WordsFile) -> dict[str, frozenset[str]]:
    return {group: frozenset(DRUG + name for name in names) for group, names in words.drug_groups.items()}
