"""What patients asked, sealed with their own keys: what could not be answered is the curators' queue, all of it is replayed
before publishing.

Questions that ask for the same thing are one topic. A topic has no words of its own; whoever opens it reads the patients'.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from server.knowledge import golden
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.identifiers import new_id
from server.record.library_schema import question as table
from server.record.library_schema import topic as topics
from server.record.sealed import SealedColumn
from server.record.transaction import Transaction
from server.record.vault import Unreadable
from server.vocabulary.errors import NotFound, ServiceError
from server.vocabulary.ids import CheckInId, PatientId, StaffId
from server.vocabulary.principals import Principal, Staff

_TEXT: SealedColumn[str] = SealedColumn(str, "question", "text")


class TopicState(StrEnum):
    """Where a topic stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    CLOSED = "closed"


class TopicRefused(ServiceError):
    """The topic cannot be closed like this."""

    code = "topic_refused"
    status = 409


@dataclass(frozen=True)
class Question:
    """One question of one patient."""

    id: str
    checkin: CheckInId
    turn: int
    text: str
    """PHI."""
    answered: bool
    topic: str | None
    at: datetime


@dataclass(frozen=True)
class Topic:
    """Questions that ask for the same thing."""

    id: str
    state: TopicState
    assigned_to: StaffId | None
    document: str | None
    """The document that answers it since; None while it is not closed."""
    golden: str | None
    at: datetime
    questions: tuple[Question, ...]
    """Oldest first."""


def note(
    tx: Transaction,
    principal: Principal,
    checkin: CheckInId,
    patient: PatientId,
    turn: int,
    text: str,
    *,
    answered: bool,
) -> None:
    """A patient asked something; in the transaction that journals it. The journal holds the words too, for the nurse."""
    require(principal, Permission.QUESTION_NOTE, checkin=checkin)
    made = new_id("qu")
    sealed = _TEXT.seal(tx.vault, patient, made, text)
    row = {"id": made, "checkin": checkin, "patient": patient, "turn": turn, "text": sealed, "answered": answered}
    tx.connection.execute(insert(table).values(**row, created_at=tx.now))
    tx.audit(principal, AuditAction.QUESTION_NOTED, patient=patient, subject=checkin, detail={"turn": turn})


def past(tx: Transaction, principal: Principal) -> list[tuple[str, int]]:
    """Every question ever asked, and how often in these very words, the most frequent first."""
    return Counter(one.text for one in _opened(tx, principal, select(table))).most_common()


def unsorted(tx: Transaction, principal: Principal) -> list[Question]:
    """Unanswered questions of no topic yet."""
    return _opened(tx, principal, select(table).where(table.c.answered.is_(False), table.c.topic.is_(None)))


def waiting(tx: Transaction, principal: Principal) -> int:
    """How many questions nobody could answer wait for a passage; reads none of them."""
    require(principal, Permission.LIBRARY_READ)
    closed = select(topics.c.id).where(topics.c.state == TopicState.CLOSED.value)
    mine = table.c.answered.is_(False) & (table.c.topic.is_(None) | table.c.topic.not_in(closed))
    return tx.connection.scalar(select(func.count()).select_from(table).where(mine)) or 0


def queue(tx: Transaction, principal: Principal, state: TopicState | None = None) -> list[Topic]:
    """Topics with their questions: the one with most questions first, then the oldest."""
    return _topics(
        tx, principal, select(topics) if state is None else select(topics).where(topics.c.state == state.value)
    )


def topic(tx: Transaction, principal: Principal, wanted: str) -> Topic | None:
    """One topic, so that no other patient's words are opened for it; None where there is none of this id."""
    return next(iter(_topics(tx, principal, select(topics).where(topics.c.id == wanted))), None)


def _topics(tx: Transaction, principal: Principal, query: Any) -> list[Topic]:
    rows = tx.connection.execute(query).all()
    asked: dict[str, list[Question]] = defaultdict(list)
    wanted = table.c.topic.in_([row.id for row in rows])
    for one in _opened(tx, principal, select(table).where(wanted)):
        asked[str(one.topic)].append(one)
    made = [_topic(row, asked[row.id]) for row in rows]
    return sorted(made, key=lambda one: (-len(one.questions), one.at))


