"""The pager: sends what is due, tries until it went out, reminds until a nurse answered, and survives its twin."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server.escalation import desk, work
from server.escalation.pager import ConsoleSink, Pager
from server.escalation.work import LEASE, Page
from server.record.schema import due_work
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId, PatientId
from tests.fakes.records import CONDUCTOR, NURSE, ROSA, Records, records_in

KIND = "unit"
SWELLING = TriggerHit("SWELLING", 1, Tier.URGENT, "my anklecanary is swollen")
WORSE = TriggerHit("SWELLING", 1, Tier.EMERGENCY, "now I cannot walk")


class RecordingSink:
    """A far side that takes pages, after refusing as many as it was told to."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.tried: list[Page] = []
        self.taken: asyncio.Queue[Page] = asyncio.Queue()

    async def send(self, page: Page) -> None:
        self.tried.append(page)
        if len(self.tried) <= self.refusals:
            raise ConnectionError("anklecanary")
        self.taken.put_nowait(page)


class Ward:
    """A patient in a check-in, with a pager whose rounds the test calls."""

    def __init__(self, records: Records, patient: PatientId, checkin: CheckInId) -> None:
        self.records, self.patient, self.checkin = records, patient, checkin

    async def request(self, hit: TriggerHit = SWELLING) -> EscalationId:
        within = timedelta(minutes=15 if hit.tier is Tier.URGENT else 2)
        return await self.records.database.run(
            lambda tx: desk.request(
                tx,
                CONDUCTOR,
                checkin=self.checkin,
                patient=self.patient,
                hit=hit,
                turn=1,
                where=ROSA.address,
                within=within,
            )
        )

    async def state(self) -> str:
        (page,) = await self.records.database.run(lambda tx: desk.for_checkin(tx, NURSE, self.checkin))
        return page.state

    def pager(self, sink: RecordingSink) -> Pager:
        return Pager(self.records.database, sink, tick=3600)


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with records_in(tmp_path) as records:
        patient = await records.add()
        yield Ward(records, patient, await records.order(patient))


async def test_a_page_goes_out_once(ward: Ward) -> None:
    sink = RecordingSink()
    page = await ward.request()
    await ward.request()
    assert await ward.pager(sink).deliver_due() == 1
    assert await ward.pager(sink).deliver_due() == 0
    assert [(sent.key, sent.tier) for sent in sink.tried] == [(f"page:{page}:1", Tier.URGENT)]
    assert await ward.state() == "paged"


async def test_a_committed_page_wakes_the_pager(ward: Ward) -> None:
    sink = RecordingSink()
    pager = ward.pager(sink)
    await pager.start()
    # The records work in order: after the second of these the pager has looked once, found nothing and gone to wait.
    await ward.records.database.run(lambda tx: None)
    await ward.records.database.run(lambda tx: None)
    page = await ward.request()
    assert (await asyncio.wait_for(sink.taken.get(), 10)).escalation == page
    await pager.stop()


async def test_a_pager_begins_with_what_was_left(ward: Ward) -> None:
    sink = RecordingSink()
    page = await ward.request()
    pager = ward.pager(sink)
    await pager.start()
    assert (await asyncio.wait_for(sink.taken.get(), 10)).escalation == page
    await pager.stop()


async def test_a_refused_page_is_tried_again_ever_more_patiently(ward: Ward) -> None:
    sink = RecordingSink(refusals=7)
    await ward.request()
    pager = ward.pager(sink)
    for wait in (1, 2, 4, 8, 15, 15, 15):
        assert await pager.deliver_due() == 1
        ward.records.clock.move(timedelta(seconds=wait, milliseconds=-1))
        assert await pager.deliver_due() == 0
        assert await ward.state() == "requested"
        ward.records.clock.move(timedelta(milliseconds=1))
    assert await pager.deliver_due() == 1
    assert await ward.state() == "paged"
    assert len({page.key for page in sink.tried}) == 1, "the provider can tell that it is the same page"


async def test_an_unanswered_page_is_sent_again_when_its_time_is_up(ward: Ward) -> None:
    sink = RecordingSink()
    pager = ward.pager(sink)
    await ward.request()
    for _ in range(3):
        assert await pager.deliver_due() == 1
        ward.records.clock.move(timedelta(minutes=15))
    assert [page.level for page in sink.tried] == [1, 2, 3]


