"""The library's part in one check-in: a question is put to the release it began with, for as long as a turn can wait."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from server.conversation.state import Visit
from server.knowledge.answer import Asked
from server.knowledge.consulting import Outcome
from server.knowledge.reading_room import ReadingRoom
from server.persona.pack import Pack
from server.record.privacy import log
from server.vocabulary.speech import Passage, Told

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Guide:
    """What one check-in may be told from."""

    room: ReadingRoom
    release: str
    """The release that was told when it began; empty: none."""
    asked: Callable[[date], Asked]
    """Who asks, on a day."""

    def still_told(self, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """Without those of revisions that were retired since they were found: not a word of them is said, or said again."""
        retired = self.room.retired(self.release)
        return tuple(one for one in passages if (one.id.partition("#")[0], str(one.revision)) not in retired)

    async def told(self, question: str, until: float) -> Told | None:
        """What answers it by loop time `until`; None where nothing does, or it is late."""
        try:
            async with asyncio.timeout_at(until):
                outcome = await self.room.consult(self.release, question, self.asked(self.room.today))
        except Exception as error:  # noqa: BLE001  without the library a question is one that nobody could answer
            log(_logger, logging.WARNING, "library_failed", error=type(error).__name__)
            return None
        return told_of(outcome, self.release) if outcome is not None else None


def told_of(outcome: Outcome, release: str) -> Told | None:
    """The words of the conversation for what came of a question."""
    cited = outcome.citation
    if cited is None:
        return None
    return Told(
        cited.key,
        cited.revision,
        cited.approver,
        cited.title,
        cited.section,
        cited.source,
        release,
        outcome.sentences,
    )


def asking(pack: Pack, visit: Visit) -> Callable[[date], Asked]:
    """A patient with these medicines, by their generic names."""
    generics = {name.lower(): one.generic for one in pack.medicines.values() for name in (one.generic, *one.brands)}
    medicines = tuple(generics.get(one.name.lower(), one.name.lower()) for one in visit.medicines)
    return lambda day: Asked(day, medicines=medicines)