def sort_in(
    tx: Transaction, principal: Principal, found: Sequence[tuple[str, str | None]], groups: Mapping[str, str]
) -> None:
    """Put questions under topics. `found`: question and its topic, or None for the new one that `groups` gives it a name
    for: questions of one group become one topic. A question that has a topic by now keeps it."""
    require(principal, Permission.QUESTION_READ)
    made: dict[str, str] = {}
    for one, known in found:
        target = known or made.get(groups[one]) or made.setdefault(groups[one], _new_topic(tx, principal))
        mine = (table.c.id == one) & table.c.topic.is_(None)
        tx.connection.execute(update(table).where(mine).values(topic=target))


def assign(tx: Transaction, principal: Principal, wanted: str, member: Staff) -> None:
    """Somebody takes care of it. Raises NotFound, TopicRefused."""
    require(principal, Permission.LIBRARY_WRITE)
    require(member, Permission.LIBRARY_WRITE)
    if _state(tx, wanted) is TopicState.CLOSED:
        raise TopicRefused("this topic is closed")
    values = {"state": TopicState.ASSIGNED.value, "assigned_to": member.id}
    tx.connection.execute(update(topics).where(topics.c.id == wanted).values(**values))
    tx.audit(principal, AuditAction.TOPIC_CHANGED, subject=wanted, detail={"assigned_to": member.id})


def close(tx: Transaction, principal: Principal, wanted: str, chosen: str, told: Collection[str]) -> None:
    """A passage answers it, and a golden question of that passage keeps it so. `told`: keys of the passages that its
    questions are told now. Raises NotFound, TopicRefused."""
    require(principal, Permission.LIBRARY_WRITE)
    if _state(tx, wanted) is TopicState.CLOSED:
        raise TopicRefused("this topic is closed")
    found = golden.get(tx, principal, chosen)
    if found is None or not found.keeps(told):
        raise TopicRefused(
            "publish a passage that answers it, and close it with a golden question that names this passage"
        )
    values = {"state": TopicState.CLOSED.value, "document": found.document, "golden": chosen, "closed_at": tx.now}
    tx.connection.execute(update(topics).where(topics.c.id == wanted).values(**values))
    tx.audit(principal, AuditAction.TOPIC_CHANGED, subject=wanted, detail={"golden": chosen})


def _state(tx: Transaction, wanted: str) -> TopicState:
    found = tx.connection.scalar(select(topics.c.state).where(topics.c.id == wanted))
    if found is None:
        raise NotFound("no such topic")
    return TopicState(found)


def _new_topic(tx: Transaction, principal: Principal) -> str:
    made = new_id("tp")
    tx.connection.execute(insert(topics).values(id=made, state=TopicState.OPEN.value, created_at=tx.now))
    tx.audit(principal, AuditAction.TOPIC_CHANGED, subject=made, detail={"state": TopicState.OPEN.value})
    return made


def _opened(tx: Transaction, principal: Principal, query: Any) -> list[Question]:
    """Reading is audited for each patient. What was forgotten with its patient is left out."""
    require(principal, Permission.QUESTION_READ)
    rows = tx.connection.execute(query.order_by(table.c.id)).all()
    for patient, count in Counter(row.patient for row in rows).items():
        tx.audit(principal, AuditAction.QUESTION_READ, patient=PatientId(patient), detail={"count": count})
    return [one for row in rows if (one := _question(tx, row)) is not None]


def _question(tx: Transaction, row: Row[Any]) -> Question | None:
    try:
        text = _TEXT.open(tx.vault, PatientId(row.patient), row.id, row.text)
    except Unreadable:
        return None
    return Question(row.id, CheckInId(row.checkin), row.turn, text, row.answered, row.topic, row.created_at)


def _topic(row: Row[Any], asked: Sequence[Question]) -> Topic:
    state = TopicState(row.state)
    return Topic(row.id, state, row.assigned_to, row.document, row.golden, row.created_at, tuple(asked))
