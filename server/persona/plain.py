"""How hard a text is to read: words of a sentence and the Flesch-Kincaid grade (Kincaid 1975). Judges, never rewrites."""

import re

VOWELS = re.compile(r"[aeiouy]+")
SLOT = re.compile(r"\{\w+\}")
WORD = re.compile(r"[A-Za-z']+|\d+")


def words_of(sentence: str) -> list[str]:
    """Words of a sentence; a slot counts as one word of one syllable (research: clinical.md section 3)."""
    return WORD.findall(SLOT.sub("it", sentence))


def syllables(word: str) -> int:
    """An estimate for English: groups of vowels, less a silent final e; a number counts as one."""
    plain = word.lower().replace("'", "")
    if plain.isdigit():
        return 1
    count = len(VOWELS.findall(plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and count > 1
    return max(1, count - silent - (plain.endswith("ed") and not plain.endswith(("ted", "ded")) and count > 1))


def grade(sentences: tuple[str, ...]) -> float:
    """Flesch-Kincaid grade of the sentences together."""
    words = [word for sentence in sentences for word in words_of(sentence)]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
