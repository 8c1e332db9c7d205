"""The passages as vectors: each whole, without what stands above it, its heading, and its parts, in a byte a dimension; and,
for a large library, an outline.

A byte is enough: the cosine of two unit vectors moves by less than 0.005. The outline keeps the directions in which the
library's passages differ most (principal components) and only chooses which passages are looked at closely.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from server.knowledge.embedder import WIDTH, Embedder
from server.knowledge.parts import parts, plain_text
from server.knowledge.passage import Passage

_STEPS = 400
"""Steps of a byte for 1.0: no dimension of a sentence vector is beyond 0.3."""
_LARGE = 2_000
"""Passages from which an outline is kept: below, all are looked at in half a millisecond."""
_OUTLINE = 96
"""Dimensions of it: three quarters of what the vectors differ in."""
_CHUNK = 4096

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Arrays = Mapping[str, npt.NDArray[np.generic]]
Progress = Callable[[int, int], None]


class Vectors:
    """Immutable; rows of `wholes`, `bare` and `headings` are the passages, those of `parts` are cut by `starts`."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        rows = (np.asarray(arrays[name], np.int8) for name in ("wholes", "bare", "headings"))
        self._wholes, self._bare, self._headings = rows
        self._parts = np.asarray(arrays["parts"], np.int8)
        self._starts = np.asarray(arrays["starts"], np.int64)
        self._middle = np.asarray(arrays["middle"], np.float32)
        self._spread = np.asarray(arrays["spread"], np.float32)
        self._axes = np.asarray(arrays["axes"], np.float32)
        # Made to float32 once: to do it for every question would take longer than the product.
        outline = np.asarray(arrays["outline"], np.float32)
        self._rough: Floats = outline if len(outline) else self._wholes.astype(np.float32) / np.float32(_STEPS)

    @classmethod
    def build(cls, passages: Sequence[Passage], embedder: Embedder, progress: Progress) -> "Vectors":
        """Blocks: about 3 ms for each part."""
        wholes, bare, headings, inner, counts = [], [], [], [], []
        heading_of = cache(lambda heading: embedder.embed([heading])[0])
        for done, one in enumerate(passages):
            progress(done, len(passages))
            told = [f"{one.context}: {part}" for part in parts(one.text)]
            wholes.append(embedder.embed([f"{one.context}. {plain_text(one.text)}"])[0])
            bare.append(embedder.embed([plain_text(one.text)])[0])
            headings.append(heading_of(one.own_heading) if one.own_heading else bare[-1])
            inner.append(embedder.embed(told) if told else wholes[-1][None])
            counts.append(len(inner[-1]))
        progress(len(passages), len(passages))
        return cls.of(_stacked(wholes), _stacked(bare), _stacked(headings), np.vstack([_stacked(()), *inner]), counts)

    @classmethod
    def of(cls, wholes: Floats, bare: Floats, headings: Floats, inner: Floats, counts: Sequence[int]) -> "Vectors":
        """From unit vectors; `counts` says how many rows of `inner` each passage has."""
        middle = wholes.mean(axis=0) if len(wholes) else np.zeros(WIDTH, np.float32)
        spread = _spread(wholes, middle)
        axes = np.linalg.eigh(spread)[1][:, ::-1][:, :_OUTLINE] if len(wholes) > _LARGE else np.zeros((WIDTH, 0))
        arrays = {
            "wholes": _bytes(wholes),
            "bare": _bytes(bare),
            "headings": _bytes(headings),
            "parts": _bytes(inner),
            "starts": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            "middle": middle.astype(np.float32),
            "spread": spread.astype(np.float32),
            "axes": axes.astype(np.float32),
            "outline": _projected(wholes, axes.astype(np.float32)),
        }
        return cls(arrays)

    def proposed(self, question: Floats) -> Floats:
        """How much every passage is like the question, float32 [n]: roughly, in a large library."""
        told: Floats = question @ self._axes if self._axes.shape[1] else question
        found: Floats = self._rough @ told
        return found

    def likeness(self, question: Floats, chosen: npt.NDArray[np.int32]) -> tuple[Floats, Floats, Floats, Floats]:
        """Cosines of the passages `chosen`: as a whole, without what stands above it, of the part most like the question,
        and of the heading."""
        starts, ends = self._starts[chosen], self._starts[chosen + 1]
        counts = (ends - starts).astype(np.int64)
        firsts = np.cumsum(counts) - counts
        rows = np.arange(int(counts.sum())) - np.repeat(firsts, counts) + np.repeat(starts.astype(np.int64), counts)
        best = np.maximum.reduceat(self._cosines(self._parts, rows, question), firsts)
        whole, bare, heading = (
            self._cosines(rows, chosen, question) for rows in (self._wholes, self._bare, self._headings)
        )
        return whole, bare, best, heading

    def usual(self, question: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of all passages: how near the whole library is to the question."""
        away = float(question @ self._spread @ question)
        return float(self._middle @ question), max(away, 1e-6) ** 0.5

    @staticmethod
    def _cosines(rows: Bytes, chosen: npt.NDArray[np.integer], question: Floats) -> Floats:
        found: Floats = (rows[chosen].astype(np.float32) @ question) / np.float32(_STEPS)
        return found


def _stacked(rows: Sequence[Floats]) -> Floats:
    return np.array(rows, np.float32).reshape(-1, WIDTH)


def _bytes(vectors: Floats) -> Bytes:
    return np.clip(np.rint(vectors * _STEPS), -127, 127).astype(np.int8)


def _spread(vectors: Floats, middle: Floats) -> Floats:
    away = vectors - middle
    return (away.T @ away / max(len(vectors), 1)).astype(np.float32)


def _projected(vectors: Floats, axes: Floats) -> Floats:
    if not axes.shape[1]:
        return np.zeros((0, 0), np.float32)
    cut = [vectors[begin : begin + _CHUNK] @ axes for begin in range(0, len(vectors), _CHUNK)]
    return np.vstack(cut).astype(np.float32)
