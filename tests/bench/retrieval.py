"""How fast retrieval is with 10,000 and 100,000 passages, and how good with questions in lay speech to unseen documents.

The large libraries are made of sentences of the small ones, shuffled, and of their vectors, moved at random: embedding so many
would take an hour and make no question faster or slower. Each is kept in a folder and opened by a process of its own, whose
memory is measured. The questions are embedded for real, on one thread.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import quantiles

import numpy as np
import numpy.typing as npt
import psutil

from server.knowledge.embedder import Embedder
from server.knowledge.index import Index
from server.knowledge.parts import parts
from server.knowledge.passage import Passage
from server.knowledge.postings import Postings
from server.knowledge.trial import Question, figures, tried
from server.knowledge.vectors import Vectors
from tests.bench.library import ASKED, LIBRARY, SEED, embedder, lay_words, passages_in, questions

SIZES = {10_000: 8.0, 100_000: 20.0}
"""Passages of a library, and milliseconds at p95 that a question to it may take (the issue's "Done when")."""
SENTENCES = 5
"""Of a made passage; the seed library has four."""
MOVED = 0.035
"""Standard deviation of what is added to each dimension of a vector: cosine 0.82 with what it came from."""
ROUNDS = 2

Floats = npt.NDArray[np.float32]


async def main(_turns: int) -> None:
    """Run the benchmark and print it."""
    model = embedder()
    print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
    for name in ("tuning", "validation", "unseen", "leaflets", "strangers"):
        quality(name, model)
    print(
        f"\n{'passages':>9}{'p50 ms':>9}{'p95 ms':>9}{'limit':>7}{'p95 processor ms':>18}{'MB in memory':>14}", end=""
    )
    print(f"{'on disk':>9}{'opened in s':>13}", flush=True)
    for size, limit in SIZES.items():
        speed(size, limit, model)
    print(f"load average after: {os.getloadavg()[0]:.2f}")


def quality(name: str, model: Embedder) -> None:
    passages = passages_in(LIBRARY / name)
    began = time.perf_counter()
    index = Index.build(passages, model, lay_words())
    took = (time.perf_counter() - began) * 1000 / len(passages)
    found = figures(list(tried(lambda question: index.ask(question, ASKED), of_these(name, passages))))
    shown = "  ".join(f"{key} {value}" for key, value in found.items())
    print(f"{name}: {len(passages)} passages, {took:.0f} ms each to embed\n  {shown}")


def of_these(name: str, passages: Sequence[Passage]) -> list[Question]:
    """The questions of a set that these documents answer, and those that nothing answers."""
    documents = {one.document for one in passages}
    return [one for one in questions(name) if one.document is None or one.document in documents]


def speed(size: int, limit: float, model: Embedder) -> None:
    """A process of its own tells the line, so that what making the library took is not in its memory."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "index"
        made(size, model).save(kept)
        disk = sum(file.stat().st_size for file in kept.iterdir()) / 1e6
        command = (sys.executable, "-m", "tests.bench.retrieval", str(kept), str(size), str(limit), f"{disk:.0f}")
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


def opened(kept: Path, size: int, limit: float, disk: str) -> None:
    model, lay = embedder(), lay_words()
    asked = [one.question for name in ("validation", "unseen") for one in questions(name)]
    model.embed(asked[:3])
    process = psutil.Process()
    before, began = process.memory_info().rss, time.perf_counter()
    index = Index.load(kept, model, lay)
    took = time.perf_counter() - began
    wall, busy = zip(*(timed(index, question) for _ in range(ROUNDS) for question in asked), strict=True)
    used = (process.memory_info().rss - before) / 1e6
    middle, slow, processor = quantiles(wall, n=20)[9], quantiles(wall, n=20)[-1], quantiles(busy, n=20)[-1]
    print(f"{size:>9}{middle:>9.2f}{slow:>9.2f}{limit:>7.0f}{processor:>18.2f}{used:>14.0f}{disk:>9}{took:>13.1f}")


def timed(index: Index, question: str) -> tuple[float, float]:
    """Milliseconds by the wall's clock, and of processor time, which other work on the machine leaves alone."""
    began, busy = time.perf_counter(), time.thread_time()
    index.ask(question, ASKED)
    return (time.perf_counter() - began) * 1000, (time.thread_time() - busy) * 1000


def made(size: int, model: Embedder) -> Index:
    """A library of that size, of one passage a heading."""
    chance = np.random.default_rng(0)
    real = [passage for folder in (*SEED, LIBRARY / "validation") for passage in passages_in(folder)]
    sentences = [sentence for passage in real for sentence in parts(passage.text)]
    vectors = model.embed(sentences)
    passages = [shuffled(real[at % len(real)], at, sentences, chance) for at in range(size)]
    wholes, bare, headings = (moved(vectors, size, chance) for _ in range(3))
    inner = np.vstack([moved(vectors, size, chance) for _ in range(SENTENCES)])
    held = Vectors.of(wholes, bare, headings, inner, [SENTENCES] * size)
    return Index(passages, held, Postings.build(passages), model, lay_words())


def shuffled(passage: Passage, at: int, sentences: Sequence[str], chance: np.random.Generator) -> Passage:
    text = " ".join(sentences[int(one)] for one in chance.integers(len(sentences), size=SENTENCES))
    return replace(passage, document=f"document-{at}", text=text)


def moved(vectors: Floats, count: int, chance: np.random.Generator) -> Floats:
    """Unit vectors near those given."""
    found: Floats = vectors[chance.integers(len(vectors), size=count)]
    found = found + chance.standard_normal(found.shape, np.float32) * np.float32(MOVED)
    unit: Floats = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


if __name__ == "__main__":
    opened(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
