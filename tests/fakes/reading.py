"""A library with a real index in a test's own folder: bring texts in, publish, ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.conversation.state import Visit
from server.curation import subjects
from server.knowledge import golden, library
from server.knowledge.answer import Asked
from server.knowledge.consulting import Outcome
from server.knowledge.embedder import Embedder
from server.knowledge.folder import Folder
from server.knowledge.golden import Golden
from server.knowledge.importing import Imported, import_folder
from server.knowledge.lay_words import read_lay_words
from server.knowledge.publishing import Proposal, Publisher, limits_of
from server.knowledge.reading_room import ReadingRoom
from server.knowledge.releases import Override
from server.knowledge.rules import read_rules
from server.knowledge.stacks import Stacks
from server.record.database import Database
from server.vocabulary.principals import Principal, Service
from tests.fakes.records import COMMAND, CONDUCTOR, Records

PERSONAS = Path(__file__).parents[2] / "personas"
RULES = read_rules(PERSONAS / "shared" / "library.yaml")
LAY = read_lay_words(PERSONAS / "shared")
NOBODY = Visit(first_name="")


@dataclass
class Reading:
    """A library on record, with its publisher and a room that reads it."""

    records: Records
    folder: Path
    embedder: Embedder

    def stacks(self) -> Stacks:
        return Stacks(self.folder, self.embedder, LAY, lambda done, of: None)

    @property
    def publisher(self) -> Publisher:
        return Publisher(self.records.database, self.stacks(), RULES, subjects(RULES, ()))

    def room(self, database: Database | None = None) -> ReadingRoom:
        """Not started: a test looks when it wants to."""
        found = database or self.records.database
        return ReadingRoom(found, self.stacks(), limits_of(RULES), self.records.clock, CONDUCTOR)

    async def bring(
        self, texts: Mapping[str, str], goldens: Sequence[Golden] = (), *, mirror: bool = False
    ) -> Imported:
        folder = Folder(texts, tuple(goldens))
        say = lambda line: None  # noqa: E731
        database, note = self.records.database, "brought"
        return await import_folder(database, COMMAND, folder, note, say, over=False, retire_missing=mirror)

    async def propose(self, who: Principal = COMMAND) -> Proposal:
        return await self.publisher.propose(who, self.records.clock.now().date())

    async def publish(self, override: Override | None = None, who: Principal = COMMAND) -> str:
        return await self.publisher.publish(who, await self.propose(who), override)

    async def ask(self, question: str, release: str = "", room: ReadingRoom | None = None) -> Outcome | None:
        """Of the current release, or of this one."""
        room = room or self.room()
        await room.look()
        return await room.consult(release or room.current or "", question, Asked(room.today))

    async def said(self, question: str, release: str = "") -> str:
        """What is told; empty where it is refused."""
        outcome = await self.ask(question, release)
        return " ".join(outcome.sentences) if outcome else ""

    async def retire(self, name: str, who: Service = COMMAND) -> None:
        await self.records.database.run(lambda tx: library.retire(tx, who, name))

    async def goldens(self) -> list[Golden]:
        kept = await self.records.database.run(lambda tx: golden.kept(tx, COMMAND))
        return [one.golden for one in kept]
