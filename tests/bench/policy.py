"""How long deciding takes: red flags, the output gate and the next step, over every utterance of the evaluation sets.

Beside them long rambles, a dozen sentences in one turn. The limit of each is 20 ms at p95; as times move with the machine
and what else it does, each is also given as a share of that limit, and as processor time. Prints figures and judges nothing.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import TypeVar

from server import lessons
from server.config import Settings
from server.conversation.gate import Gate
from server.conversation.policy import decide, greet
from server.conversation.state import State, Visit
from server.conversation.triage import triage
from server.installation import PERSONAS, load_packs
from server.knowledge import kit as knowledge
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.vocabulary.speech import Passage
from server.workbench.cases import read_cases
from server.workbench.evaluate import gate_tables
from server.workbench.gate import Row, read_rows
from server.workbench.rehearsal import Judge

T = TypeVar("T")

LIMIT = 20.0
"""Milliseconds at p95 that a decision may take (the issue's "Done when")."""
RAMBLE = 12
"""Sentences of a ramble: about a minute of speech."""
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")


@dataclass(frozen=True)
class Material:
    """What is judged, for one persona."""

    pack: Pack
    utterances: list[str]
    rambles: list[str]
    sentences: list[Row]


async def main(_turns: int) -> None:
    """Run the benchmark and print it."""
    settings = Settings()
    packs = load_packs(settings)
    store = ModelStore(settings.model_cache, settings.model_mirror, print)
    classifier, part = await knowledge.classifier(store, lessons.examples(PERSONAS, packs))
    print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors; limit {LIMIT:.0f} ms at p95")
    print(f"sentence classifier: {part.what}")
    for pack in packs.values():
        measure(material(pack), classifier.likenesses if classifier else None)
    if classifier is not None:
        classifier.close()
    print(f"load average after: {os.getloadavg()[0]:.2f}")


def material(pack: Pack) -> Material:
    """Every distinct utterance of the pack's set, and rambles made of them."""
    folder = PERSONAS / pack.id / "evaluation"
    cases = read_cases(folder) if folder.is_dir() else ()
    utterances = sorted({turn for case in cases for turn in case.turns if not turn.startswith("@")})
    rambles = [" ".join(utterances[at : at + RAMBLE]) for at in range(0, len(utterances), RAMBLE)]
    sentences = [row for table in gate_tables(folder) for row in read_rows(table)]
    return Material(pack, utterances, rambles, sentences)


def measure(found: Material, judge: Judge | None) -> None:
    """One table for a persona."""
    pack, opening = found.pack, greet(found.pack, VISIT, State()).state
    print(f"\n{pack.id} {pack.version}: {len(found.utterances)} utterances, {len(found.rambles)} rambles")
    print(f"  {'':<42}{'n':>6}{'p50 ms':>9}{'p95 ms':>9}{'of limit':>10}{'p95 processor ms':>18}{'of limit':>10}")
    for name, texts in (("utterances", found.utterances), ("rambles", found.rambles)):
        show(f"triage, {name}", texts, lambda text: triage(pack, text))
        show(f"next step, {name}", texts, lambda text: decide(pack, VISIT, opening, text))
        if judge is not None:
            show(f"classifier, {name}", texts, judge)
            show(
                f"classifier and next step, {name}",
                texts,
                lambda text: decide(pack, VISIT, opening, text, None, judge(text)),
            )
    gate = Gate(pack, VISIT)
    show("gate made for a check-in", range(20), lambda _: Gate(pack, VISIT))
    show("gate, scripts", [text for script in pack.lines.values() for text in script.sentences], gate.judge)
    show("gate, free sentences", found.sentences, lambda row: gate.judge_free(row.sentence, evidence(row)))


def evidence(row: Row) -> list[Passage]:
    return [Passage("evidence", 1, row.evidence)] if row.evidence else []


def show(name: str, inputs: Sequence[T], work: Callable[[T], object]) -> None:
    """One line of the table; nothing where there is nothing to measure."""
    if len(inputs) < 2:
        return
    wall, processor = zip(*(timed(work, one) for one in inputs), strict=True)
    middle, slow, busy = quantiles(wall, n=20)[9], quantiles(wall, n=20)[-1], quantiles(processor, n=20)[-1]
    figures = f"{len(inputs):>6}{middle:>9.2f}{slow:>9.2f}{slow / LIMIT:>10.0%}{busy:>18.2f}{busy / LIMIT:>10.0%}"
    print(f"  {name:<42}{figures}")


def timed(work: Callable[[T], object], one: T) -> tuple[float, float]:
    """Milliseconds of one call: on the wall's clock, and of processor time, which other work on the machine leaves alone."""
    began, busy = time.perf_counter(), time.thread_time()
    work(one)
    return (time.perf_counter() - began) * 1000, (time.thread_time() - busy) * 1000
