"""Teaches the paraphrase classifier its examples, once for each set of them; the result is kept beside the model."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple

import numpy as np

from server.knowledge.embedder import Embedder
from server.knowledge.examples import Example
from server.knowledge.head import Head, train

_VERSION = "2"
"""Raise it when the same examples would give another head."""
_TOLD_EVERY = 1000
_PUNCTUATION = re.compile(r"[.,;:!?]+(?=\s|$)")


def trained(embedder: Embedder, examples: Sequence[Example], tell: Callable[[str], None]) -> Head:
    """The head for these examples, trained now (about a minute) or read from the cache; blocks."""
    path = embedder.folder / f"likeness-{_fingerprint(embedder, examples)}.npz"
    if path.is_file():
        return Head.read(path)
    tell(f"Teaching the sentence classifier {len(examples)} examples (about a minute, once)")
    lessons = list(_lessons(examples))
    vectors = []
    for number, lesson in enumerate(lessons, 1):
        vectors.append(embedder.read(lesson.utterance).whole)
        if number % _TOLD_EVERY == 0:
            tell(f"  {number * 100 // len(lessons)} % read")
    made = train(np.stack(vectors), [lesson.label for lesson in lessons])
    made.save(path)
    return made


def _lessons(examples: Sequence[Example]) -> Iterator[Example]:
    """Each example as written, and as a recognizer may write it: without commas and full stops."""
    for example in dict.fromkeys(examples):
        yield example
        if (bare := _PUNCTUATION.sub("", example.utterance)) != example.utterance and bare:
            yield Example(example.label, bare)


def _fingerprint(embedder: Embedder, examples: Sequence[Example]) -> str:
    known = json.dumps([_VERSION, embedder.version, [astuple(example) for example in examples]])
    return hashlib.sha256(known.encode()).hexdigest()[:16]
