"""Builds what curates the library: its rules, the indexes on this machine, and whoever publishes."""

import asyncio
import re
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from aiohttp import web

from server.checkin.guide import Guide, told_of
from server.config import Settings
from server.conversation.gate import Gate
from server.conversation.state import Visit
from server.knowledge import releases
from server.knowledge.answer import Asked
from server.knowledge.consulting import OpenRelease, Outcome, consult
from server.knowledge.desk import Desk, Judged
from server.knowledge.document import Document
from server.knowledge.embedder import Embedder
from server.knowledge.lay_words import read_lay_words
from server.knowledge.lint import Plain, Remark, lint
from server.knowledge.publishing import Publisher, Subjects, limits_of
from server.knowledge.reading_room import ReadingRoom
from server.knowledge.releases import Told
from server.knowledge.routes import add_routes
from server.knowledge.rules import CurationRules, read_rules
from server.knowledge.stacks import Stacks
from server.knowledge.telling import Limits
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.persona.plain import banned, grade
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock
from server.vocabulary.models import ModelMissing
from server.vocabulary.parts import Part
from server.vocabulary.principals import Service

PLAIN = Plain(grade, banned)
"""What patients are told is judged like what the persona says."""
SHARED = "shared"
RULES = Path(SHARED) / "library.yaml"
"""Below the folder of the persona packs."""
_LONG = 200
"""Passages, or questions, that take longer than somebody waits without a word: some 3 s."""


@dataclass(frozen=True)
class Curation:
    """What a service, or a command, has of the library."""

    room: ReadingRoom
    """Asks it, for check-ins and for the test panel."""
    publisher: Publisher
    embedder: Embedder
    rules: CurationRules

    def has_doses(self, text: str) -> bool:
        """Whether it says how much of a medicine to take, so that a pharmacist must approve it."""
        return self.rules.dose.search(text) is not None

    def remarks(self, document: Document) -> list[Remark]:
        """What a reviewer should look at, by the same measure as the persona's scripts."""
        return lint(document, self.rules, PLAIN)


async def opened(
    settings: Settings,
    database: Database,
    personas: Path,
    packs: Iterable[Pack],
    clock: Clock,
    tell: Callable[[str], None],
    embedder: Embedder | None = None,
) -> Curation:
    """Its room follows nothing yet: see `ReadingRoom.start`. Raises ModelMissing, RulesInvalid."""
    rules = read_rules(personas / RULES)
    store = ModelStore(settings.model_cache, settings.model_mirror, tell)
    if embedder is None:
        embedder = await asyncio.to_thread(Embedder.load, store)
    kept = stacks(settings, embedder, personas, tell)
    room = ReadingRoom(database, kept, limits_of(rules), clock, Service("conductor"))
    return Curation(room, Publisher(database, kept, rules, subjects(rules, packs)), embedder, rules)


async def running(
    stack: AsyncExitStack,
    settings: Settings,
    database: Database,
    personas: Path,
    packs: Iterable[Pack],
    clock: Clock,
    tell: Callable[[str], None],
    embedder: Embedder | None,
) -> tuple[Curation | None, Part]:
    """The library of a service, closed with `stack`; None where its model cannot be had."""
    try:
        found = await opened(settings, database, personas, packs, clock, tell, embedder)
    except ModelMissing as error:
        return None, Part("library", "fallback", f"every question is left to a nurse: {error}")
    await found.room.start()
    stack.push_async_callback(found.room.close)
    return found, library_part(found.room)


def add_pages(app: web.Application, found: Curation | None, packs: Iterable[Pack]) -> None:
    """The clinicians' console; none without a library. Call after `pages.install`."""
    if found is None:
        return
    gate = Gate(next(iter(packs)), Visit(first_name=""))
    guide = Guide(found.room, "", Asked)

    def judged(outcome: Outcome, release: str) -> list[Judged]:
        """As a check-in that began with this release judges what it is about to say."""
        told = told_of(outcome, release)
        if told is None:
            return []
        passages = replace(guide, release=release).still_told([told.as_passage()])
        receipts = [(sentence, gate.judge(sentence, passages=passages)) for sentence in told.sentences]
        return [Judged(sentence, receipt, gate.explain(receipt.reason)) for sentence, receipt in receipts]

    add_routes(app, Desk(found.room, found.publisher, found.embedder, found.rules, PLAIN, judged))


def library_part(room: ReadingRoom) -> Part:
    told = room.current
    return Part("library", "live", f"release {told}" if told else "nothing is published yet: nightlight knowledge")


@dataclass(frozen=True)
class Asker:
    """The release that is told now, asked as a check-in asks it."""

    release: OpenRelease
    limits: Limits
    retired: frozenset[tuple[str, str]]

    def __call__(self, question: str, asked: Asked) -> Outcome:
        return consult(self.release, question, asked, self.limits, self.retired)


async def asker(settings: Settings, database: Database, personas: Path, tell: Callable[[str], None]) -> Asker | None:
    """None where nothing is published. Raises ModelMissing."""

    def read(tx: Transaction) -> tuple[str, list[Told], frozenset[tuple[str, str]]] | None:
        current, me = releases.current(tx), Service("conductor")
        return (current, releases.told_in(tx, me, current), releases.retired_in(tx, me, current)) if current else None

    found = await database.run(read)
    if found is None:
        return None
    current, told, retired = found
    embedder = await asyncio.to_thread(Embedder.load, ModelStore(settings.model_cache, settings.model_mirror, tell))
    opened = await asyncio.to_thread(stacks(settings, embedder, personas, tell).open, current, told)
    return Asker(opened, limits_of(read_rules(personas / RULES)), retired)


def stacks(settings: Settings, embedder: Embedder, personas: Path, tell: Callable[[str], None]) -> Stacks:
    """Where this machine keeps the indexes of releases."""
    return Stacks(
        settings.data / "library", embedder, read_lay_words(personas / SHARED), partial(progress(tell), "passages")
    )


def progress(tell: Callable[[str], None]) -> Callable[[str, int, int], None]:
    """A line for every tenth of what takes long."""

    def told(what: str, done: int, of: int) -> None:
        if of > _LONG and done * 10 // of != (done - 1) * 10 // of:
            tell(f"  {done} of {of} {what}")

    return told


def subjects(rules: CurationRules, packs: Iterable[Pack]) -> Subjects:
    """Finds the medicines of the packs and the signs of the rules in a sentence."""
    named = dict(rules.signs)
    for pack in packs:
        for one in pack.medicines.values():
            named[one.generic] = "|".join(map(re.escape, (one.generic, *one.brands)))
    patterns = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in named.items()}
    return lambda sentence: frozenset(name for name, pattern in patterns.items() if pattern.search(sentence))
