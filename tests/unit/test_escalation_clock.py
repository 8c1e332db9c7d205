"""Somebody sets the machine's clock by an hour: no page is late by more than two seconds, and none rings early."""

from datetime import timedelta

import pytest

from server.escalation import desk, timekeeping
from server.record import audit
from tests.fakes.ladder import MINUTE
from tests.fakes.records import COMPLIANCE, NURSE, Records, records_in
from tests.fakes.ward import RecordingSink, Ward

KIND = "unit"
HOUR = timedelta(hours=1)
ALMOST = timedelta(milliseconds=1)


@pytest.fixture
async def ward(records: Records) -> Ward:
    return await Ward.of(records)


@pytest.mark.parametrize("by", [HOUR, -HOUR, timedelta(seconds=3), -timedelta(days=30)], ids=str)
async def test_no_deadline_moves_with_the_clock(ward: Ward, by: timedelta) -> None:
    nia, _ = await ward.staffed()
    sink = RecordingSink()
    pager = ward.pager(sink)
    page = await ward.request()
    await pager.deliver_due()
    ward.records.clock.set_ahead(by)
    assert await pager.deliver_due() == 0, "nothing rings early"
    ward.records.clock.move(MINUTE / 2 - ALMOST)
    assert await pager.deliver_due() == 0
    ward.records.clock.move(ALMOST)
    assert await pager.deliver_due() == 1, "the second address"
    await ward.records.database.run(lambda tx: desk.acknowledge(tx, nia, page))
    await pager.deliver_due()
    ward.records.clock.set_ahead(-by)
    ward.records.clock.move(2 * MINUTE - ALMOST)
    assert await pager.deliver_due() == 0
    ward.records.clock.move(ALMOST)
    assert await pager.deliver_due() > 0, "the claim's deadline too"
    rows = await ward.records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    assert [row.detail for row in rows if row.action == "clock.stepped"] == [
        f'{{"seconds":{-round(by.total_seconds())}}}',
        f'{{"seconds":{round(by.total_seconds())}}}',
    ]


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=str)
async def test_a_page_asked_for_right_after_is_not_moved(ward: Ward, by: timedelta) -> None:
    sink = RecordingSink()
    await ward.records.database.run(timekeeping.settle)
    ward.records.clock.set_ahead(by)
    page = await ward.request()
    due = (await ward.records.database.run(lambda tx: desk.get(tx, NURSE, page))).due_at
    assert await ward.pager(sink).deliver_due() == 2
    assert due - ward.records.clock.now() == 15 * MINUTE


async def test_a_queue_that_is_late_stays_exactly_as_late(ward: Ward) -> None:
    page = await ward.request()
    ward.records.clock.move(5 * MINUTE)
    ward.records.clock.set_ahead(HOUR)
    await ward.records.database.run(timekeeping.settle)
    due = (await ward.records.database.run(lambda tx: desk.get(tx, NURSE, page))).due_at
    assert due - ward.records.clock.now() == 10 * MINUTE


async def test_slewing_is_no_step(ward: Ward) -> None:
    await ward.records.database.run(timekeeping.settle)
    ward.records.clock.set_ahead(timedelta(seconds=2))
    assert await ward.records.database.run(timekeeping.settle) == timedelta()


async def test_a_lease_is_neither_lost_nor_endless(ward: Ward) -> None:
    await ward.staffed()
    await ward.request()
    await ward.leased()
    ward.records.clock.set_ahead(-HOUR)
    sink = RecordingSink()
    assert await ward.pager(sink).deliver_due() == 0
    ward.records.clock.move(timedelta(seconds=5))
    assert await ward.pager(sink).deliver_due() == 1


async def test_a_step_while_no_process_ran_is_found_by_the_next_one(records: Records) -> None:
    ward = await Ward.of(records)
    await ward.staffed()
    await ward.request()
    await ward.pager(RecordingSink()).deliver_due()
    records.clock.set_ahead(HOUR)
    async with records_in(records.path.parent, records.clock, records.url) as other:
        again = Ward(other, ward.patient, ward.checkin)
        sink = RecordingSink()
        assert await again.pager(sink).deliver_due() == 0
        records.clock.move(MINUTE / 2)
        assert await again.pager(sink).deliver_due() == 1
