"""The small network on top of the embedder that knows the guardrails: pooled token vectors in, probabilities out.

One hidden layer: cross-validation clearly favored it over logistic regression (docs/measurements.md), because "chest pain"
and "no chest pain" differ in how their features go together, not in which they have.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from server.vocabulary.errors import ServiceError

_HIDDEN = 256
_VOTERS = 4
"""Networks of which the scores are averaged: alike but for chance, they err in different places."""
_EPOCHS = 10
_LEAST_STEPS = 60
"""Few examples are read more often, until so many steps were made."""
_BATCH = 256
_RATE = 3e-3
"""First step of Adam (Kingma & Ba 2015), falling to zero linearly."""
_DECAY = 1e-2
"""Decoupled weight decay (Loshchilov & Hutter 2019)."""
_DROPPED_INPUT, _DROPPED_HIDDEN = 0.2, 0.5
"""Shares left out while training (Srivastava et al. 2014)."""
_FIRST, _SECOND = 0.9, 0.99
"""Adam's memories of the slope and of its square."""
_TEMPERATURE = 1.6
"""Divides scores (Guo et al. 2017): log loss in cross-validation 1.10 at 1, 0.92 at 1.5, 0.93 at 2."""
_LEAST_SCALE = 0.1
"""A feature that hardly moves, as that of a rare n-gram, is not blown up."""

Floats = npt.NDArray[np.float32]
Layer = tuple[Floats, Floats]
"""Weights [inputs, outputs] and bias [outputs]."""


class HeadUnreadable(ServiceError):
    """A stored head cannot be used; it can be trained again."""

    code = "head_unreadable"


@dataclass(frozen=True)
class Head:
    """A trained network."""

    labels: tuple[str, ...]
    hidden: Layer
    """For vectors as they come: centering and scaling are in its weights."""
    out: Layer

    def probabilities(self, vectors: Floats) -> Floats:
        """float32 [n, k], rows adding up to 1, of vectors float32 [n, d]; what is 0 in all of them costs nothing."""
        told = np.flatnonzero(vectors.any(axis=0))
        active = _hidden((self.hidden[0][told], self.hidden[1]), vectors[:, told])
        return _softmax((active @ self.out[0] + self.out[1]) / np.float32(_TEMPERATURE))

    def save(self, path: Path) -> None:
        """As `.npz`, whole or not at all."""
        partial = path.with_suffix(".partial")
        arrays = dict(zip(_NAMES, (*self.hidden, *self.out), strict=True))
        with partial.open("wb") as file:
            np.savez(file, labels=np.array(self.labels), allow_pickle=False, **arrays)
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> "Head":
        """What `save` wrote; raises `HeadUnreadable` for anything else."""
        try:
            return cls._read(path)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
            raise HeadUnreadable(f"{path.name}: damaged, or of another version") from None

    @classmethod
    def _read(cls, path: Path) -> "Head":
        with np.load(path, allow_pickle=False) as stored:
            weights, bias, out, last = (stored[name] for name in _NAMES)
            return cls(tuple(stored["labels"].tolist()), (weights, bias), (out, last))


_NAMES = ("hidden_weights", "hidden_bias", "out_weights", "out_bias")


def train(vectors: Floats, labels: Sequence[str], seed: int = 0) -> Head:
    """Fit to float32 [n, d] and a label for each; the same input gives the same head on the same machine."""
    names = tuple(sorted(set(labels)))
    targets = np.eye(len(names), dtype=np.float32)[[names.index(label) for label in labels]]
    center, scale = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), _LEAST_SCALE)
    chances = [np.random.default_rng((seed, voter)) for voter in range(_VOTERS)]
    with ThreadPoolExecutor(_VOTERS) as workers:
        voters = list(workers.map(lambda chance: _voter(chance, vectors, targets, center, scale), chances))
    hidden, bias, out, last = (list(arrays) for arrays in zip(*voters, strict=True))
    # Side by side they are one network whose scores are the mean of theirs.
    share = np.float32(_VOTERS)
    weights = np.hstack(hidden) / scale[:, None]
    wide = weights, np.concatenate(bias) - center @ weights
    narrow: Layer = ((np.vstack(out) / share).astype(np.float32), np.mean(last, axis=0, dtype=np.float32))
    return Head(names, wide, narrow)


def _voter(
    chance: np.random.Generator, vectors: Floats, targets: Floats, center: Floats, scale: Floats
) -> list[Floats]:
    layers = [*_layer(chance, vectors.shape[1], _HIDDEN, 2.0), *_layer(chance, _HIDDEN, targets.shape[1], 1.0)]
    adam = _Adam(layers, _epochs(len(targets)) * -(-len(targets) // _BATCH))
    for chosen in _batches(chance, len(targets)):
        adam.step(_slopes(layers, (vectors[chosen] - center) / scale, targets[chosen], chance))
    return layers


def _layer(chance: np.random.Generator, inputs: int, outputs: int, gain: float) -> Layer:
    """He et al. 2015."""
    weights = chance.standard_normal((inputs, outputs), np.float32) * np.float32(np.sqrt(gain / inputs))
    return weights, np.zeros(outputs, np.float32)


def _epochs(count: int) -> int:
    return max(_EPOCHS, _LEAST_STEPS // -(-count // _BATCH))


def _batches(chance: np.random.Generator, count: int) -> Iterator[npt.NDArray[np.int64]]:
    for _ in range(_epochs(count)):
        order = chance.permutation(count)
        yield from (order[begin : begin + _BATCH] for begin in range(0, count, _BATCH))


def _slopes(layers: list[Floats], inputs: Floats, targets: Floats, chance: np.random.Generator) -> list[Floats]:
    """Of the mean cross entropy, by back-propagation through dropout and the hidden layer."""
    seen = inputs * _kept(chance, inputs.shape, _DROPPED_INPUT)
    kept = _kept(chance, (len(inputs), _HIDDEN), _DROPPED_HIDDEN)
    active: Floats = _hidden((layers[0], layers[1]), seen) * kept
    wrong = (_softmax(active @ layers[2] + layers[3]) - targets) / np.float32(len(inputs))
    back = (wrong @ layers[2].T) * kept * (active > 0)
    return [seen.T @ back, back.sum(axis=0), active.T @ wrong, wrong.sum(axis=0)]


def _kept(chance: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Floats:
    """1 for what stays, raised for what is missing, and 0."""
    kept: Floats = (chance.random(shape, np.float32) >= dropped).astype(np.float32)
    kept /= np.float32(1 - dropped)
    return kept


def _hidden(layer: Layer, inputs: Floats) -> Floats:
    active: Floats = np.maximum(inputs @ layer[0] + layer[1], 0)
    return active


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


class _Adam:
    """Moves arrays, in place, against their slopes."""

    def __init__(self, arrays: list[Floats], steps: int) -> None:
        self._arrays = arrays
        self._slopes = [np.zeros_like(array) for array in arrays]
        self._squares = [np.zeros_like(array) for array in arrays]
        self._steps, self._done = steps, 0

    def step(self, slopes: list[Floats]) -> None:
        rate = _RATE * (1 - self._done / self._steps)
        self._done += 1
        first, second = 1 - _FIRST**self._done, 1 - _SECOND**self._done
        for array, slope, mean, square in zip(self._arrays, slopes, self._slopes, self._squares, strict=True):
            mean += (1 - _FIRST) * (slope - mean)
            square += (1 - _SECOND) * (slope**2 - square)
            decay = _DECAY * array if array.ndim > 1 else 0
            array -= rate * (mean / first / (np.sqrt(square / second) + 1e-8) + decay)
