"""How hard a text is to read: words of a sentence, the Flesch-Kincaid grade (Kincaid 1975), and words that have no place in
what a patient is told. Judges, never rewrites."""

import re

VOWELS = re.compile(r"[aeiouy]+")
SLOT = re.compile(r"\{\w+\}")
WORD = re.compile(r"[A-Za-z']+|\d+")
BANNED = {
    r"do you understand|does that make sense|is that clear": "asks for a yes and not for what was understood",
    r"you should|you shouldn't|you need to|you have to|you must|you ought": "scolds",
    r"why didn't you|you forgot|you failed": "blames",
    r"at the end of the day|touch base|piece of cake|rule of thumb|keep an eye|under the weather|on the same page|"
    r"hang in there|back on your feet|ballpark|heads up|feel free|no worries": "is an idiom",
    r"positive test|negative test|tested positive|tested negative": "is heard as good or bad news",
    r"you are fine|you're fine|nothing to worry|don't worry|probably nothing|you'll be fine": "reassures",
    r"adverse|contraindicat\w+|discontinue|administer|hypertension|edema|dyspnea|orally|compliance": "is no everyday word",
}
"""Expression to what is wrong with it (clinical.md section 3: plain language, never do)."""


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


def banned(sentence: str) -> list[str]:
    """What is wrong with the words of a sentence, as `"you should" scolds`."""
    lower = sentence.lower()
    found = [(re.search(rf"\b(?:{words})\b", lower), wrong) for words, wrong in BANNED.items()]
    return [f'"{match[0]}" {wrong}' for match, wrong in found if match]
