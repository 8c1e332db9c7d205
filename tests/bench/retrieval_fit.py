"""Fits the weights of `server/knowledge/relevance.json`: `python -m tests.bench.retrieval_fit [--write]`.

The questions of `library/tuning.jsonl` are put to two libraries, the leaflets beside them and the seed of the personas. What
is printed is measured by cross-validation: a question's own answer is never among those that the weights were fitted to.

Each is put twice, with the lay words and without: whoever wrote those knew the questions, so that they help with these more
than they will with a stranger's. Weights fitted with them alone refused half of what strangers asked.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from server.knowledge.index import Evidence, Index
from server.knowledge.lay_words import LayWords
from server.knowledge.relevance import SHARED, STANDING, Relevance
from server.knowledge.trial import Question
from tests.bench.library import ASKED, LIBRARY, SEED, folder_index, lay_words, questions

LIBRARIES = ((LIBRARY / "tuning",), SEED)
FOLDS = 6
ORDER_DECAY, ANSWER_DECAY = 0.02, 3.0
"""Ridge of the two fits; chosen by cross-validation among 0.005 to 0.1 and 0.3 to 10."""
THRESHOLD = 0.35
"""From here on at least 84 % of the questions without an answer are refused in each of the three sets (docs/measurements.md);
most of them are about what the documents are about."""
TARGET = Path(__file__).parents[2] / "server" / "knowledge" / "relevance.json"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question to one library."""

    id: str
    index: Index
    found: Evidence
    right: int
    """Row of the evidence that answers; -1 where nothing does."""
    answerable: bool


@dataclass(frozen=True)
class Judged:
    """What came of one question."""

    case: Case
    rank: int
    chance: float


def main() -> None:
    cases = [one for lay in (lay_words(), LayWords({})) for folders in LIBRARIES for one in cases_of(lay, *folders)]
    report(cross_validated(cases), THRESHOLD)
    if "--write" in sys.argv:
        write(*fit(cases), THRESHOLD)


def cases_of(lay: LayWords, *folders: Path) -> list[Case]:
    """The questions to these folders' documents, and those that nothing answers."""
    index = folder_index(*folders, lay=lay)
    documents = {passage.document for passage in index.passages}
    asked = [one for one in questions("tuning") if one.document is None or one.document in documents]
    return [case(index, one) for one in asked]


def case(index: Index, one: Question) -> Case:
    found = index.evidence(one.question, ASKED)
    right = [at for at, place in enumerate(found.places) if one.is_answered_by(index.passages[place])]
    return Case(one.id, index, found, right[0] if right else -1, one.document is not None)


def fit(cases: Sequence[Case]) -> tuple[Floats, Floats, float]:
    """Weights of the order, weights of the answer, and its offset."""
    order = fit_order([one for one in cases if one.right >= 0])
    rows, told = [], []
    for one in cases:
        first, standing = first_of(one, order)
        if not one.answerable or first == one.right:
            rows.append(standing)
            told.append(float(one.answerable))
    answers, offset = fit_answers(np.array(rows, np.float64), np.array(told))
    return order, answers, offset


def fit_order(cases: Sequence[Case]) -> Floats:
    """Conditional logit (McFadden 1974): the right passage against the others of its question."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = ORDER_DECAY * float(weights @ weights) / 2, ORDER_DECAY * weights
        for one in cases:
            scores = one.found.shared @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            total -= float(np.log(shares[one.right] + 1e-12))
            slope = slope + one.found.shared.T @ shares - one.found.shared[one.right]
        return total, slope

    found: Floats = minimize(loss, np.zeros(len(SHARED)), jac=True, method="L-BFGS-B").x
    return found


def fit_answers(rows: Floats, told: Floats) -> tuple[Floats, float]:
    """Logistic regression; scaling is put into the weights."""
    center, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    inputs = np.hstack([(rows - center) / scale, np.ones((len(rows), 1))])
    kept = np.append(np.full(rows.shape[1], ANSWER_DECAY), 0.0)

    def loss(tried: Floats) -> tuple[float, Floats]:
        chance = 1 / (1 + np.exp(-(inputs @ tried)))
        likely = told * np.log(chance + 1e-12) + (1 - told) * np.log(1 - chance + 1e-12)
        return float(-likely.sum() + kept @ tried**2 / 2), inputs.T @ (chance - told) + kept * tried

    found = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x
    slopes = found[:-1] / scale
    return slopes, float(found[-1] - slopes @ center)


def first_of(one: Case, order: Floats) -> tuple[int, npt.NDArray[np.float32]]:
    """The row that the order puts first, and how it stands."""
    scores = (one.found.shared @ order).astype(np.float32)
    first = int(np.argmax(scores))
    return first, one.index.standing(Evidence(one.found.places, one.found.shared, scores, one.found.around), first)


def cross_validated(cases: Sequence[Case]) -> list[Judged]:
    ids = sorted({one.id for one in cases})
    fold = {name: at % FOLDS for at, name in enumerate(np.random.default_rng(1).permutation(ids))}
    judged = []
    for part in range(FOLDS):
        order, answers, offset = fit([one for one in cases if fold[one.id] != part])
        relevance = Relevance(order.astype(np.float32), answers.astype(np.float32), offset, 0)
        for one in (one for one in cases if fold[one.id] == part):
            scores = one.found.shared @ order
            rank = int((scores > scores[one.right]).sum()) if one.right >= 0 else len(scores)
            judged.append(Judged(one, rank, relevance.chance(first_of(one, order)[1])))
    return judged


def nearest(judged: Sequence[Judged]) -> list[float]:
    """Chances of the questions without an answer, each in the library where it finds the most."""
    chances: dict[str, float] = {}
    for one in judged:
        if not one.case.answerable:
            chances[one.case.id] = max(one.chance, chances.get(one.case.id, 0.0))
    return list(chances.values())


def report(judged: Sequence[Judged], threshold: float) -> None:
    answerable = [one for one in judged if one.case.answerable]
    without = [one for one in judged if not one.case.answerable]
    figures = {
        "first": np.mean([one.rank == 0 for one in answerable]),
        "among three": np.mean([one.rank < 3 for one in answerable]),
        "first and told": np.mean([one.rank == 0 and one.chance >= threshold for one in answerable]),
        "told at all": np.mean([one.chance >= threshold for one in answerable]),
        "refused without an answer": np.mean([one.chance < threshold for one in without]),
        "refused where it is nearest": np.mean([one < threshold for one in nearest(judged)]),
    }
    print(f"cross-validated, {len(answerable)} with and {len(without)} without an answer; threshold {threshold:.3f}")
    for name, share in figures.items():
        print(f"  {name:<28}{share:.3f}")


def write(order: Floats, answers: Floats, offset: float, threshold: float) -> None:
    fitted = {
        "order": dict(zip(SHARED, order.round(4).tolist(), strict=True)),
        "answers": dict(zip((*SHARED, *STANDING), answers.round(4).tolist(), strict=True)),
        "offset": round(offset, 4),
        "threshold": threshold,
    }
    TARGET.write_text(json.dumps(fitted, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
