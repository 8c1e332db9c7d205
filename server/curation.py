"""Builds what curates the library: its rules, the indexes on this machine, and whoever publishes."""

import asyncio
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from server.config import Settings
from server.knowledge.embedder import Embedder
from server.knowledge.publishing import Publisher, Subjects
from server.knowledge.rules import CurationRules, read_rules
from server.knowledge.shelf import Shelf
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.record.database import Database

ENDINGS = (".md", ".markdown", ".txt")
"""Files that can be documents."""

RULES = Path("shared") / "library.yaml"
"""Below the folder of the persona packs."""


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
    return Publisher(database, shelf(settings, embedder, tell), rules, subjects(rules, packs))


def shelf(settings: Settings, embedder: Embedder, tell: Callable[[str], None]) -> Shelf:
    """Where this machine keeps the indexes of releases."""
    return Shelf(settings.data / "library", embedder, tell)


def subjects(rules: CurationRules, packs: Iterable[Pack]) -> Subjects:
    """Finds the medicines of the packs and the signs of the rules in a sentence."""
    named = dict(rules.signs)
    for pack in packs:
        for one in pack.medicines.values():
            named[one.generic] = "|".join(map(re.escape, (one.generic, *one.brands)))
    patterns = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in named.items()}
    return lambda sentence: frozenset(name for name, pattern in patterns.items() if pattern.search(sentence))
