"""The audit chain: every act leaves a row or does not happen, and a changed chain says where."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from server.record import audit, checkins, journal, patients
from server.record.audit import AuditAction
from server.record.chain import AuditRow, link
from server.record.privacy import PrivacyBreach
from server.record.schema import audit as table
from server.record.transaction import Transaction
from server.vocabulary.errors import NotPermitted
from server.vocabulary.events import ConsentChanged
from server.vocabulary.ids import PatientId
from tests.fakes.records import COMMAND, COMPLIANCE, CONDUCTOR, NURSE, OTTO, ROSA, Records

KIND = "unit"


async def execute(records: Records, statement: str) -> None:
    await records.database.run(lambda tx: tx.connection.exec_driver_sql(statement).close())


async def filled(records: Records) -> PatientId:
    patient = await records.add()
    for _ in range(8):
        await records.database.run(lambda tx: patients.get(tx, NURSE, patient))
    assert await records.database.run(audit.verify) is None
    return patient


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-03-02 12:00:00.000001'",
        "actor = 'staff:st_other'",
        "action = 'patient.added'",
        "patient = 'pt_other'",
        "patient = NULL",
        "subject = 'ci_other'",
        "detail = '{\"count\":1}'",
        "prev = '" + "1" * 64 + "'",
        "hash = '" + "1" * 64 + "'",
    ],
)
async def test_an_edited_row_is_named(records: Records, change: str) -> None:
    await filled(records)
    await execute(records, f"UPDATE audit SET {change} WHERE seq = 5")  # noqa: S608
    assert await records.database.run(audit.verify) == 5


async def forge(records: Records, forged_seq: int, **changes: object) -> None:
    """Edits a row and gives it the hash it should then have, as one who knows the arithmetic would."""

    def work(tx: Transaction) -> None:
        place = table.c.seq == forged_seq
        row = AuditRow(**tx.connection.execute(select(table).where(place)).mappings().one())
        forged = replace(row, **changes)  # type: ignore[arg-type]
        tx.connection.execute(update(table).where(place).values({**vars(forged), "hash": link(forged)}))

    await records.database.run(work)


async def test_an_edited_row_with_a_fitting_hash_is_found_by_its_follower(records: Records) -> None:
    await filled(records)
    await forge(records, 5, actor="staff:st_other")
    assert await records.database.run(audit.verify) == 6


async def test_a_gap_before_the_last_row_is_found(records: Records) -> None:
    await filled(records)
    await forge(records, 9, seq=10)
    assert await records.database.run(audit.verify) == 9


async def test_a_removed_row_is_named(records: Records) -> None:
    await filled(records)
    await execute(records, "DELETE FROM audit WHERE seq = 5")
    assert await records.database.run(audit.verify) == 5


async def test_a_removed_row_whose_followers_moved_up_is_named(records: Records) -> None:
    await filled(records)
    await execute(records, "DELETE FROM audit WHERE seq = 5")
    await execute(records, "UPDATE audit SET seq = seq - 1 WHERE seq > 5")
    assert await records.database.run(audit.verify) == 5


async def test_two_rows_that_changed_places_are_named(records: Records) -> None:
    await filled(records)
    for step in ("seq = 99 WHERE seq = 5", "seq = 5 WHERE seq = 6", "seq = 6 WHERE seq = 99"):
        await execute(records, f"UPDATE audit SET {step}")  # noqa: S608
    assert await records.database.run(audit.verify) == 5


async def test_a_write_without_its_audit_row_does_not_happen(records: Records) -> None:
    patient = await records.add()
    checkin = await records.order(patient)
    await execute(records, "ALTER TABLE audit RENAME TO away")
    event = ConsentChanged("camera", allowed=False)
    with pytest.raises(DatabaseError):
        await records.database.run(lambda tx: journal.append(tx, CONDUCTOR, checkin, event, tx.now))
    with pytest.raises(DatabaseError):
        await records.database.run(lambda tx: patients.add(tx, COMMAND, OTTO))
    await execute(records, "ALTER TABLE away RENAME TO audit")
    assert await records.database.run(lambda tx: journal.read(tx, CONDUCTOR, checkin)) == []
    assert len(await records.database.run(lambda tx: patients.find_all(tx, COMMAND))) == 1


async def test_a_read_without_its_audit_row_shows_nothing(records: Records) -> None:
    patient = await records.add()
    await execute(records, "DROP TABLE audit")
    with pytest.raises(DatabaseError):
        await records.database.run(lambda tx: patients.get(tx, NURSE, patient))


async def test_each_act_leaves_its_row(records: Records) -> None:
    patient = await records.add()
    checkin = await records.order(patient)
    event = ConsentChanged("camera", allowed=False)

    def visit(tx: Transaction) -> None:
        checkins.start(tx, CONDUCTOR, checkin, "1.0.0", "0" * 64)
        journal.append(tx, CONDUCTOR, checkin, event, tx.now)
        journal.read(tx, NURSE, checkin)
        checkins.end(tx, CONDUCTOR, checkin, "completed")

    await records.database.run(visit)
    rows = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE, patient=patient))
    assert [(row.actor, row.action) for row in reversed(rows)] == [
        ("service:command", "patient.added"),
        ("service:command", "checkin.ordered"),
        ("service:conductor", "checkin.started"),
        ("service:conductor", "journal.written"),
        ("staff:st_nurse", "journal.read"),
        ("service:conductor", "checkin.ended"),
    ]


async def test_looking_at_the_chain_is_in_the_chain(records: Records) -> None:
    patient = await filled(records)
    await records.database.run(lambda tx: audit.find(tx, COMPLIANCE, patient=patient, limit=3))
    newest = (await records.database.run(lambda tx: audit.find(tx, COMPLIANCE, limit=1)))[0]
    assert (newest.actor, newest.action, newest.detail) == ("staff:st_compliance", "audit.read", '{"count":3}')


async def test_a_nurse_does_not_read_the_chain(records: Records) -> None:
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: audit.find(tx, NURSE))


@pytest.mark.parametrize("detail", [{"quote": "chest"}, {"unheard_of": 1}, {"reason": "my chest hurts"}])
async def test_what_a_patient_said_is_refused_as_detail(records: Records, detail: dict[str, str | int | bool]) -> None:
    with pytest.raises(PrivacyBreach) as caught:
        await records.database.run(lambda tx: tx.audit(COMMAND, AuditAction.PATIENT_READ, detail=detail))
    assert "chest" not in str(caught.value)
    assert ROSA.name not in str(caught.value)
