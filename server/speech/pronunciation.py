"""How written words are read aloud: pure rules, so that the caption keeps "911" and the voice says "nine one one"."""

import re

from server.vocabulary.speech import WordTiming

_DIGITS = re.compile(r"^\(?\+?\d[\d\-().]*\d\)?$")
_SAY_AS = {"911": "9 1 1", "988": "9 8 8", "AI": "A I", "Ana": "Anna"}
"""Words that no engine reads the way people say them."""


def spoken_form(word: str) -> str:
    """How one written word is handed to the voice, for example `911,` as `9 1 1,`; several tokens where needed."""
    core = word.rstrip(".,!?;:")
    tail = word[len(core) :]
    if core in _SAY_AS:
        return _SAY_AS[core] + tail
    if _DIGITS.match(core) and len(re.sub(r"\D", "", core)) >= 7:
        groups = re.findall(r"\d+", core)
        return ", ".join(" ".join(group) for group in groups) + tail
    return word


def spoken_text(sentence: str) -> str:
    """The sentence as the voice gets it."""
    return " ".join(spoken_form(word) for word in sentence.split())


def fold(sentence: str, spoken: list[WordTiming]) -> list[WordTiming]:
    """Timings of the written words from those of the spoken tokens; each keeps the space that follows it."""
    folded: list[WordTiming] = []
    at = 0
    for word in sentence.split():
        count = len(spoken_form(word).split())
        tokens = spoken[at : at + count]
        at += count
        if tokens:
            folded.append(WordTiming(word + " ", tokens[0].start, tokens[-1].end))
        else:  # the engine gave fewer tokens than were written
            last = folded[-1].end if folded else 0.0
            folded.append(WordTiming(word + " ", last, last))
    return folded
