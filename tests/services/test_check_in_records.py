"""What the records say of a check-in while its service comes and goes."""

from datetime import timedelta
from pathlib import Path

from server.checkin.journal import CONDUCTOR
from server.invitation import store
from server.record import checkins
from server.record.checkins import CheckInRow
from server.record.transaction import Transaction
from tests.fakes.records import COMMAND, INVITATION, records_in

KIND = "services"


def row(tx: Transaction, checkin: object) -> CheckInRow:
    return next(found for found in checkins.find_running(tx, CONDUCTOR) if found.id == checkin)


async def test_after_a_start_nobody_is_said_to_be_connected(tmp_path: Path) -> None:
    async with records_in(tmp_path) as records:
        checkin = await records.order(await records.add())
        run = records.database.run
        await run(lambda tx: checkins.start(tx, CONDUCTOR, checkin, "1", "ab"))
        await run(lambda tx: checkins.set_connected(tx, CONDUCTOR, checkin, True))
        before = await run(lambda tx: row(tx, checkin))
        await run(lambda tx: checkins.forget_connections(tx, CONDUCTOR))
        after = await run(lambda tx: row(tx, checkin))
    assert before.connected
    assert not after.connected


async def test_a_started_check_in_is_over_once_no_link_can_resume_it(tmp_path: Path) -> None:
    async with records_in(tmp_path) as records:
        patient = await records.add()
        run = records.database.run
        made = await run(lambda tx: store.create(tx, COMMAND, patient, "post-discharge", timedelta(hours=1)))
        await run(lambda tx: checkins.start(tx, CONDUCTOR, made.checkin, "1", "ab"))
        early = await run(lambda tx: store.expired(tx, INVITATION))
        records.clock.move(timedelta(hours=1))
        late = await run(lambda tx: store.expired(tx, INVITATION))
    assert early == []
    assert late == [made.checkin]
