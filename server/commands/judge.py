"""The sentence classifiers as commands take them: where their model is."""

import contextlib
from collections.abc import AsyncIterator, Sequence

from server import lessons
from server.commands import terminal
from server.config import Settings
from server.conversation.gate import Claims
from server.installation import PERSONAS, load_packs
from server.knowledge import kit as knowledge
from server.knowledge.examples import Example
from server.knowledge.likeness import Classifier
from server.model_store import ModelStore
from server.workbench.rehearsal import Judge


@contextlib.asynccontextmanager
async def classifier(settings: Settings) -> AsyncIterator[Judge | None]:
    """The sentence classifier where its model is there; where it is not, that is said."""
    async with _taught(settings, lessons.examples(PERSONAS, load_packs(settings)), knowledge.RED_FLAGS) as made:
        yield made.likenesses if made is not None else None


@contextlib.asynccontextmanager
async def claims(settings: Settings) -> AsyncIterator[Claims | None]:
    """What tells the output gate of claims, likewise."""
    async with _taught(settings, lessons.free_talk(PERSONAS), knowledge.CLAIMS) as made:
        yield made.strongest if made is not None else None


@contextlib.asynccontextmanager
async def _taught(
    settings: Settings, examples: Sequence[Example], subject: knowledge.Subject
) -> AsyncIterator[Classifier | None]:
    store = ModelStore(settings.model_cache, settings.model_mirror, terminal.note)
    made, part = await knowledge.classifier(store, examples, subject)
    if made is None:
        terminal.note(f"no sentence classifier: {part.what}")
        yield None
        return
    try:
        yield made
    finally:
        made.close()
