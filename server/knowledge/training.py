"""Teaches a classifier of sentences its examples, once for each set of them; the result is kept beside the model."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path

import numpy as np

from server.knowledge.embedder import Embedder
from server.knowledge.examples import Example
from server.knowledge.head import Floats, Head, HeadUnreadable, train
from server.knowledge.likeness import FEATURES, features

_VERSION = "6"
"""Raise it when the same examples would give another head, or a stored one is read otherwise: with any change of `head`."""
_NAME = "{}-{}.npz"
_READERS = 2
"""Texts read at a time; each is still read alone, so their number changes nothing."""
_TOLD_EVERY = 1000
_PUNCTUATION = re.compile(r"[.,;:!?]+(?=\s|$)")


def trained(
    embedder: Embedder, examples: Sequence[Example], tell: Callable[[str], None], subject: str = "likeness"
) -> Head:
    """The head for these examples, trained now (up to two minutes) or read from the cache; blocks. `subject` names what is told
    apart: each has one head in the cache."""
    path = embedder.folder / _NAME.format(subject, fingerprint(embedder, examples))
    if kept := _kept(path):
        return kept
    tell(f"Teaching the sentence classifier ({subject}) {len(examples)} examples (up to two minutes, once)")
    lessons = list(_lessons(examples))
    vectors = np.empty((len(lessons), FEATURES), np.float32)
    with ThreadPoolExecutor(_READERS) as readers:
        for number, row in enumerate(readers.map(lambda lesson: _whole(embedder, lesson.utterance), lessons)):
            vectors[number] = row
            if number % _TOLD_EVERY == 0:
                tell(f"  {number * 100 // len(lessons)} % read")
    made = train(vectors, [lesson.label for lesson in lessons])
    made.save(path)
    for older in set(embedder.folder.glob(_NAME.format(subject, "*"))) - {path}:
        older.unlink(missing_ok=True)
    return made


def fingerprint(embedder: Embedder, examples: Sequence[Example]) -> str:
    """Names the head that these examples give: two classifiers of one fingerprint say the same."""
    known = json.dumps([_VERSION, embedder.version, [astuple(example) for example in examples]])
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _kept(path: Path) -> Head | None:
    """None where there is none, or it is damaged: it is then trained again."""
    try:
        return Head.read(path) if path.is_file() else None
    except HeadUnreadable:
        return None


def _whole(embedder: Embedder, text: str) -> Floats:
    row: Floats = features(embedder.read(text), text, [(0, len(text))])[0]
    return row


def _lessons(examples: Sequence[Example]) -> Iterator[Example]:
    """Each example as written, and as a recognizer may write it: without commas and full stops."""
    for example in dict.fromkeys(examples):
        yield example
        if (bare := _PUNCTUATION.sub("", example.utterance)) != example.utterance and bare:
            yield Example(example.label, bare)
