"""What commands take from this installation: the pack that was asked for, and the sentence classifier where there is one."""

import contextlib
from collections.abc import AsyncIterator

from server import lessons
from server.app import PERSONAS, load_packs
from server.commands import terminal
from server.config import Settings
from server.knowledge import kit as knowledge
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.workbench.rehearsal import Judge


def pack_of(settings: Settings, persona: str) -> Pack:
    """The pack with this id; the command ends, and says which there are, where there is none."""
    packs = load_packs(settings)
    if persona not in packs:
        terminal.fail(f"persona: no pack named {persona!r}; there are: {', '.join(packs)}")
    return packs[persona]


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
