"""Prepares the classifiers of a process, and says what it got."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from server.knowledge.embedder import Embedder
from server.knowledge.examples import Example
from server.knowledge.likeness import Classifier
from server.knowledge.training import fingerprint, trained
from server.vocabulary.models import ModelMissing, Models
from server.vocabulary.parts import Part


@dataclass(frozen=True)
class Subject:
    """What a classifier tells apart."""

    name: str
    """Of its head in the model cache."""
    part: str
    """Of the service that asks it."""
    without: str
    """What that part does without it."""
    lived: str
    """And with it."""


RED_FLAGS = Subject(
    "likeness",
    "triage",
    "phrases and numbers only, which miss about one in five oddly worded emergencies",
    "phrases and numbers, and a sentence classifier",
)
CLAIMS = Subject(
    "claims",
    "gate",
    "talk that claims nothing is known by lists only, which refuse half of what a model says in its own words",
    "lists, and a sentence classifier for talk that claims nothing",
)


async def classifier(
    models: Models, examples: Sequence[Example], subject: Subject = RED_FLAGS, embedder: Embedder | None = None
) -> tuple[Classifier | None, Part]:
    """The classifier, fetched, built and trained if need be; None where it cannot be had, and rules decide alone.
    `embedder`: the one that is there already."""
    if not examples:
        return None, Part(subject.part, "fallback", f"{subject.without}: there are no examples to learn from")
    try:
        made = await asyncio.to_thread(_prepared, models, examples, subject, embedder)
    except ModelMissing as error:
        return None, Part(subject.part, "fallback", f"{subject.without}: {error}")
    what = f"{subject.lived} (MiniLM-L6, {len(examples)} examples), on this machine"
    return made, Part(subject.part, "live", what)


def _prepared(models: Models, examples: Sequence[Example], subject: Subject, embedder: Embedder | None) -> Classifier:
    embedder = embedder or Embedder.load(models)
    head = trained(embedder, examples, models.tell, subject.name)
    made = Classifier(embedder, head, fingerprint(embedder, examples))
    made.likenesses("Hello there.")
    return made
