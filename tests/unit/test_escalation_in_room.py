"""A nurse in the call: her pages follow what she does, other nurses' stay theirs, and hers ring again when she is lost."""

from datetime import timedelta
from typing import Literal

import pytest

from server.escalation import desk, history, in_room, work
from server.record.audit import AuditAction
from server.vocabulary.errors import NotPermitted
from server.vocabulary.events import RoomChanged
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId
from server.vocabulary.principals import Principal, Staff
from tests.fakes.records import CONDUCTOR, Records

KIND = "unit"
CHEST = TriggerHit("CHEST_PAIN", 3, Tier.EMERGENCY, "my chest hurts")
Change = Literal["listening", "talking", "handed_back", "left", "lost"]


class Ward:
    """Two nurses and a patient in danger."""

    def __init__(self, records: Records, checkin: CheckInId, page: EscalationId, nia: Staff, dana: Staff) -> None:
        self.records, self.checkin, self.page, self.nia, self.dana = records, checkin, page, nia, dana

    async def does(self, who: Staff, state: Change, by: Principal | None = None) -> desk.Escalation:
        change = RoomChanged(who.id, who.name, state)
        await self.records.database.run(lambda tx: in_room.follow(tx, by or who, self.checkin, change))
        return await self.records.database.run(lambda tx: desk.get(tx, self.nia, self.page))

    async def rings(self) -> bool:
        """Whether the ladder of the page is due or will be."""
        overdue, _ = await self.records.database.run(work.overdue)
        return overdue is not None


@pytest.fixture
async def ward(records: Records) -> Ward:
    patient = await records.add()
    checkin = await records.order(patient)
    page = await records.database.run(
        lambda tx: desk.request(
            tx, CONDUCTOR, checkin=checkin, patient=patient, hit=CHEST, turn=1, where="", within=timedelta(minutes=2)
        )
    )
    return Ward(records, checkin, page, await records.hire(), await records.hire("dana@clinic.example"))


async def test_nobody_else_takes_a_nurse_out_of_her_call(ward: Ward) -> None:
    await ward.does(ward.nia, "talking")
    with pytest.raises(NotPermitted):
        await ward.does(ward.nia, "left", by=CONDUCTOR)
    assert (await ward.records.database.run(lambda tx: desk.get(tx, ward.nia, ward.page))).state == "in_room"


async def test_coming_in_is_an_answer_and_taking_the_floor_is_being_there(ward: Ward) -> None:
    listening = await ward.does(ward.nia, "listening")
    assert (listening.state, listening.claimed_by, listening.acknowledged_by) == ("claimed", ward.nia.id, ward.nia.id)
    assert not await ward.rings()
    assert (await ward.does(ward.nia, "talking")).state == "in_room"
    assert (await ward.does(ward.nia, "handed_back")).state == "claimed"
    left = await ward.does(ward.nia, "left")
    assert (left.state, left.claimed_by) == ("claimed", ward.nia.id)
    story = [line.kind for line in await ward.records.database.run(lambda tx: history.read(tx, ward.nia, ward.page))]
    assert story == ["requested", "acknowledged", "claimed", "entered", "left"], (
        "every change of state is in its journal, once"
    )


async def test_a_nurse_in_the_call_takes_no_page_from_another(ward: Ward) -> None:
    await ward.records.database.run(lambda tx: desk.claim(tx, ward.dana, ward.page))
    assert (await ward.does(ward.nia, "listening")).claimed_by == ward.dana.id
    assert (await ward.does(ward.nia, "talking")).claimed_by == ward.dana.id
    assert (await ward.does(ward.nia, "lost", CONDUCTOR)).claimed_by == ward.dana.id
    assert not await ward.rings()


async def test_a_nurse_who_is_lost_leaves_pages_that_ring_at_once(ward: Ward) -> None:
    await ward.does(ward.nia, "talking")
    lost = await ward.does(ward.nia, "lost", CONDUCTOR)
    assert (lost.state, lost.claimed_by, lost.acknowledged_by) == ("paged", None, None)
    assert await ward.rings()
    kinds = [line.kind for line in await ward.records.database.run(lambda tx: history.read(tx, ward.nia, ward.page))]
    assert kinds[-1] == AuditAction.PAGE_REOPENED.value.removeprefix("page.")


async def test_a_closed_page_stays_closed(ward: Ward) -> None:
    await ward.does(ward.nia, "talking")
    await ward.records.database.run(lambda tx: desk.close(tx, ward.nia, ward.page))
    assert (await ward.does(ward.nia, "lost", CONDUCTOR)).state == "closed"
    assert (await ward.does(ward.dana, "talking")).claimed_by == ward.nia.id


async def test_what_is_said_to_a_nurse_is_hers_and_rings_nobody_until_she_is_lost(ward: Ward) -> None:
    run = ward.records.database.run
    assert await run(lambda tx: in_room.meet(tx, ward.nia, ward.page))
    met = await run(lambda tx: desk.get(tx, ward.nia, ward.page))
    assert (met.state, met.claimed_by) == ("in_room", ward.nia.id)
    assert not await ward.rings()
    assert (await ward.does(ward.nia, "lost", CONDUCTOR)).state == "paged"
    assert await ward.rings()


async def test_what_is_said_to_a_nurse_takes_no_page_from_another(ward: Ward) -> None:
    run = ward.records.database.run
    await run(lambda tx: desk.acknowledge(tx, ward.dana, ward.page))
    assert not await run(lambda tx: in_room.meet(tx, ward.nia, ward.page))
    assert (await run(lambda tx: desk.get(tx, ward.nia, ward.page))).acknowledged_by == ward.dana.id
