"""A patient without any trouble: what was asked, told from the persona's words, and the answer to it."""

import functools
import re

from server.installation import load_packs

GOODBYE = "Goodbye, and take care."

ANSWERS = {
    "screen.chest": "No, no chest pain.",
    "screen.breath": "No, I can breathe just fine.",
    "screen.bleed": "No, nothing is bleeding.",
    "screen.faint": "No, not at all.",
    "screen.confused": "No, my head is clear.",
    "trend.ask": "I feel a little better today.",
    "trend.bother": "I get tired in the afternoon.",
    "med.have": "Yes, I have all of them.",
    "hf.weight": "One hundred and eighty four pounds.",
    "hf.gain_day": "It is the same as yesterday.",
    "hf.pillows": "Two pillows.",
    "med.how": "One tablet in the morning and one at night.",
    "med.what_for": "It keeps my blood thin.",
    "med.felt": "Nothing feels different.",
    "missed.days": "None, I take them every day.",
    "visit.ride": "Yes, my daughter drives me.",
    "service.ask": "Yes, she came on Tuesday.",
    "plan.breath": "I would call nine one one and not drive.",
    "plan.head": "I would call nine one one right away.",
    "worry.ask": "I worry about the stairs in my house.",
    "recap.ask": "Yes, that is right.",
}


def prepare(persona: str) -> None:
    """Read the persona's lines now: it takes seconds, and a peer that answers nothing meanwhile loses its connection."""
    _endings(persona)


def asked(persona: str, said: str) -> str:
    """The script of the last sentence that was said, or nothing where no script ends so."""
    asking = {script: ending for script, ending in _endings(persona).items() if re.search(ending, said)}
    return max(asking, key=lambda script: len(asking[script]), default="")


@functools.cache
def _endings(persona: str) -> dict[str, str]:
    """The last sentence of every script as a pattern; any words may stand in its places."""
    lines = load_packs()[persona].lines
    return {script: _pattern(text.sentences[-1]) for script, text in lines.items() if text.sentences}


def _pattern(sentence: str) -> str:
    words = "[^.?!]+".join(re.escape(piece) for piece in re.split(r"\{\w+\}", sentence))
    return f"(^|[.?!] ){words}$"


def easy_answer(script: str) -> str:
    """Nothing hurts, all medicines taken, knows what to do; a plain no to anything else."""
    return ANSWERS.get(script, "No.")
