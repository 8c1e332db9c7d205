"""What the clinicians' console works with: the same parts that a check-in is told by, and the rules it is curated by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from multidict import MultiDictProxy

from server.knowledge.consulting import Outcome
from server.knowledge.embedder import Embedder
from server.knowledge.lint import Plain
from server.knowledge.publishing import Publisher
from server.knowledge.reading_room import ReadingRoom
from server.knowledge.rules import CurationRules
from server.vocabulary.errors import ServiceError
from server.vocabulary.speech import Receipt

HOME = "/staff/library"


@dataclass(frozen=True)
class Judged:
    """One sentence of an answer and what the output gate of a call says to it."""

    sentence: str
    receipt: Receipt
    why: str
    """The gate's reason, in words."""


@dataclass(frozen=True)
class Desk:
    """The parts of the library that pages share."""

    room: ReadingRoom
    publisher: Publisher
    embedder: Embedder
    rules: CurationRules
    plain: Plain
    judge: Callable[[Outcome, str], Sequence[Judged]]
    """The gate's verdict on every sentence of an answer from a release."""

    @property
    def today(self) -> date:
        return self.room.today

    def has_doses(self, text: str) -> bool:
        """Whether it says how much of a medicine to take, so that a pharmacist must approve it."""
        return self.rules.dose.search(text) is not None


def problem(error: ServiceError) -> str:
    """What the records refused, one line for each thing that is wrong."""
    return "\n".join(map(str, error.args)) or error.patient_sees


def text_in(fields: MultiDictProxy[str | bytes | bytearray | web.FileField], name: str) -> str:
    """A field as it was typed, with the line ends of our documents; empty where it is not there."""
    value = fields.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""
