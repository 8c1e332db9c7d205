"""Golden questions: what a document must answer, in which words, and to whom it must not; a release is held to them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update

from server.knowledge.passage import Audience
from server.record.access import Permission, require
from server.record.audit import AuditAction, actor
from server.record.identifiers import new_id
from server.record.library_schema import golden as table
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, ServiceError
from server.vocabulary.principals import Principal


class GoldenInvalid(ServiceError):
    """A golden question cannot be used; the message names the field and the remedy."""

    code = "golden_invalid"


@dataclass(frozen=True)
class Golden:
    """One question, as a patient or a nurse would ask it, and what must come of it."""

    document: str
    """The document it belongs to."""
    question: str
    must_retrieve: tuple[str, ...] = ()
    """Keys of passages that must be among the best found. None: nothing of the document may be told."""
    must_say: tuple[str, ...] = ()
    """Words that must be in what is told, whatever their case."""
    must_not_say: tuple[str, ...] = ()
    audience: Audience = Audience.PATIENT
    """Who asks."""

    def keeps(self, told: Collection[str]) -> bool:
        """Whether it holds a release to one of the passages with these keys."""
        return not set(self.must_retrieve).isdisjoint(told)


@dataclass(frozen=True)
class Kept:
    """A golden question on record."""

    id: str
    golden: Golden
    author: str


class Fault(StrEnum):
    """What is wrong with what came of a golden question."""

    NOT_RETRIEVED = "not retrieved"
    NOT_SAID = "not said"
    SAID = "must not be said"
    TOLD = "told although nothing may be"
    WRONG_AUDIENCE = "told to a patient although written for nurses"


@dataclass(frozen=True)
class Fate:
    """What the pipeline of a call makes of a question."""

    retrieved: tuple[str, ...]
    """Keys, the best first."""
    key: str
    """Of the passage that is told; empty where it is refused."""
    said: str
    """What a patient would hear; empty where it is refused."""


@dataclass(frozen=True)
class Verdict:
    """A golden question and what is wrong; nothing where it is green."""

    golden: Golden
    faults: tuple[tuple[Fault, str], ...]
    """With the key or the words it is about."""
    fate: Fate

    @property
    def red(self) -> bool:
        return bool(self.faults)


_PAYLOAD: TypeAdapter[Golden] = TypeAdapter(Golden)


def judge(golden: Golden, fate: Fate, to_patient: Fate, top: int) -> Verdict:
    """`to_patient`: what comes of the same question when a patient asks; nurses' passages must not be in it. Pure."""
    faults = [(Fault.NOT_RETRIEVED, key) for key in golden.must_retrieve if key not in fate.retrieved[:top]]
    heard = _plain(fate.said)
    faults += [(Fault.NOT_SAID, words) for words in golden.must_say if _plain(words) not in heard]
    faults += [(Fault.SAID, words) for words in golden.must_not_say if _plain(words) in heard]
    if not golden.must_retrieve and _document(fate.key) == golden.document:
        faults.append((Fault.TOLD, fate.key))
    if golden.audience is not Audience.PATIENT:
        faults += [(Fault.WRONG_AUDIENCE, key) for key in golden.must_retrieve if key == to_patient.key]
    return Verdict(golden, tuple(faults), fate)


def too_few(goldens: Iterable[Golden], documents: Sequence[str], least: int) -> list[tuple[str, int]]:
    """Documents with fewer golden questions than they need, and how many they have."""
    counts = dict.fromkeys(documents, 0)
    for one in goldens:
        if one.document in counts:
            counts[one.document] += 1
    return [(document, count) for document, count in counts.items() if count < least]


def add(tx: Transaction, principal: Principal, golden: Golden) -> str:
    """Returns its id; that of the same question where it is there already. Raises GoldenInvalid."""
    require(principal, Permission.LIBRARY_WRITE)
    _check(golden)
    known = next((kept.id for kept in _kept(tx, golden.document) if kept.golden == golden), None)
    if known is not None:
        return known
    made = new_id("gq")
    row = {"id": made, "document": golden.document, "payload": _PAYLOAD.dump_json(golden).decode()}
    tx.connection.execute(insert(table).values(**row, author=actor(principal), created_at=tx.now))
    tx.audit(principal, AuditAction.GOLDEN_ADDED, subject=golden.document, detail={"golden": made})
    return made


def remove(tx: Transaction, principal: Principal, wanted: str) -> None:
    """It stays on record. Raises NotFound."""
    require(principal, Permission.LIBRARY_WRITE)
    document = tx.connection.scalar(select(table.c.document).where(table.c.id == wanted, table.c.removed_at.is_(None)))
    if document is None:
        raise NotFound("no such golden question")
    tx.connection.execute(update(table).where(table.c.id == wanted).values(removed_at=tx.now))
    tx.audit(principal, AuditAction.GOLDEN_REMOVED, subject=document, detail={"golden": wanted})


def get(tx: Transaction, principal: Principal, wanted: str) -> Golden | None:
    """None where there is none of this id, or it was removed."""
    require(principal, Permission.LIBRARY_READ)
    mine = select(table.c.payload).where(table.c.id == wanted, table.c.removed_at.is_(None))
    payload = tx.connection.scalar(mine)
    return _PAYLOAD.validate_json(payload) if payload is not None else None


def kept(tx: Transaction, principal: Principal, document: str | None = None) -> list[Kept]:
    """Those of one document, or all of them, oldest first."""
    require(principal, Permission.LIBRARY_READ)
    return _kept(tx, document)


def _kept(tx: Transaction, document: str | None) -> list[Kept]:
    query = select(table).where(table.c.removed_at.is_(None)).order_by(table.c.id)
    if document is not None:
        query = query.where(table.c.document == document)
    return [Kept(row.id, _PAYLOAD.validate_json(row.payload), row.author) for row in tx.connection.execute(query)]


def _check(golden: Golden) -> None:
    if not golden.question.strip():
        raise GoldenInvalid("question: must be asked in words")
    if golden.must_say and not golden.must_retrieve:
        raise GoldenInvalid("must_retrieve: name the passage that says it")


def _document(key: str) -> str:
    return key.partition("#")[0]


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
