"""The pager: sends what is due, tries until it went out, climbs until a nurse answered, and survives its twin."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from server.escalation import desk, work
from server.escalation.climbing import climb_due
from server.escalation.directory import ContactBook
from server.escalation.ladder import About
from server.escalation.pager import ConsoleSink, Pager
from server.escalation.work import LEASE
from server.record.schema import delivery, escalation
from server.vocabulary.findings import Tier, TriggerHit
from tests.fakes.ladder import MINUTE, POLICIES
from tests.fakes.records import Records
from tests.fakes.ward import PEOPLE, SWELLING, WORSE, RecordingSink, Ward

KIND = "unit"
ALMOST = timedelta(milliseconds=1)


@pytest.fixture
async def ward(records: Records) -> Ward:
    return await Ward.of(records)


async def test_a_page_goes_out_once(ward: Ward) -> None:
    await ward.staffed()
    sink = RecordingSink()
    page = await ward.request()
    await ward.request()
    assert await ward.pager(sink).deliver_due() == 1
    assert await ward.pager(sink).deliver_due() == 0
    assert [(sent.tier, sent.level, sent.attempt) for sent in sink.tried] == [(Tier.URGENT, 1, 1)]
    assert sink.tried[0].key == f"page:{page}:1:{sink.tried[0].address.id}"
    assert await ward.state() == "paged"
    assert await ward.story(page) == ["requested", "rung", "sent"]


async def test_a_committed_page_wakes_the_pager(ward: Ward) -> None:
    sink = RecordingSink()
    pager = ward.pager(sink)
    await pager.start()
    # The records work in order: after the third of these the pager has looked once, found nothing and gone to wait.
    for _ in range(3):
        await ward.records.database.run(lambda tx: None)
    page = await ward.request()
    assert (await asyncio.wait_for(sink.taken.get(), 10)).escalation == page
    await pager.stop()


async def test_a_pager_that_is_woken_as_it_is_stopped_stops(ward: Ward) -> None:
    pager = ward.pager(RecordingSink())
    await pager.start()
    for _ in range(3):
        await ward.records.database.run(lambda tx: None)
    pager._wake.set()  # as a commit does; in this very turn of the loop
    await asyncio.wait_for(pager.stop(), 10)


async def test_a_pager_begins_with_what_was_left(ward: Ward) -> None:
    sink = RecordingSink()
    page = await ward.request()
    pager = ward.pager(sink)
    await pager.start()
    assert (await asyncio.wait_for(sink.taken.get(), 10)).escalation == page
    await pager.stop()


async def test_everybody_is_rung_in_turn_until_somebody_answers(ward: Ward) -> None:
    await ward.staffed()
    sink = RecordingSink()
    pager = ward.pager(sink)
    await ward.request()
    for wait in (timedelta(), MINUTE / 2, 2.5 * MINUTE, 5 * MINUTE):
        ward.records.clock.move(wait - ALMOST)
        await pager.deliver_due()
        ward.records.clock.move(ALMOST)
        await pager.deliver_due()
    assert sink.rung == ["push nia", "sms nia", "sms ola", "operations", "push nia", "sms nia"]
    assert [page.level for page in sink.tried] == [1, 1, 2, 2, 3, 3]
    assert len({page.key for page in sink.tried}) == 6


async def test_nobody_on_call_rings_whoever_catches_everything(ward: Ward) -> None:
    sink = RecordingSink()
    page = await ward.request()
    await ward.pager(sink).deliver_due()
    assert sorted(sink.rung) == ["catch-all", "operations"]
    assert {sent.about for sent in sink.tried} == {About.PAGE, About.NOBODY_ON_CALL}
    (rung,) = [event for event in await ward.story(page) if event == "rung"]
    assert rung


async def test_a_refused_message_is_tried_again_ever_more_patiently(ward: Ward) -> None:
    _, ola = await ward.staffed()
    sink = RecordingSink(dead=("sms ola",))
    page = await ward.request()
    await ward.leased()
    ward.records.clock.move(3 * MINUTE)
    pager = ward.pager(sink)
    tried: list[int] = []
    for wait in (0, 1, 2, 4, 8, 15, 15, 15):
        ward.records.clock.move(timedelta(seconds=wait) - ALMOST)
        await pager.deliver_due()
        ward.records.clock.move(ALMOST)
        await pager.deliver_due()
        tried.append(sink.rung.count("sms ola"))
    assert tried == [1, 2, 3, 4, 5, 6, 7, 8]
    sink.dead = ()
    ward.records.clock.move(timedelta(seconds=15))
    await pager.deliver_due()
    assert len({sent.key for sent in sink.tried if sent.person == ola.id}) == 1, "it can be told that it is the same"
    assert {one.outcome for one in await ward.deliveries(page)} == {"accepted"}


async def test_a_dead_channel_hands_over_to_the_next_one_at_once(ward: Ward) -> None:
    await ward.staffed()
    sink = RecordingSink(dead=("push nia",))
    await ward.request()
    pager = ward.pager(sink)
    assert await pager.deliver_due() == 1
    assert await pager.deliver_due() == 1
    assert sink.rung == ["push nia", "sms nia"]
    assert await ward.state() == "paged"


async def test_operations_are_told_of_a_message_that_is_refused_again_and_again(ward: Ward) -> None:
    await ward.staffed()
    sink = RecordingSink(dead=("push nia",))
    await ward.request()
    pager = ward.pager(sink)
    for wait in (0, 1, 2, 4, 8, 0):
        ward.records.clock.move(timedelta(seconds=wait))
        await pager.deliver_due()
    assert [page.about for page in sink.tried if page.person == "operations"] == [About.UNDELIVERED]


async def test_an_answer_stops_everything_at_once(ward: Ward) -> None:
    nia, _ = await ward.staffed()
    sink = RecordingSink(refusals=1)
    pager = ward.pager(sink)
    page = await ward.request()
    assert await pager.deliver_due() == 1
    await ward.records.database.run(lambda tx: desk.acknowledge(tx, nia, page))
    ward.records.clock.move(MINUTE)
    assert await pager.deliver_due() == 0
    assert await ward.state() == "acknowledged"
    assert [one.outcome for one in await ward.deliveries(page)] == ["stopped", "stopped"]


async def test_an_answer_that_nobody_follows_up_rings_again(ward: Ward) -> None:
    nia, _ = await ward.staffed()
    sink = RecordingSink()
    pager = ward.pager(sink)
    page = await ward.request()
    await pager.deliver_due()
    await ward.records.database.run(lambda tx: desk.acknowledge(tx, nia, page))
    await pager.deliver_due()
    ward.records.clock.move(2 * MINUTE - ALMOST)
    assert await pager.deliver_due() == 0
    ward.records.clock.move(ALMOST)
    assert await pager.deliver_due() == 2
    assert sink.rung[1:] == ["push nia", "sms nia"]
    assert await ward.state() == "paged"
    assert (await ward.story(page))[3:] == ["acknowledged", "reopened", "rung", "sent", "sent"]


async def test_the_desk_tells_when_an_acknowledged_page_must_be_claimed(ward: Ward) -> None:
    nia, _ = await ward.staffed()
    page = await ward.request()
    await ward.records.database.run(lambda tx: desk.acknowledge(tx, nia, page))
    told: list[str] = []
    stop = desk.on_change(ward.records.database, lambda _, changed: told.append(changed))
    await ward.records.database.run(lambda tx: climb_due(tx, POLICIES, PEOPLE, 10))
    found = await ward.records.database.run(lambda tx: desk.get(tx, nia, page))
    stop()
    assert found.claim_by == ward.records.clock.now() + 2 * MINUTE
    assert told == [page]


async def test_a_claimed_page_rings_never_again(ward: Ward) -> None:
    nia, _ = await ward.staffed()
    sink = RecordingSink()
    pager = ward.pager(sink)
    page = await ward.request()
    await pager.deliver_due()
    await ward.records.database.run(lambda tx: desk.claim(tx, nia, page))
    ward.records.clock.move(timedelta(days=1))
    assert await pager.deliver_due() == 0
    assert await ward.state() == "claimed"


async def test_a_raised_tier_goes_out_at_once(ward: Ward) -> None:
    await ward.staffed()
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
    sink = RecordingSink()
    await ward.pager(sink).deliver_due()
    assert sink.tried[0].escalation == emergency


async def test_a_leased_message_is_left_alone_until_the_lease_is_over(ward: Ward) -> None:
    await ward.staffed()
    sink = RecordingSink()
    await ward.request()
    (leased,) = await ward.leased()
    ward.records.clock.move(LEASE - ALMOST)
    assert await ward.pager(sink).deliver_due() == 0
    ward.records.clock.move(ALMOST)
    assert await ward.pager(sink).deliver_due() == 1
    assert sink.tried[0].key == leased.key, "the same key: a second send is harmless"
    assert await ward.state() == "paged"


async def test_a_worker_that_was_overtaken_changes_nothing(ward: Ward) -> None:
    await ward.staffed()
    await ward.request()
    (late,) = await ward.leased()
    ward.records.clock.move(LEASE)
    (newer,) = await ward.leased()
    run = ward.records.database.run
    assert not await run(lambda tx: work.sent(tx, late))
    assert not await run(lambda tx: work.failed(tx, late, "LateError", timedelta(days=1)))
    assert await run(lambda tx: work.sent(tx, newer))


async def test_an_answer_while_a_message_is_on_its_way_stands(ward: Ward) -> None:
    nia, _ = await ward.staffed()
    page = await ward.request()
    (under_way,) = await ward.leased()
    await ward.records.database.run(lambda tx: desk.acknowledge(tx, nia, page))
    assert not await ward.records.database.run(lambda tx: work.sent(tx, under_way))
    assert await ward.state() == "acknowledged"
    outcomes = {one.contact_point: one.outcome for one in await ward.deliveries(page)}
    assert outcomes[under_way.address.id] == "accepted", "what really happened to it is kept"


async def test_a_raise_while_a_message_is_on_its_way_is_sent_too(ward: Ward) -> None:
    await ward.staffed()
    await ward.request(SWELLING)
    (under_way,) = await ward.leased()
    await ward.request(WORSE)
    assert not await ward.records.database.run(lambda tx: work.sent(tx, under_way))
    sink = RecordingSink()
    assert await ward.pager(sink).deliver_due() == 1
    assert sink.tried[0].tier == Tier.EMERGENCY


async def test_a_hung_message_does_not_hold_up_another_page(ward: Ward) -> None:
    await ward.staffed()
    sink = HangingSink()
    pager = Pager(ward.records.database, sink, PEOPLE, POLICIES, tick=0.02)
    await pager.start()
    await ward.request()
    await asyncio.wait_for(sink.hung.wait(), 10)
    second = await ward.request(TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "my chest"))
    assert await asyncio.wait_for(sink.taken.get(), 2) == second
    await pager.stop()


class HangingSink:
    """Never finishes the first message, and takes the rest."""

    def __init__(self) -> None:
        self.hung = asyncio.Event()
        self.taken: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, page: work.Page) -> None:
        if not self.hung.is_set():
            self.hung.set()
            await asyncio.Event().wait()
        self.taken.put_nowait(page.escalation)


async def test_a_tier_of_another_version_rings_as_an_emergency(ward: Ward) -> None:
    await ward.staffed()
    page = await ward.request()
    strange = update(escalation).where(escalation.c.id == page).values(tier="purple", state="pondered")
    await ward.records.database.run(lambda tx: tx.connection.execute(strange).close())
    sink = RecordingSink()
    await ward.pager(sink).deliver_due()
    assert sorted(sink.rung) == ["operations", "push nia"]
    assert sink.tried[0].tier == "purple"


async def test_an_error_is_kept_by_its_name_alone(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    await ward.staffed()
    await ward.request()
    await ward.pager(RecordingSink(refusals=1)).deliver_due()
    query = select(delivery.c.last_error).where(delivery.c.last_error.is_not(None))
    assert await ward.records.database.run(lambda tx: tx.connection.scalar(query)) == "ConnectionError"
    assert "ConnectionError" in caplog.text
    assert "canary" not in caplog.text


async def test_paging_goes_on_after_the_records_failed(ward: Ward) -> None:
    await ward.staffed()
    sink = RecordingSink()
    pager = Pager(ward.records.database, sink, PEOPLE, POLICIES, tick=0.02)
    await ward.request()
    database = ward.records.database
    await database.run(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE due_work RENAME TO away").close())
    await pager.start()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sink.taken.get(), 0.2)
    await database.run(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE away RENAME TO due_work").close())
    assert await asyncio.wait_for(sink.taken.get(), 10)
    await pager.stop()


async def test_it_is_well_as_long_as_nothing_is_late(ward: Ward) -> None:
    await ward.staffed()
    await ward.request()
    pager = ward.pager(RecordingSink())
    ward.records.clock.move(timedelta(seconds=31))
    await pager.deliver_due()
    assert not pager.health().well
    assert pager.health().late == timedelta(seconds=31)
    await pager.deliver_due()
    assert pager.health().well


async def test_the_console_line_names_no_patient(ward: Ward, capsys: pytest.CaptureFixture[str]) -> None:
    page = await ward.request(WORSE)
    pager = Pager(ward.records.database, ConsoleSink(), ContactBook({}), POLICIES)
    await pager.deliver_due()
    ward.records.clock.move(3 * MINUTE)
    await pager.deliver_due()
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line.startswith("PAGE")] == [
        f"PAGE emergency page {page}: open the nurse console",
        f"PAGE emergency page {page} (ringing 2): open the nurse console",
    ]
    assert f"OPERATIONS nobody_on_call page {page}: docs/how-to/add-a-pager.md" in printed
