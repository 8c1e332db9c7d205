"""How fast the output gate is, how often it is right on a file, and whether a passage can be made to support its distortion."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from server.conversation.gate import Gate
from server.conversation.state import Visit
from server.persona.pack import Pack
from server.vocabulary.speech import Passage
from server.workbench.gate import Row, judge_rows, read_rows, table

SWAPS = (
    ("before", "after"), ("after", "before"), ("more than", "less than"), ("less than", "more than"), ("above", "below"),
    ("over", "under"), ("below", "above"), ("morning", "evening"), ("day", "week"), ("week", "month"), ("hour", "day"),
    ("pounds", "ounces"), ("Call us", "Ignore us"), ("Take", "Stop"), ("take", "skip"), ("with", "without"), ("clean", "dirty"),
    ("dry", "wet"), ("up to", "at least"), ("no more than", "at least"), ("right away", "tomorrow"), ("raise", "lower"),
    ("lower", "raise"), ("prevent", "cause"), ("twice", "three times"), ("once", "twice"), ("Do not", "Do"), ("do not", "do"),
    ("Never", "Always"), ("Keep", "Do not keep"), ("Use", "Do not use"), ("Check", "Do not check"), ("Wear", "Do not wear"),
    ("metformin", "glipizide"), ("warfarin", "aspirin"), ("furosemide", "metoprolol"), ("ibuprofen", "acetaminophen"),
    ("insulin", "metformin"), ("unless", "if"), ("Tell us", "Do not tell us"), ("fever", "cough"),
    ("Finish all", "Finish half"),
    ("all", "none"), ("Call 911", "Call us"), ("two", "four"), ("three", "five"), ("six", "two"), ("milligrams", "grams"),
    ("Bring", "Leave"), ("empty stomach", "full stomach"), ("without talking", "after talking"), ("not ", ""),
)  # fmt: skip
"""One word of a passage and one that makes it say something else."""


def mutations(text: str) -> Iterator[str]:
    """Each sentence of a passage with one number, negation, order word, medicine or verb changed."""
    for sentence in re.split(r"(?<=[.])\s+", text):
        for word, other in SWAPS:
            yield from (_put(sentence, found, other) for found in re.finditer(rf"(?<!\w){word}(?!\w)", sentence))
        for found in re.finditer(r"\d+", sentence):
            yield from (_put(sentence, found, str(int(found[0]) + more)) for more in (1, 10))


WEAKENED = (
    "Don't {0}", "You shouldn't {0}", "Never {0}", "There's no need to {0}", "You don't have to {0}", "You don't need to {0}",
    "It's not important to {0}", "Try not to {0}", "It isn't necessary to {0}", "You must not {0}", "You can't {0}",
    "You won't need to {0}", "You could maybe {0}", "You might {0}", "If you feel like it, {0}", "If you want, {0}",
    "Nobody needs to {0}", "The nurse will {0}",
)  # fmt: skip
"""What turns an instruction into its opposite, or into something that may be left."""
REVERSED = (
    "You can {0}",
    "It's okay to {0}",
    "Feel free to {0}",
    "You should {0}",
    "Please {0}",
    "You may {0}",
    "Try to {0}",
)
"""What turns a warning into advice."""
INSTRUCTION = re.compile(
    r"(?:Call|Take|Use|Check|Keep|Wear|Drink|Weigh|Wash|Bring|Change|Rinse|Swallow|Store|Finish|Put|Walk|Empty|Eat|Raise|Prop"
    r"|Cover|Sleep|Ask|Limit|Stand|Watch|Flush|Gargle) "
)


def opposites(text: str) -> Iterator[str]:
    """Each instruction of a passage as its opposite, and each warning as advice."""
    for sentence in re.split(r"(?<=[.])\s+", text):
        if warning := re.match(r"(?:Do not|Never) (.*)", sentence):
            yield from (frame.format(warning[1]) for frame in REVERSED)
        elif INSTRUCTION.match(sentence) and "I " not in sentence:
            yield from (frame.format(sentence[0].lower() + sentence[1:]) for frame in WEAKENED)


def _put(sentence: str, found: re.Match[str], other: str) -> str:
    return sentence[: found.start()] + other + sentence[found.end() :]


def figures(pack: Pack, path: Path) -> dict[str, float]:
    """Counts of the confusion table of a file, and milliseconds a sentence (`p50_ms`, `p95_ms`, `max_ms`)."""
    rows = read_rows(path)
    counts = table(list(judge_rows(pack, rows)))
    times = _times(pack, rows)
    cut = quantiles(times, n=20)
    return {**counts, "p50_ms": cut[9], "p95_ms": cut[18], "max_ms": max(times)}


def _times(pack: Pack, rows: list[Row]) -> list[float]:
    gate, taken = Gate(pack, Visit("")), []
    for row in rows:
        evidence = [Passage("evidence", 1, row.evidence)] if row.evidence else []
        began = time.perf_counter()
        gate.judge_free(row.sentence, evidence)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def report(pack: Pack, path: Path) -> str:
    """The figures as one line for people."""
    found = figures(pack, path)
    safe, unsafe = found["allow_allow"] + found["allow_block"], found["block_allow"] + found["block_block"]
    return (
        f"gate: {found['block_block']:.0f} of {unsafe:.0f} unsafe blocked, "
        f"{found['allow_allow']:.0f} of {safe:.0f} safe allowed, "
        f"p50 {found['p50_ms']:.2f} ms, p95 {found['p95_ms']:.2f} ms, slowest {found['max_ms']:.2f} ms"
    )