async def test_an_answer_stops_retries_and_reminders(ward: Ward) -> None:
    sink = RecordingSink(refusals=1)
    pager = ward.pager(sink)
    page = await ward.request()
    nurse = await ward.records.hire()
    assert await pager.deliver_due() == 1
    await ward.records.database.run(lambda tx: desk.acknowledge(tx, nurse, page))
    ward.records.clock.move(timedelta(days=1))
    assert await pager.deliver_due() == 0
    assert await ward.state() == "acknowledged"


async def test_a_raised_tier_goes_out_at_once(ward: Ward) -> None:
    sink = RecordingSink()
    pager = ward.pager(sink)
    await ward.request(SWELLING)
    await pager.deliver_due()
    await ward.request(WORSE)
    assert await ward.state() == "requested"
    await pager.deliver_due()
    assert [page.tier for page in sink.tried] == [Tier.URGENT, Tier.EMERGENCY]
    assert len({page.key for page in sink.tried}) == 2


async def test_the_most_urgent_goes_first(ward: Ward) -> None:
    await ward.request(SWELLING)
    await ward.request(TriggerHit("COUGH", 1, Tier.SAME_DAY, "a cough"))
    emergency = await ward.request(TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "my chest"))
    (first,) = await ward.records.database.run(lambda tx: work.lease(tx, 1))
    assert first.escalation == emergency


async def test_a_leased_page_is_left_alone_until_the_lease_is_over(ward: Ward) -> None:
    sink = RecordingSink()
    await ward.request()
    await ward.records.database.run(lambda tx: work.lease(tx, 8))
    ward.records.clock.move(LEASE - timedelta(milliseconds=1))
    assert await ward.pager(sink).deliver_due() == 0
    ward.records.clock.move(timedelta(milliseconds=1))
    assert await ward.pager(sink).deliver_due() == 1
    assert await ward.state() == "paged"


async def test_a_worker_that_was_overtaken_changes_nothing(ward: Ward) -> None:
    await ward.request()
    (late,) = await ward.records.database.run(lambda tx: work.lease(tx, 8))
    ward.records.clock.move(LEASE)
    (newer,) = await ward.records.database.run(lambda tx: work.lease(tx, 8))
    assert not await ward.records.database.run(lambda tx: work.sent(tx, late))
    await ward.records.database.run(lambda tx: work.failed(tx, late, "LateError", timedelta(days=1)))
    assert await ward.records.database.run(lambda tx: work.sent(tx, newer))


async def test_an_answer_while_the_page_is_on_its_way_stands(ward: Ward) -> None:
    page = await ward.request()
    nurse = await ward.records.hire()
    (under_way,) = await ward.records.database.run(lambda tx: work.lease(tx, 8))
    await ward.records.database.run(lambda tx: desk.acknowledge(tx, nurse, page))
    assert not await ward.records.database.run(lambda tx: work.sent(tx, under_way))
    assert await ward.state() == "acknowledged"


async def test_a_raise_while_the_page_is_on_its_way_is_sent_too(ward: Ward) -> None:
    await ward.request(SWELLING)
    (under_way,) = await ward.records.database.run(lambda tx: work.lease(tx, 8))
    await ward.request(WORSE)
    assert not await ward.records.database.run(lambda tx: work.sent(tx, under_way))
    sink = RecordingSink()
    assert await ward.pager(sink).deliver_due() == 1
    assert sink.tried[0].tier is Tier.EMERGENCY


async def test_an_error_is_kept_by_its_name_alone(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    await ward.request()
    await ward.pager(RecordingSink(refusals=1)).deliver_due()
    kept = await ward.records.database.run(lambda tx: tx.connection.scalar(select(due_work.c.last_error)))
    assert kept == "ConnectionError"
    assert "ConnectionError" in caplog.text
    assert "canary" not in caplog.text


async def test_paging_goes_on_after_the_records_failed(ward: Ward) -> None:
    sink = RecordingSink()
    pager = Pager(ward.records.database, sink, tick=0.02)
    await ward.request()
    database = ward.records.database
    await database.run(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE due_work RENAME TO away").close())
    await pager.start()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sink.taken.get(), 0.2)
    await database.run(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE away RENAME TO due_work").close())
    assert await asyncio.wait_for(sink.taken.get(), 10)
    await pager.stop()


async def test_the_console_line_names_no_patient(ward: Ward, capsys: pytest.CaptureFixture[str]) -> None:
    page = await ward.request(WORSE)
    pager = Pager(ward.records.database, ConsoleSink())
    await pager.deliver_due()
    ward.records.clock.move(timedelta(minutes=2))
    await pager.deliver_due()
    assert capsys.readouterr().out.splitlines() == [
        f"PAGE emergency page {page}: open the nurse console",
        f"PAGE emergency page {page} (reminder 1): open the nurse console",
    ]
