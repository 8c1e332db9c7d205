"""Tampering with plain SQL, by somebody who knows the arithmetic of the chain and has no key: all of it is found, and where."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update

from server.record import audit, patients
from server.record import seal as seals
from server.record.chain import START, AuditRow, Head, link
from server.record.database import Database
from server.record.master_key import MasterKey
from server.record.schema import audit as rows
from server.record.schema import audit_seal
from server.record.seal import Seal, Sealer
from server.record.transaction import Transaction
from server.record.witness import Witness
from server.vocabulary.clock import MovableClock
from tests.fakes.records import COMMAND, KEY, NOON, NURSE, OTTO, ROSA, Records

KIND = "unit"
LAST = 240
"""Rows of the chain: seals are kept under the first, at 100 and at 200, and one is under the last."""


@dataclass(frozen=True)
class Sealed:
    """Records with their witness."""

    records: Records
    witness: Witness

    async def found(self) -> list[str]:
        return [f"{one.seq}: {one.what}" for one in await self.records.database.examine()]

    async def act(self, *rows: int) -> None:
        """A transaction for each of these, with so many rows."""
        for count in rows or (1,):
            await self.records.database.run(lambda tx, count=count: _listed(tx, count))  # type: ignore[misc]

    async def tamper(self, *statements: str) -> None:
        await self.change(lambda connection: [connection.execute(text(one)) for one in statements].clear())

    async def change(self, work: Callable[[Connection], object]) -> None:
        await self.records.database.run(lambda tx: work(tx.connection))


def _listed(tx: Transaction, times: int) -> None:
    for _ in range(times):
        patients.find_all(tx, NURSE)


@pytest.fixture
async def sealed(records_url: str, tmp_path: Path) -> AsyncIterator[Sealed]:
    clock, witness = MovableClock(NOON), Witness(tmp_path / "audit")
    database = await Database.open(records_url, KEY, clock, witness=witness)
    made = Sealed(Records(database, tmp_path / "records.db", records_url, clock), witness)
    await database.run(lambda tx: patients.add(tx, COMMAND, ROSA))
    await made.act(99, 100, LAST - 200)
    assert await made.found() == []
    yield made
    await database.close()


def written_anew(connection: Connection, since: int, change: Callable[[AuditRow], AuditRow | None]) -> None:
    """The chain from a row on, as somebody would write it who knows how links are made; None leaves a row out."""
    old = [AuditRow(**row) for row in connection.execute(select(rows).order_by(rows.c.seq)).mappings()]
    connection.execute(delete(rows))
    prev = START
    for made in _anew(old, since, change, prev):
        connection.execute(insert(rows).values(vars(made)))


def _anew(
    old: Iterable[AuditRow], since: int, change: Callable[[AuditRow], AuditRow | None], prev: str
) -> Iterable[AuditRow]:
    seq = 0
    for row in old:
        kept = change(row) if row.seq >= since else row
        if kept is None:
            continue
        seq += 1
        fresh = replace(kept, seq=seq, prev=prev)
        prev = link(fresh)
        yield replace(fresh, hash=prev)


def by_another(row: AuditRow) -> AuditRow:
    return replace(row, actor="staff:st_other")


def without_the_first(row: AuditRow) -> AuditRow | None:
    return row if row.seq > 1 else None


async def test_every_transaction_is_under_a_seal_and_few_are_kept(sealed: Sealed) -> None:
    await sealed.records.database.run(lambda tx: None)
    kept = {}
    await sealed.change(
        lambda connection: kept.update(dict(connection.execute(select(audit_seal.c.seq, audit_seal.c.kept)).all()))
    )
    assert kept == {1: True, 100: True, 200: True, LAST: False}
    lines, bad = sealed.witness.read()
    assert (sorted({one.seq for one in lines}), bad) == ([1, 100, 200, LAST], [])


async def test_a_minute_later_a_seal_is_kept_whatever_there_is(sealed: Sealed) -> None:
    sealed.records.clock.move(timedelta(seconds=60))
    await sealed.act()
    assert sealed.witness.last() == LAST + 1


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE audit SET actor = 'staff:st_other' WHERE seq = 57", "57: changed after it was written"),
        ("UPDATE audit SET subject = 'x' WHERE seq = 240", "240: changed after it was written"),
        ("DELETE FROM audit WHERE seq = 57", "57: row 57 is removed"),
        ("DELETE FROM audit WHERE seq BETWEEN 57 AND 60", "57: rows 57 to 60 are removed"),
        ("DELETE FROM audit WHERE seq = 1", "1: row 1 is removed"),
        ("DELETE FROM audit WHERE seq = 240", "240: row 240 is cut from the end"),
        ("DELETE FROM audit WHERE seq > 200", "201: rows 201 to 240 are cut from the end"),
        ("DELETE FROM audit", "1: rows 1 to 240 are cut from the end"),
        ("DELETE FROM audit_seal WHERE seq = 240", "201: rows 201 to 240 are not under a seal"),
        ("DELETE FROM audit_seal WHERE seq = 100", "2: a seal between rows 1 and 200 was removed"),
        ("DELETE FROM audit_seal WHERE seq = 200", "101: a seal after row 100 was removed"),
        ("DELETE FROM audit_seal", "1: rows 1 to 240 are not under a seal"),
        ("UPDATE audit_seal SET hash = '" + "1" * 64 + "' WHERE seq = 100", "100: its seal is not ours"),
        ("UPDATE audit_seal SET kept = false WHERE seq = 100", "2: a seal between rows 1 and 200 was removed"),
        ("UPDATE audit_seal SET signature = '' WHERE seq = 240", "240: its seal is not ours"),
        ("UPDATE audit_seal SET kid = '0123456789abcdef' WHERE seq = 240", "240: its seal is not ours"),
        ("UPDATE audit_seal SET seq = 150 WHERE seq = 100", "150: its seal is not ours"),
    ],
)  # fmt: skip
async def test_one_statement_is_found(sealed: Sealed, statement: str, first: str) -> None:
    await sealed.tamper(statement)
    assert (await sealed.found())[0].startswith(first)


async def test_two_rows_that_changed_places_are_told_from_changed_ones(sealed: Sealed) -> None:
    await sealed.tamper(
        "UPDATE audit SET seq = 999 WHERE seq = 57",
        "UPDATE audit SET seq = 57 WHERE seq = 58",
        "UPDATE audit SET seq = 58 WHERE seq = 999",
    )
    assert await sealed.found() == ["57: is row 58, moved here", "58: is row 57, moved here"]


async def test_a_row_put_in_between_is_found(sealed: Sealed) -> None:
    def put_in(connection: Connection) -> None:
        row = connection.execute(select(rows).where(rows.c.seq == 57)).mappings().one()
        connection.execute(text("UPDATE audit SET seq = -seq WHERE seq > 57"))
        connection.execute(text("UPDATE audit SET seq = 1 - seq WHERE seq < 0"))
        made = replace(AuditRow(**row), seq=58, prev=row["hash"], action="patient.read")
        connection.execute(insert(rows).values(vars(replace(made, hash=link(made)))))

    await sealed.change(put_in)
    found = await sealed.found()
    assert found[:2] == ["59: is row 58, moved here", "60: is row 59, moved here"]


async def test_a_row_put_at_the_end_is_found(sealed: Sealed) -> None:
    def put(connection: Connection) -> None:
        row = AuditRow(**connection.execute(select(rows).where(rows.c.seq == LAST)).mappings().one())
        made = replace(row, seq=LAST + 1, prev=row.hash)
        connection.execute(insert(rows).values(vars(replace(made, hash=link(made)))))

    await sealed.change(put)
    (found,) = await sealed.found()
    assert found.startswith("241: row 241 is not under a seal of ours")


@pytest.mark.parametrize(("since", "first"), [(1, 1), (57, 2), (100, 2), (101, 101), (240, 201)])
async def test_a_chain_written_anew_from_a_row_on_is_found_between_two_seals(
    sealed: Sealed, since: int, first: int
) -> None:
    await sealed.change(lambda connection: written_anew(connection, since, by_another))
    (found, *_) = await sealed.found()
    assert found.startswith(f"{first}: ")
    assert "not what was sealed" in found


async def test_a_chain_written_anew_without_one_row_is_found(sealed: Sealed) -> None:
    await sealed.change(lambda connection: written_anew(connection, 1, without_the_first))
    (found, *_) = await sealed.found()
    assert found.startswith("1: row 1 is not what was sealed")


async def test_seals_made_with_another_key_are_not_ours(sealed: Sealed) -> None:
    stranger = Sealer(MasterKey(b"s" * 32))

    def forge(connection: Connection) -> None:
        written_anew(connection, 1, by_another)
        for one in [Seal(**row) for row in connection.execute(select(audit_seal)).mappings()]:
            row = connection.execute(select(rows.c.hash).where(rows.c.seq == one.seq)).scalar_one()
            forged = stranger.sign(replace(one, hash=row))
            connection.execute(update(audit_seal).where(audit_seal.c.seq == one.seq).values(vars(forged)))

    await sealed.change(forge)
    assert [one for one in await sealed.found() if "its seal is not ours" in one]


async def test_a_tail_cut_back_to_a_kept_seal_shows_by_the_files(sealed: Sealed) -> None:
    await sealed.tamper("DELETE FROM audit WHERE seq > 200", "DELETE FROM audit_seal WHERE seq > 200")
    assert await sealed.found() == ["201: rows 201 to 240 are gone, though the file of seals has the seal of row 240"]
    assert await sealed.records.database.run(audit.verify) is None, "nothing in the database itself shows it"


async def test_a_tail_cut_back_shows_by_what_somebody_noted(sealed: Sealed) -> None:
    head = await sealed.records.database.run(audit.head)
    await sealed.tamper("DELETE FROM audit WHERE seq > 200", "DELETE FROM audit_seal WHERE seq > 200")
    found = await sealed.records.database.run(lambda tx: audit.examine(tx.connection, tx.sealer, known=[head]))
    assert [one.seq for one in found] == [201]


async def test_what_was_noted_wrongly_is_found(sealed: Sealed) -> None:
    known = [Head(57, "f" * 64)]
    found = await sealed.records.database.run(lambda tx: audit.examine(tx.connection, tx.sealer, known=known))
    assert [(one.seq, "other records" in one.what) for one in found] == [(57, True)]


async def test_other_records_with_the_same_key_are_not_these(sealed: Sealed, tmp_path: Path) -> None:
    """Whoever swaps two databases swaps their seals too; the files beside them stay."""
    clock = MovableClock(NOON)
    other = await Database.open(f"sqlite:///{tmp_path / 'other.db'}", KEY, clock, witness=sealed.witness)
    await other.run(lambda tx: patients.add(tx, COMMAND, OTTO))
    swapped = [f"{one.seq}: {one.what}" for one in await other.examine()]
    await other.close()
    assert any(one.startswith("1: not the row that the file of seals has noted") for one in swapped)
    assert any("are gone" in one for one in swapped)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"hash": "', '"hash": "0', "seal of row 1 is not ours"),
        ('"seq": 1,', '"seq": 2,', "seal of row 2 is not ours"),
        ("{", "", "line 1: no seal of ours"),
        ('"kept": true', '"kept": 1', "line 1: no seal of ours"),
    ],
)
async def test_a_changed_file_of_seals_is_found(sealed: Sealed, old: str, new: str, problem: str) -> None:
    lines = sealed.witness.kept.read_text()
    sealed.witness.kept.write_text(lines.replace(old, new, 1))
    (found,) = await sealed.found()
    assert problem in found


async def test_a_broken_chain_is_not_sealed_over(sealed: Sealed) -> None:
    await sealed.change(lambda connection: written_anew(connection, 57, by_another))
    await sealed.act(1, 4)
    found = await sealed.found()
    assert "201: rows 201 to 240 are not what was sealed: written anew" in found
    assert found[-1].startswith("241: rows 241 to 245 are not under a seal of ours")


async def test_removed_seals_do_not_come_back_by_themselves(sealed: Sealed) -> None:
    await sealed.tamper("DELETE FROM audit_seal", "UPDATE audit SET actor = 'staff:st_other' WHERE seq = 240")
    await sealed.act(1, 2)
    records = sealed.records
    again = await Database.open(records.url, KEY, records.clock, witness=sealed.witness)
    found = [one.seq for one in await again.examine()]
    await again.close()
    assert found == [1, 240]


async def test_files_that_were_lost_are_written_again(sealed: Sealed) -> None:
    shutil.rmtree(sealed.witness.kept.parent)
    await sealed.act(59, 1)
    assert sorted({one.seq for one in sealed.witness.read()[0]}) == [1, 100, 200, 300]
    assert await sealed.found() == []


async def test_what_is_rolled_back_is_neither_sealed_nor_noted(sealed: Sealed) -> None:
    def fails(tx: Transaction) -> None:
        patients.find_all(tx, NURSE)
        raise LookupError

    with pytest.raises(LookupError):
        await sealed.records.database.run(fails)
    assert await sealed.found() == []
    await sealed.act()
    assert await sealed.found() == []


def test_a_seal_reads_as_it_was_written() -> None:
    made = Sealer(KEY).sign(Seal(7, "a" * 64, NOON, True, 0, ""))
    assert seals.read(seals.written(made)) == made


async def test_records_from_before_there_were_seals_are_sealed_once(tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path / 'records.db'}", MovableClock(NOON)
    before = await Database.open(url, KEY, clock)
    await before.run(lambda tx: patients.add(tx, COMMAND, ROSA))
    await before.close()
    old = create_engine(url)
    with old.begin() as connection:
        connection.execute(text("DROP TABLE audit_seal"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    old.dispose()
    after = await Database.open(url, KEY, clock)
    assert await after.examine() == []
    assert await after.run(lambda tx: [row.seq for row in tx.connection.execute(select(audit_seal))]) == [1]
    await after.close()
