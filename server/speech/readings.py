"""What else may have been said? A short beam search over the end of an utterance that was decoded greedily.

A synthesizer or a patient who stops in mid-sentence clips the last word, and the recognizer makes a sentence of it: "in the"
becomes "in me". The reading that must go on is then still among its next best.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.speech.completeness import Completeness, completeness

Scores = npt.NDArray[np.float32]

Step = Callable[[list[int], list[int]], Scores]
"""Rows kept of the beams before, and one token for each; returns the scores of what follows, (rows, vocabulary)."""

BACK = 4
"""Tokens at the end that may be read otherwise: one to three words."""
_WIDTH = 5
_MARGIN = 3.0
"""A beam this much less likely than the best (natural logarithm; 5 %) is dropped."""
_LONGER = 3
"""Tokens by which another reading may be longer."""


@dataclass(frozen=True)
class Reading:
    """One way to understand an utterance."""

    text: str
    share: float
    """Of the probability of all readings found, 0 to 1."""


def unfinished_share(readings: Iterable[Reading]) -> float:
    """The share, 0 to 1, of readings that must or may well go on."""
    unfinished = (Completeness.OPEN, Completeness.UNSURE)
    return sum(reading.share for reading in readings if completeness(reading.text) in unfinished)


def search(first: Scores, step: Step, end: int) -> list[tuple[float, list[int]]]:
    """Endings and their shares, likeliest first; `first` are the scores (vocabulary,) of the first token of the ending."""
    done: list[tuple[float, list[int]]] = []
    parents, beams, scores = _likeliest(np.zeros(1, np.float32), first[None], [[]])
    for _ in range(BACK + _LONGER):
        done += [(float(score), beam[:-1]) for beam, score in zip(beams, scores, strict=True) if beam[-1] == end]
        best = max([float(scores.max()), *(score for score, _ in done)])
        alive = [i for i, beam in enumerate(beams) if beam[-1] != end and scores[i] > best - _MARGIN]
        if not alive:
            break
        following = step([parents[i] for i in alive], [beams[i][-1] for i in alive])
        parents, beams, scores = _likeliest(scores[alive], following, [beams[i] for i in alive])
    if not done:
        return []
    done.sort(reverse=True)
    powers = np.exp(np.array([score for score, _ in done]) - done[0][0])
    return [(float(power / powers.sum()), ending) for power, (_, ending) in zip(powers, done, strict=True)]


def _likeliest(so_far: Scores, following: Scores, beams: list[list[int]]) -> tuple[list[int], list[list[int]], Scores]:
    """The best continuations: the row each comes from, its tokens and its logarithm of probability."""
    highest = following.max(-1, keepdims=True)
    total = np.log(np.exp(following - highest).sum(-1, keepdims=True)) + highest
    tokens = np.argpartition(following, -_WIDTH, axis=-1)[:, -_WIDTH:]
    scores = so_far[:, None] + np.take_along_axis(following, tokens, -1) - total
    chosen = np.argsort(-scores, axis=None)[:_WIDTH]
    rows, columns = np.unravel_index(chosen, scores.shape)
    longer = [[*beams[row], int(tokens[row, column])] for row, column in zip(rows, columns, strict=True)]
    return [int(row) for row in rows], longer, np.asarray(scores[rows, columns], np.float32)
