"""Fits the weights of `server/knowledge/relevance.json`: `python -m tests.bench.retrieval_fit [--write]`.

The questions of every set but `strangers`, which is asked once and fitted to never, are put to the documents beside them, and
those of `tuning` to the seed of the personas too. What is printed is measured by leaving sets out: no question of a set, and no
document, is among those that the weights it is judged by were fitted to.

Each is put twice, with the lay words and without: whoever wrote those knew the questions of the first two sets, so that they
help with these more than they will with a stranger's.
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
from tests.bench.library import ASKED, LIBRARY, SEED, folder_index, questions

LIBRARIES = (
    *(("tuning", (LIBRARY / "tuning",)), ("tuning", SEED)),
    *((name, (LIBRARY / name,)) for name in ("validation", "unseen", "leaflets")),
)
"""Names of questions, and the folders of the documents that they are put to."""
ORDER_DECAY, ANSWER_DECAY = 0.02, 3.0
"""Ridge of the two fits; chosen by leaving sets out, among 0.005 to 0.3 and 1 to 30: it hardly matters."""
THRESHOLD = 0.48
"""About as likely as not. Nine in ten questions without an answer to `validation`, `unseen` and `leaflets` are refused from
here on, each judged by weights fitted to the other sets (docs/measurements.md); most are about what the documents are about."""
TARGET = Path(__file__).parents[2] / "server" / "knowledge" / "relevance.json"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question to one library."""

    set: str
    """The name of its questions."""
    has_lay_words: bool
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
    cases = [one for name, folders in LIBRARIES for one in cases_of(name, folders)]
    judged = cross_validated(cases)
    for name in dict.fromkeys(name for name, _ in LIBRARIES):
        report(name, [one for one in judged if one.case.set == name and one.case.has_lay_words])
    report("all of them", [one for one in judged if one.case.has_lay_words])
    if "--write" in sys.argv:
        write(*fit(cases), THRESHOLD)


def cases_of(name: str, folders: Sequence[Path]) -> list[Case]:
    """The questions that these folders' documents answer, and those that nothing answers, with the lay words and without."""
    indexes = folder_index(*folders), folder_index(*folders, lay=LayWords({}))
    documents = {passage.document for passage in indexes[0].passages}
    asked = [one for one in questions(name) if one.document is None or one.document in documents]
    return [case(name, index, one, has_lay_words=index is indexes[0]) for index in indexes for one in asked]


def case(name: str, index: Index, one: Question, *, has_lay_words: bool) -> Case:
    found = index.evidence(one.question, ASKED)
    right = [at for at, place in enumerate(found.places) if one.is_answered_by(index.passages[place])]
    return Case(name, has_lay_words, one.id, index, found, right[0] if right else -1, one.document is not None)


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
    ranks = np.argsort(-scores, kind="stable")
    found = Evidence(one.found.places[ranks], one.found.shared[ranks], scores[ranks], one.found.around)
    return int(ranks[0]), one.index.standing(found)


def cross_validated(cases: Sequence[Case]) -> list[Judged]:
    judged = []
    for name in dict.fromkeys(one.set for one in cases):
        order, answers, offset = fit([one for one in cases if one.set != name])
        relevance = Relevance(order.astype(np.float32), answers.astype(np.float32), offset, 0)
        for one in (one for one in cases if one.set == name):
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


def report(name: str, judged: Sequence[Judged], threshold: float = THRESHOLD) -> None:
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
    print(f"{name}: {len(answerable)} with and {len(without)} without an answer; threshold {threshold:.2f}")
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
