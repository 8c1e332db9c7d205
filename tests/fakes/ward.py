"""A patient in a check-in for whom a nurse is wanted, and a far side that takes messages or refuses them."""

import asyncio
from datetime import timedelta

from server.escalation import climbing, desk, history, oncall, work
from server.escalation.climbing import Policies
from server.escalation.directory import ContactBook
from server.escalation.pager import Pager, Sink
from server.escalation.rota import Rotation
from server.escalation.work import Delivery, Page
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId, PatientId
from server.vocabulary.principals import Staff
from tests.fakes.ladder import POLICIES, UTC_ZONE, book, push, sms
from tests.fakes.records import COMMAND, CONDUCTOR, NURSE, ROSA, Records

SWELLING = TriggerHit("SWELLING", 1, Tier.URGENT, "my anklecanary is swollen")
WORSE = TriggerHit("SWELLING", 1, Tier.EMERGENCY, "now I cannot walk")
PEOPLE = book(nia=(push("nia"), sms("nia")), ola=(sms("ola"),))
NAMES = {line.id: line.url for line in (push("nia"), sms("nia"), sms("ola"))}
NAMES |= {PEOPLE.catch_all.addresses[0].id: "catch-all", PEOPLE.operations.addresses[0].id: "operations"}


class RecordingSink:
    """Takes messages, after refusing as many as it was told to; those to some addresses it always refuses."""

    def __init__(self, refusals: int = 0, dead: tuple[str, ...] = ()) -> None:
        self.refusals = refusals
        self.dead = dead
        self.tried: list[Page] = []
        self.taken: asyncio.Queue[Page] = asyncio.Queue()

    @property
    def rung(self) -> list[str]:
        """Whom it was asked to ring, in order."""
        return [NAMES[page.address.id] for page in self.tried]

    async def send(self, page: Page) -> None:
        self.tried.append(page)
        if len(self.tried) <= self.refusals or NAMES[page.address.id] in self.dead:
            raise ConnectionError("anklecanary")
        self.taken.put_nowait(page)


class Ward:
    """With a pager whose rounds the test calls."""

    def __init__(self, records: Records, patient: PatientId, checkin: CheckInId) -> None:
        self.records, self.patient, self.checkin = records, patient, checkin

    @classmethod
    async def of(cls, records: Records) -> "Ward":
        patient = await records.add()
        return cls(records, patient, await records.order(patient))

    async def staffed(self) -> tuple[Staff, Staff]:
        """Nia is on call as nurse, Ola as charge nurse."""
        nia, ola = await self.records.hire("nia@clinic.example"), await self.records.hire("ola@clinic.example")
        for role, who in (("nurse", nia), ("charge_nurse", ola)):
            day = (self.records.clock.now() - timedelta(days=1)).date()
            rotation = Rotation(role, UTC_ZONE, day, self.records.clock.now().time(), (who.id,))
            await self.records.database.run(lambda tx, turn=rotation: oncall.rotate(tx, COMMAND, turn))  # type: ignore[misc]
        return nia, ola

    async def request(self, hit: TriggerHit = SWELLING) -> EscalationId:
        within = timedelta(minutes=15 if hit.tier is Tier.URGENT else 2)
        where = ROSA.address
        return await self.records.database.run(
            lambda tx: desk.request(
                tx, CONDUCTOR, checkin=self.checkin, patient=self.patient, hit=hit, turn=1, where=where, within=within
            )
        )

    async def state(self) -> str:
        (page,) = await self.records.database.run(lambda tx: desk.for_checkin(tx, NURSE, self.checkin))
        return page.state

    async def deliveries(self, page: EscalationId) -> list[Delivery]:
        return await self.records.database.run(lambda tx: work.deliveries(tx, page))

    async def story(self, page: EscalationId) -> list[str]:
        """What happened to a page, in order."""
        return [event.kind for event in await self.records.database.run(lambda tx: history.read(tx, NURSE, page))]

    async def leased(self) -> list[Page]:
        """What a process has that climbed and leased, and then stood still."""
        await self.records.database.run(lambda tx: climbing.climb_due(tx, POLICIES, PEOPLE, 8))
        return await self.records.database.run(lambda tx: work.lease(tx, 8), alone=False)

    def pager(self, sink: Sink, directory: ContactBook = PEOPLE, policies: Policies = POLICIES) -> Pager:
        return Pager(self.records.database, sink, directory, policies, tick=3600)
