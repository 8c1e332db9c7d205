"""One real check-in in this process: the conductor, the gate, a voice and records, at a patient's bed of a test's making."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from server.checkin.checkin import CheckIn
from server.checkin.guide import Guide
from server.checkin.journal import CONDUCTOR, Whereabouts
from server.checkin.meaning import Classifier
from server.checkin.purse import Means
from server.checkin.senses import Perception
from server.checkin.setting import Setting
from server.conversation.gate import Claims
from server.conversation.state import Visit
from server.media.peer import PeerCall
from server.persona.loading import load_pack
from server.persona.pack import Pack
from server.record import checkins, journal
from server.record.database import Database
from server.speech.endpoints import Endpoint, Endpoints
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId
from server.vocabulary.spending import Limit, Prices
from tests.fakes.peer import PatientPeer
from tests.fakes.records import Records
from tests.fakes.waiting import until

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
PAST_THE_SCREEN: tuple[e.Event, ...] = (
    e.CheckInStarted(PACK.id, PACK.version, PACK.content_hash, resumed=False),
    *(e.PatientTurn(turn, "No.", typed=True, continues=False) for turn in range(1, 6)),
)
"""The emergency screen is over; how the patient has been is asked next."""
PLENTY = Limit(1_000_000)

E = TypeVar("E", bound=e.Event)


def means(*urls: str, checkin: Limit = PLENTY, day: Limit = PLENTY, prices: Prices | None = None) -> Means:
    """Language models at these addresses."""
    endpoints = Endpoints([Endpoint(url, "", "small", "large", on_this_machine=True) for url in urls])
    return Means(endpoints, prices or Prices({}), checkin, day)


@dataclass
class Bedside:
    """A running check-in and everything that was recorded of it."""

    checkin: CheckIn
    call: PeerCall
    database: Database
    id: CheckInId
    events: list[e.Event] = field(default_factory=list)
    shown: list[dict[str, object]] = field(default_factory=list)
    """What the patient's page was sent."""

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def words(self) -> str:
        """Everything that was played or shown as a caption."""
        heard = [speech.heard for speech in self.of(e.SpeechHeard)]
        sentences = [sentence.text for sentence in self.of(e.SentenceHeard) if sentence.heard_words]
        captions = [str(message["text"]) for message in self.shown if message["k"] == "cap"]
        return " ".join([*heard, *sentences, *captions])

    async def say(self, text: str) -> list[str]:
        """Type a turn; returns the sentences that the gate let pass in reply, up to its question."""
        await self.greeted()
        before = len(self.of(e.SentenceGated))
        await self.checkin.typed(text)
        await until(lambda: any(one.text.endswith("?") for one in self.of(e.SentenceGated)[before:]), 20)
        return [one.text for one in self.of(e.SentenceGated)[before:] if one.allowed]

    async def greeted(self) -> None:
        """Wait until the first words, up to their question, have passed the gate."""
        await until(lambda: any(one.text.endswith("?") for one in self.of(e.SentenceGated)), 20)

    async def heard_out(self) -> None:
        """Wait until the persona has finished what it is saying."""
        before = len(self.of(e.SpeechHeard))
        await until(lambda: len(self.of(e.SpeechHeard)) > before, 40)

    async def written(self) -> list[e.Event]:
        """The journal as it stands on disk."""
        entries = await self.database.run(lambda tx: journal.read(tx, CONDUCTOR, self.id))
        return [entry.event for entry in entries]


@asynccontextmanager
async def bedside(
    records: Records,
    kit: SpeechKit,
    language: Means | None,
    past: Sequence[e.Event] = PAST_THE_SCREEN,
    peer: PatientPeer | None = None,
    pack: Pack = PACK,
    visit: Visit = VISIT,
    classifier: Classifier | None = None,
    perception: Perception | None = None,
    guide: Guide | None = None,
    voice_usual: e.VoiceTimingLearned | None = None,
    claims: Claims | None = None,
) -> AsyncIterator[Bedside]:
    """A check-in that has begun; by voice where a peer is given, else by typing."""
    patient = await records.add()
    id_ = await records.order(patient)
    await records.database.run(lambda tx: checkins.start(tx, CONDUCTOR, id_, pack.version, pack.content_hash))
    call = PeerCall([])
    events: list[e.Event] = []
    within = {tier: timedelta(minutes=5) for tier in Tier}
    setting = Setting(
        id=id_,
        pack=pack,
        visit=visit,
        whereabouts=Whereabouts(id_, patient, "17 Elm Street", within),
        database=records.database,
        kit=kit,
        classifier=classifier,
        means=language,
        perception=perception,
        voice_usual=voice_usual,
        elapsed=0.0,
        publish=events.append,
        guide=guide,
        claims=claims,
    )
    there = Bedside(CheckIn(setting, call, past), call, records.database, id_, events)
    call.use_socket(lambda message: there.shown.append(dict(message)))
    await there.checkin.start()
    if peer is None:
        await call.text_only()
    else:
        await peer.connect(call.offer)
        await peer.until(lambda message: message.get("k") == "clk")
    await there.checkin.connected()
    yield there
    await there.checkin.close()
    if language is not None and isinstance(language.models, Endpoints):
        await language.models.close()
