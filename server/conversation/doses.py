"""How many times a day a medicine is taken, by its label and by the patient. Compares, and tells nobody what is right."""

import re

from server.conversation.heard import Heard

NEEDED = re.compile(r" (?:as|if|when|only) ?(?:i |its |it )?(?:needed|need|hurts|necessary|bad|pain)")
"""No fixed number of times: nothing to compare."""
TIMES = re.compile(r" (once|twice|\d|one|two|three|four) ?(?:times|x)? ?(?:a|per|each|every) day ")
HOURS = re.compile(r" every (\d{1,2}) hours? ")
DAYPARTS = (
    ("morning", "breakfast", "wake up", "am"),
    ("noon", "lunch", "midday", "afternoon"),
    ("evening", "supper", "dinner", "night", "bedtime", "bed", "pm"),
)
WORDS = {"once": 1, "one": 1, "two": 2, "twice": 2, "three": 3, "four": 4}
DAILY = re.compile(r" (?:daily|every day|each day|a day) ")


def times_a_day(heard: Heard) -> int | None:
    """1 to 12; None where the words do not say, or say "when needed"."""
    text = " " + " ".join(heard.words) + " "
    if NEEDED.search(text):
        return None
    if match := TIMES.search(text):
        return WORDS.get(match[1]) or int(match[1]) or None
    if match := HOURS.search(text):
        return 24 // int(match[1]) if int(match[1]) else None
    parts = sum(any(f" {word} " in text for word in words) for words in DAYPARTS)
    return parts or (1 if DAILY.search(text) else None)


def says_how_often(heard: Heard) -> bool:
    """Whether the words say how often, or that it is taken when needed."""
    return times_a_day(heard) is not None or bool(NEEDED.search(" " + " ".join(heard.words) + " "))


def differs(label: Heard, said: Heard) -> bool:
    """Whether a patient takes it more or less often than the list says, as far as both say."""
    listed, taken = times_a_day(label), times_a_day(said)
    return listed is not None and taken is not None and listed != taken
