"""Prepares the paraphrase classifier of a process, and says what it got."""

import asyncio
from collections.abc import Sequence

from server.knowledge.embedder import Embedder
from server.knowledge.examples import Example
from server.knowledge.likeness import Classifier
from server.knowledge.training import fingerprint, trained
from server.vocabulary.models import ModelMissing, Models
from server.vocabulary.parts import Part

_WITHOUT = "phrases and numbers only, which miss about one in five oddly worded emergencies"


async def classifier(models: Models, examples: Sequence[Example]) -> tuple[Classifier | None, Part]:
    """The classifier, fetched, built and trained if need be; None where it cannot be had, and phrases decide alone."""
    if not examples:
        return None, Part("triage", "fallback", f"{_WITHOUT}: there are no example utterances to learn from")
    try:
        made = await asyncio.to_thread(_prepared, models, examples)
    except ModelMissing as error:
        return None, Part("triage", "fallback", f"{_WITHOUT}: {error}")
    what = f"phrases and numbers, and a sentence classifier (MiniLM-L6, {len(examples)} examples), on this machine"
    return made, Part("triage", "live", what)


def _prepared(models: Models, examples: Sequence[Example]) -> Classifier:
    embedder = Embedder.load(models)
    made = Classifier(embedder, trained(embedder, examples, models.tell), fingerprint(embedder, examples))
    made.likenesses("Hello there.")
    return made
