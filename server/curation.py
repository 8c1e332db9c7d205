"""Builds what curates the library: its rules, the indexes on this machine, and whoever publishes."""

import asyncio
import re
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path

from server.config import Settings
from server.knowledge.embedder import Embedder
from server.knowledge.lay_words import read_lay_words
from server.knowledge.publishing import Publisher, Subjects, limits_of
from server.knowledge.reading_room import ReadingRoom
from server.knowledge.rules import CurationRules, read_rules
from server.knowledge.stacks import Stacks
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.record.database import Database
from server.vocabulary.clock import Clock
from server.vocabulary.models import ModelMissing
from server.vocabulary.parts import Part
from server.vocabulary.principals import Service

ENDINGS = (".md", ".markdown", ".txt")
"""Files that can be documents."""

SHARED = "shared"
RULES = Path(SHARED) / "library.yaml"
"""Below the folder of the persona packs."""
_LONG = 200
"""Passages that take longer than somebody waits without a word: some 3 s."""


def read_document(path: Path) -> str:
    """The file as Markdown. Raises DocumentError."""
    return path.read_text("utf-8")


async def publisher(
    settings: Settings, database: Database, personas: Path, packs: Iterable[Pack], tell: Callable[[str], None]
) -> Publisher:
    """Whoever publishes from this process. Raises ModelMissing, RulesInvalid."""
    rules = read_rules(personas / RULES)
    store = ModelStore(settings.model_cache, settings.model_mirror, tell)
    embedder = await asyncio.to_thread(Embedder.load, store)
    return Publisher(database, stacks(settings, embedder, personas, tell), rules, subjects(rules, packs))


async def reading_room(
    stack: AsyncExitStack, settings: Settings, database: Database, store: ModelStore, personas: Path, clock: Clock
) -> tuple[ReadingRoom | None, Part]:
    """The library as a service reads it, closed with `stack`; None where its model cannot be had."""
    rules = read_rules(personas / RULES)
    try:
        embedder = await asyncio.to_thread(Embedder.load, store)
    except ModelMissing as error:
        return None, Part("library", "fallback", f"every question is left to a nurse: {error}")
    room = ReadingRoom(
        database, stacks(settings, embedder, personas, store.tell), limits_of(rules), clock, Service("conductor")
    )
    await room.start()
    stack.push_async_callback(room.close)
    told = room.current
    return room, Part(
        "library", "live", f"release {told}" if told else "nothing is published yet: nightlight knowledge"
    )


def stacks(settings: Settings, embedder: Embedder, personas: Path, tell: Callable[[str], None]) -> Stacks:
    """Where this machine keeps the indexes of releases."""
    return Stacks(settings.data / "library", embedder, read_lay_words(personas / SHARED), _progress(tell))


def _progress(tell: Callable[[str], None]) -> Callable[[int, int], None]:
    """A line for every tenth of what takes long."""

    def told(done: int, of: int) -> None:
        if of > _LONG and done * 10 // of != (done - 1) * 10 // of:
            tell(f"  {done} of {of} passages")

    return told


def subjects(rules: CurationRules, packs: Iterable[Pack]) -> Subjects:
    """Finds the medicines of the packs and the signs of the rules in a sentence."""
    named = dict(rules.signs)
    for pack in packs:
        for one in pack.medicines.values():
            named[one.generic] = "|".join(map(re.escape, (one.generic, *one.brands)))
    patterns = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in named.items()}
    return lambda sentence: frozenset(name for name, pattern in patterns.items() if pattern.search(sentence))
