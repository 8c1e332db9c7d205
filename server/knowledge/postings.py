"""Which passages hold a word, and how much it says that they do: BM25 (Robertson & Zaragoza 2009) over stems.

A word of a heading counts as three: `Missed dose` above a passage tells more than the same words in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.knowledge.lay_words import Concept
from server.knowledge.parts import plain_text
from server.knowledge.passage import Passage
from server.knowledge.terms import terms

_SATURATION, _LENGTH = 1.2, 0.75
"""k1 and b, as Robertson & Zaragoza recommend."""
_HEADING = 3
_COMMON = 0.1
"""Share of the passages from which a word of a large library no longer proposes any by itself."""
_LARGE = 20_000

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Posting:
    """Where one word stands."""

    passages: Integers
    """Ascending."""
    weights: Floats
    """BM25 of the word in each, without its rarity."""
    in_heading: npt.NDArray[np.bool_]


_NOWHERE = Posting(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.bool_))


class Postings:
    """Immutable; what it is made of is in three flat arrays, cut by `starts`."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self.arrays = arrays
        """What this takes, to be kept in a file."""
        self._places = {str(word): place for place, word in enumerate(arrays["words"])}
        self._starts = np.asarray(arrays["starts"], np.int64)
        self._headings = np.asarray(arrays["headings"], np.float32)
        self._passages = np.asarray(arrays["passages"], np.int32)
        self._weights = np.asarray(arrays["weights"], np.float32)
        self._in_heading = np.asarray(arrays["in_heading"], np.bool_)
        self.size = int(arrays["size"])

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> "Postings":
        texts = [Counter(terms(f"{' '.join(one.above)} {plain_text(one.text)}")) for one in passages]
        headings = [Counter(terms(one.own_heading)) for one in passages]
        counts = [
            text + Counter({word: _HEADING * n for word, n in above.items()})
            for text, above in zip(texts, headings, strict=True)
        ]
        lengths = np.array([sum(one.values()) for one in counts], np.float32)
        scale = _SATURATION * (
            1 - _LENGTH + _LENGTH * lengths / max(float(lengths.mean()) if len(lengths) else 1.0, 1.0)
        )
        entries = sorted((word, place, count) for place, one in enumerate(counts) for word, count in one.items())
        words = list(dict.fromkeys(word for word, _, _ in entries))
        places = np.array([place for _, place, _ in entries], np.int32)
        often = np.array([count for _, _, count in entries], np.float32)
        spread = Counter(word for word, _, _ in entries)
        arrays = {
            "words": np.array(words, np.str_),
            "starts": np.concatenate([[0], np.cumsum([spread[word] for word in words])]).astype(np.int64),
            "passages": places,
            "weights": (often * (_SATURATION + 1) / (often + scale[places])).astype(np.float32),
            "in_heading": np.array([word in headings[place] for word, place, _ in entries], np.bool_),
            "size": np.array(len(passages)),
        }
        made = cls({**arrays, "headings": np.zeros(len(passages), np.float32)})
        weighed = [sum(made.rarity(word) for word in above) for above in headings]
        return cls({**arrays, "headings": np.array(weighed, np.float32)})

    def knows(self, word: str) -> bool:
        return word in self._places

    def posting(self, word: str) -> Posting:
        place = self._places.get(word)
        if place is None:
            return _NOWHERE
        cut = slice(int(self._starts[place]), int(self._starts[place + 1]))
        return Posting(self._passages[cut], self._weights[cut], self._in_heading[cut])

    def rarity(self, word: str) -> float:
        """Inverse document frequency, above 0 also for a word of every passage."""
        place = self._places.get(word)
        held = 0 if place is None else int(self._starts[place + 1] - self._starts[place])
        return float(np.log1p((self.size - held + 0.5) / (held + 0.5)))

    def proposed(self, words: Iterable[str]) -> Floats:
        """BM25 of every passage, float32 [n]; in a large library common words are left out."""
        scores = np.zeros(self.size, np.float32)
        for word in words:
            found = self.posting(word)
            if self.size <= _LARGE or len(found.passages) <= _COMMON * self.size:
                scores[found.passages] += np.float32(self.rarity(word)) * found.weights
        return scores

    def shared(self, words: Sequence[str], chosen: Integers) -> tuple[Floats, Floats]:
        """Of the ascending passages `chosen`: how much of the words' weight they hold, and of their heading's."""
        held, heading = (np.zeros(len(chosen), np.float32) for _ in range(2))
        weight = sum(self.rarity(word) for word in words) or 1.0
        for word in words:
            rarity, found = np.float32(self.rarity(word)), self.posting(word)
            at, there = _places(found, chosen)
            held += there * rarity
            heading += there * rarity * (found.in_heading[at] if there.any() else 0)
        above: Floats = (heading / np.maximum(self._headings[chosen], 1e-6)).astype(np.float32)
        return (held / weight).astype(np.float32), above

    def covered(self, concepts: Sequence[Concept], chosen: Integers) -> tuple[Floats, Floats, Floats]:
        """Of the ascending passages `chosen`: how much of what is spoken of they speak of too, rare things counting more;
        the same, all counting alike; and how rare the rarest thing is that they do not speak of, 0 to 1."""
        total, share, missing = (np.zeros(len(chosen), np.float32) for _ in range(3))
        weight, rarest = 0.0, self.rarity("")
        for concept in concepts:
            rarity = self._rarity_of(concept)
            weight += rarity
            there = np.zeros(len(chosen), np.bool_)
            for way in concept:
                there |= np.logical_and.reduce([_places(self.posting(word), chosen)[1] for word in way])
            total += there * np.float32(rarity)
            share += there
            missing = np.maximum(missing, np.where(there, 0, rarity / rarest)).astype(np.float32)
        told: Floats = (total / (weight or 1.0)).astype(np.float32)
        return told, (share / (len(concepts) or 1)).astype(np.float32), missing

    def _rarity_of(self, concept: Concept) -> float:
        """That of its two commonest ways to be said, each as rare as its rarest word: a thing of many names is as common as
        those."""
        return float(np.mean(sorted(max(map(self.rarity, way)) for way in concept)[:2]))


def _places(found: Posting, chosen: Integers) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Where in the posting the chosen passages would stand, and which do."""
    if not len(found.passages):
        return np.zeros(len(chosen), np.int64), np.zeros(len(chosen), np.bool_)
    at = np.searchsorted(found.passages, chosen).clip(max=len(found.passages) - 1)
    return at, found.passages[at] == chosen
