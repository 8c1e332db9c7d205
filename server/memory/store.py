"""Facts, threads and episodes in the records: every cell sealed with its patient's key, every reading and writing audited."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, insert, select, update

from server.memory.facts import Claim, Episode, Fact, Line, Matter, Thread
from server.memory.merging import Changes, Put
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.identifiers import new_id
from server.record.schema import checkin as checkin_table
from server.record.schema import memory_episode, memory_fact, memory_thread
from server.record.schema import patient as patient_table
from server.record.sealed import SealedColumn
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Principal

_CLAIM: SealedColumn[Claim] = SealedColumn(Claim, "memory_fact", "claim")
_MATTER: SealedColumn[Matter] = SealedColumn(Matter, "memory_thread", "matter")
_EPISODE: SealedColumn[Episode] = SealedColumn(Episode, "memory_episode", "episode")
_WAITING_MOST = 200
"""Check-ins taken up at once; the rest follow at the next look."""


def waiting(tx: Transaction, principal: Principal) -> list[CheckInId]:
    """Check-ins that are over and not taken into memory yet, the oldest first; those of forgotten patients never are."""
    require(principal, Permission.MEMORY_WRITE)
    done = exists().where(memory_episode.c.checkin == checkin_table.c.id)
    query = select(checkin_table.c.id).join(patient_table, patient_table.c.id == checkin_table.c.patient)
    over = and_(checkin_table.c.status == "ended", checkin_table.c.started_at.is_not(None), ~done)
    query = query.where(over, patient_table.c.forgotten_at.is_(None)).order_by(checkin_table.c.id).limit(_WAITING_MOST)
    return [CheckInId(found) for found in tx.connection.scalars(query)]


def is_taken(tx: Transaction, checkin: CheckInId) -> bool:
    """Whether this check-in was taken into memory before."""
    return bool(tx.connection.scalar(select(exists().where(memory_episode.c.checkin == checkin))))


def write(
    tx: Transaction, principal: Principal, patient: PatientId, checkin: CheckInId, changes: Changes, episode: Episode
) -> None:
    """Take a check-in into memory, once; what it makes forgotten is gone with the same commit."""
    require(principal, Permission.MEMORY_WRITE, patient=patient, checkin=checkin)
    apply(tx, patient, changes, checkin)
    sealed = _EPISODE.seal(tx.vault, patient, checkin, episode)
    row = {"checkin": checkin, "patient": patient, "recorded_at": tx.now, "episode": sealed}
    tx.connection.execute(insert(memory_episode).values(row))
    tx.audit(
        principal, AuditAction.MEMORY_WRITTEN, patient=patient, subject=checkin, detail={"count": len(changes.puts)}
    )
    if changes.forgets:
        detail = {"count": len(changes.forgets)}
        tx.audit(principal, AuditAction.MEMORY_FORGOTTEN, patient=patient, subject=checkin, detail=detail)


def apply(tx: Transaction, patient: PatientId, changes: Changes, checkin: CheckInId | None) -> list[str]:
    """The changes as rows; ids of the new versions. Whoever calls it has asked for permission and audits it."""
    for line in changes.forgets:
        _delete(tx, patient, line)
    for fact, ending in changes.ends.items():
        where = and_(memory_fact.c.id == fact, memory_fact.c.patient == patient, memory_fact.c.known_to.is_(None))
        tx.connection.execute(update(memory_fact).where(where).values(known_to=tx.now, ended_as=ending))
    ids = [_put(tx, patient, put, checkin) for put in changes.puts]
    for thread, how in changes.closes.items():
        where = and_(memory_thread.c.id == thread, memory_thread.c.patient == patient)
        tx.connection.execute(update(memory_thread).where(where).values(closed_at=tx.now, closed_as=how))
    for thread in changes.asked:
        _count(tx, patient, thread)
    for matter in changes.opens.values():
        _open(tx, patient, matter)
    return ids


def threads(tx: Transaction, patient: PatientId, *, closed: bool = False) -> list[Thread]:
    """The open threads, or all of them, newest first. Raises Unreadable."""
    query = select(memory_thread).where(memory_thread.c.patient == patient).order_by(memory_thread.c.id.desc())
    if not closed:
        query = query.where(memory_thread.c.closed_at.is_(None))
    return [_thread(tx, patient, row) for row in tx.connection.execute(query)]


def facts(tx: Transaction, patient: PatientId, *, lines: Iterable[Line], ids: Iterable[str] = ()) -> list[Fact]:
    """What is known now of these lines, and these facts, oldest first. Raises Unreadable."""
    known = memory_fact.c.known_to.is_(None)
    of_lines = memory_fact.c.line.in_([_line(tx, patient, line) for line in lines])
    found = {one.id: one for one in _facts(tx, patient, [known, of_lines])}
    if named := [one for one in ids if one not in found]:
        found |= {one.id: one for one in _facts(tx, patient, [known, memory_fact.c.id.in_(named)])}
    return sorted(found.values(), key=lambda one: one.id)


def every_fact(tx: Transaction, patient: PatientId) -> list[Fact]:
    """Every version of every fact, also those that are no longer what is known, oldest first."""
    return sorted(_facts(tx, patient, ()), key=lambda fact: fact.recorded_at)


def facts_on(tx: Transaction, patient: PatientId, at: datetime) -> list[Fact]:
    """Every version that was what was known at that moment, oldest first. Raises Unreadable."""
    still = memory_fact.c.known_to.is_(None) | (memory_fact.c.known_to > at)
    return list(_facts(tx, patient, [memory_fact.c.recorded_at <= at, still]))


def fact(tx: Transaction, patient: PatientId, wanted: str) -> Fact:
    """One version that is known now. Raises NotFound."""
    found = list(_facts(tx, patient, [memory_fact.c.id == wanted, memory_fact.c.known_to.is_(None)]))
    if not found:
        raise NotFound("no such fact of this patient, or it is known no more")
    return found[0]


def episodes(tx: Transaction, patient: PatientId) -> list[tuple[CheckInId, datetime, Episode]]:
    """What happened in each check-in, oldest first. Raises Unreadable."""
    query = select(memory_episode).where(memory_episode.c.patient == patient).order_by(memory_episode.c.checkin)
    return [
        (row.checkin, row.recorded_at, _EPISODE.open(tx.vault, patient, row.checkin, row.episode))
        for row in tx.connection.execute(query)
    ]


def _facts(tx: Transaction, patient: PatientId, where: Sequence[ColumnElement[bool]]) -> Iterator[Fact]:
    query = select(memory_fact).where(memory_fact.c.patient == patient, *where).order_by(memory_fact.c.id)
    for row in tx.connection.execute(query):
        yield Fact(
            id=row.id,
            checkin=row.checkin,
            claim=_CLAIM.open(tx.vault, patient, row.id, row.claim),
            state=row.state,
            source=row.source,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            recorded_at=row.recorded_at,
            known_to=row.known_to,
            ended_as=row.ended_as,
            confirmed_by=row.confirmed_by,
        )


def _thread(tx: Transaction, patient: PatientId, row: Row[Any]) -> Thread:
    matter = _MATTER.open(tx.vault, patient, row.id, row.matter, row.row_version)
    return Thread(row.id, matter, row.opened_at, row.closed_at, row.closed_as)


def _put(tx: Transaction, patient: PatientId, put: Put, checkin: CheckInId | None) -> str:
    made = new_id("mf")
    row = {
        "id": made,
        "patient": patient,
        "checkin": checkin,
        "line": _line(tx, patient, put.claim.line),
        "claim": _CLAIM.seal(tx.vault, patient, made, put.claim),
        "state": put.state,
        "source": put.source,
        "valid_from": put.valid_from,
        "valid_to": put.valid_to,
        "recorded_at": tx.now,
        "confirmed_by": put.confirmed_by,
    }
    tx.connection.execute(insert(memory_fact).values(row))
    return made


def _open(tx: Transaction, patient: PatientId, matter: Matter) -> None:
    made = new_id("mt")
    row = {
        "id": made,
        "patient": patient,
        "row_version": 1,
        "line": _line(tx, patient, matter.line),
        "matter": _MATTER.seal(tx.vault, patient, made, matter),
        "opened_at": tx.now,
    }
    tx.connection.execute(insert(memory_thread).values(row))


def _count(tx: Transaction, patient: PatientId, thread: str) -> None:
    query = select(memory_thread).where(memory_thread.c.id == thread, memory_thread.c.patient == patient)
    row = tx.connection.execute(query).one()
    before = _thread(tx, patient, row).matter
    matter = Matter(before.kind, before.rule, before.subject, before.asked + 1)
    version = row.row_version + 1
    sealed = _MATTER.seal(tx.vault, patient, thread, matter, version)
    changed = {"row_version": version, "matter": sealed}
    tx.connection.execute(update(memory_thread).where(memory_thread.c.id == thread).values(changed))


def _delete(tx: Transaction, patient: PatientId, line: Line) -> None:
    """Every version of a line, and what was to be asked about it: not ended, but gone."""
    key = _line(tx, patient, line)
    for table in (memory_fact, memory_thread):
        tx.connection.execute(delete(table).where(table.c.patient == patient, table.c.line == key))


def _line(tx: Transaction, patient: PatientId, line: Line) -> bytes:
    return tx.vault.fingerprint(patient, "memory", "|".join(line))
