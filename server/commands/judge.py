"""The sentence classifiers as commands take them: where their model is."""

import contextlib
from collections.abc import AsyncIterator

from server import lessons
from server.commands import terminal
from server.config import Settings
from server.conversation.gate import Claims
from server.installation import PERSONAS, load_packs
from server.knowledge import kit as knowledge
from server.model_store import ModelStore
from server.workbench.rehearsal import Judge


@contextlib.asynccontextmanager
async def classifier(settings: Settings) -> AsyncIterator[Judge | None]:
    """The sentence classifier where its model is there; where it is not, that is said."""
    store = ModelStore(settings.model_cache, settings.model_mirror, terminal.note)
    made, part = await knowledge.classifier(store, lessons.examples(PERSONAS, load_packs(settings)))
    if made is None:
        terminal.note(f"no sentence classifier: {part.what}")
        yield None
        return
    try:
        yield made.likenesses
    finally:
        made.close()


@contextlib.asynccontextmanager
async def claims(settings: Settings) -> AsyncIterator[Claims | None]:
    """What tells the output gate of claims, likewise."""
    store = ModelStore(settings.model_cache, settings.model_mirror, terminal.note)
    made, part = await knowledge.classifier(store, lessons.free_talk(PERSONAS), knowledge.CLAIMS)
    if made is None:
        terminal.note(f"no sentence classifier: {part.what}")
        yield None
        return
    try:
        yield made.strongest
    finally:
        made.close()
