"""The retrieval index of one release: finds the passage that answers a question, or says that there is none.

Immutable: a check-in keeps the one it began with. A question is told to the embedder and looked up in words, both also with
the meanings of its lay words; passages that either proposes are compared closely; only those open to the asker are ever
looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from server.knowledge import shelf
from server.knowledge.answer import Answer, Asked, Ranked, Refusal
from server.knowledge.embedder import Embedder
from server.knowledge.lay_words import LayWords
from server.knowledge.passage import Audience, Passage
from server.knowledge.postings import Postings
from server.knowledge.relevance import SHARED, Relevance, fitted
from server.knowledge.terms import terms
from server.knowledge.vectors import Vectors

_BY_SENSE, _BY_WORDS = 120, 60
"""Passages that are looked at closely: the first by the vectors, the first by the words."""
_SHOWN = 10
HELD, COVERED = SHARED.index("held"), SHARED.index("covered")
"""Columns; those before the first are cosines."""

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Evidence:
    """What the candidates for one question share with it, best first."""

    places: Integers
    """[n], of the passages."""
    shared: Floats
    """[n, 9], by `relevance.SHARED`."""
    scores: Floats
    """[n], descending."""
    around: tuple[float, float, float, float, int]
    """Shares of the question that no passage has a word of, with its meanings and as said; mean and deviation of cosines;
    how many things are spoken of."""


class Index:
    """Thread-safe; blocks for some milliseconds a question."""

    def __init__(
        self, passages: Sequence[Passage], vectors: Vectors, postings: Postings, embedder: Embedder, lay: LayWords
    ) -> None:
        self.passages = tuple(passages)
        self._vectors, self._postings, self._embedder, self._lay = vectors, postings, embedder, lay
        self._nurses_only = np.array([one.audience is Audience.NURSE for one in passages], np.bool_)
        self._expires = np.array([(one.expires or date.max).toordinal() for one in passages], np.int32)
        self._languages = np.array([one.language for one in passages], np.str_)
        self._documents = np.unique([one.document for one in passages], return_inverse=True)[1]
        self._medicines = np.array([len(set(one.medicines)) for one in passages], np.int32)
        self._of_medicine: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(passages):
            for name in set(one.medicines):
                self._of_medicine[name].append(at)
        self.relevance: Relevance = fitted()

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        embedder: Embedder,
        lay: LayWords,
        progress: Progress = lambda done, of: None,
    ) -> "Index":
        """Embeds every passage; blocks for about 15 ms each, and says how many of how many are done."""
        return cls(passages, Vectors.build(passages, embedder, progress), Postings.build(passages), embedder, lay)

    def save(self, folder: Path) -> None:
        """Whole or not at all; replaces what stands there."""
        shelf.save(folder, self.passages, self._vectors.arrays, self._postings.arrays, self._embedder.version)

    @classmethod
    def load(cls, folder: Path, embedder: Embedder, lay: LayWords) -> "Index":
        """What `save` wrote with this embedder; raises `IndexUnreadable`, after which it is built again."""
        passages, vectors, postings = shelf.load(folder, embedder.version)
        return cls(passages, Vectors(vectors), Postings(postings), embedder, lay)

    def ask(self, question: str, asked: Asked) -> Answer:
        """The passage that answers, or the reason why there is none; the ranked ones in either case."""
        threshold = self.relevance.threshold
        if not question.strip():
            return Answer(question, (), None, Refusal.EMPTY, threshold)
        found = self.evidence(question, asked)
        if not len(found.places):
            return Answer(question, (), None, Refusal.NOTHING_OPEN, threshold)
        ranked = tuple(self._ranked(found, at) for at in range(min(_SHOWN, len(found.places))))
        if ranked[0].chance < threshold:
            return Answer(question, ranked, None, Refusal.NOT_SURE, threshold)
        return Answer(question, ranked, ranked[0].passage, None, threshold)

    def evidence(self, question: str, asked: Asked) -> Evidence:
        """Of the passages that are open to the asker."""
        told = self._lay.told(question, asked.medicines, self._speaks_of)
        vector = self._embedder.embed([told])[0]
        said, words = (tuple(dict.fromkeys(terms(text))) for text in (question, told))
        places = self._candidates(vector, words, self._open(question, asked))
        if not len(places):
            return Evidence(places, np.empty((0, len(SHARED)), np.float32), np.empty(0, np.float32), (1, 1, 0, 1, 0))
        concepts = self._lay.concepts(question, asked.medicines)
        by_sense, by_words = self._vectors.likeness(vector, places), self._postings.shared(words, places)
        shared = np.stack((*by_sense, *by_words, *self._postings.covered(concepts, places)), axis=1).astype(np.float32)
        scores = self.relevance.scores(shared)
        order = np.argsort(-scores, kind="stable")
        around = (self._unknown(words), self._unknown(said), *self._vectors.usual(vector), len(concepts))
        return Evidence(places[order], shared[order], scores[order], around)

    def standing(self, found: Evidence, at: int = 0) -> Floats:
        """float32 [18]: what `Relevance.chance` goes by, of the passage at this rank."""
        others = np.delete(found.scores, at)
        score, second = found.scores[at], others[0] if len(others) else 0.0
        fifth = others[min(4, len(others) - 1)] if len(others) else 0.0
        unknown, unknown_said, usual, deviation, concepts = found.around
        out = (found.shared[at, 0] - usual) / deviation
        document = found.shared[self._documents[found.places] == self._documents[found.places[at]], 0].mean()
        last = (score, score - second, score - fifth, unknown, unknown_said, usual, out, concepts, document)
        return np.concatenate([found.shared[at], last]).astype(np.float32)

    def _ranked(self, found: Evidence, at: int) -> Ranked:
        shared = found.shared[at]
        chance = self.relevance.chance(self.standing(found, at))
        passage = self.passages[int(found.places[at])]
        return Ranked(passage, chance, float(shared[HELD]), float(shared[:HELD].max()), float(shared[COVERED]))

    def _open(self, question: str, asked: Asked) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (self._expires > asked.on.toordinal()) & (self._languages == asked.language)
        if others := self._lay.not_meant(question, asked.medicines):
            found &= ~self._only_of(others)
        return found if asked.audience is Audience.NURSE else found & ~self._nurses_only

    def _only_of(self, medicines: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Passages that are about no other medicine than some of these."""
        tags = np.zeros(len(self.passages), np.int32)
        for name in medicines:
            tags[self._of_medicine.get(name, [])] += 1
        found: npt.NDArray[np.bool_] = (tags > 0) & (tags == self._medicines)
        return found

    def _speaks_of(self, word: str) -> bool:
        return all(map(self._postings.knows, terms(word)))

    def _candidates(self, vector: Floats, words: Sequence[str], is_open: npt.NDArray[np.bool_]) -> Integers:
        """Ascending."""
        if not is_open.any():
            return np.empty(0, np.int32)
        by_sense = _best(np.where(is_open, self._vectors.proposed(vector), -np.inf), _BY_SENSE)
        by_words = _best(np.where(is_open, self._postings.proposed(words), 0), _BY_WORDS, above=0)
        return np.union1d(by_sense, by_words).astype(np.int32)

    def _unknown(self, words: Sequence[str]) -> float:
        weights = {word: self._postings.rarity(word) for word in words}
        missing = sum(weight for word, weight in weights.items() if not self._postings.knows(word))
        return missing / (sum(weights.values()) or 1.0)


def _best(scores: Floats, count: int, above: float = -np.inf) -> npt.NDArray[np.int64]:
    """Places of the highest scores, in no order."""
    chosen = np.argpartition(-scores, count)[:count] if len(scores) > count else np.arange(len(scores))
    return chosen[scores[chosen] > above]
