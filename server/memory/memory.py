"""What other stages ask of memory: take a check-in in, hand over what the next one needs, and what staff do with it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.memory import store
from server.memory.facts import Fact, Line, Matter, Thread
from server.memory.learning import learn
from server.memory.merging import Changes, Put, merge
from server.memory.rules import Rules
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.transaction import Transaction
from server.vocabulary.events import Event
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.memories import Memory
from server.vocabulary.principals import Patient, Principal, Service, Staff


def take_in(
    tx: Transaction,
    principal: Principal,
    patient: PatientId,
    checkin: CheckInId,
    events: Sequence[Event],
    rules: Rules,
    began: datetime,
) -> bool:
    """Write down what a check-in that is over leaves behind; False where that was done before. Raises Unreadable."""
    require(principal, Permission.MEMORY_WRITE, patient=patient, checkin=checkin)
    if store.is_taken(tx, checkin):
        return False
    learned = learn(events, rules)
    lines = [found.claim.line for found in learned.found]
    held = store.facts(tx, patient, lines=lines, ids=[one.memory for one in learned.amendments])
    changes = merge(held, store.threads(tx, patient), learned, rules, began)
    store.write(tx, principal, patient, checkin, changes, learned.episode)
    return True


def recall(tx: Transaction, principal: Principal, patient: PatientId, rules: Rules) -> tuple[Memory, ...]:
    """What the next check-in is handed: open threads that are not too old, conflicts first, then the newest."""
    require(principal, Permission.MEMORY_READ, patient=patient)
    found = [thread for thread in store.threads(tx, patient) if is_fresh(thread, tx.now, rules.kept)]
    found.sort(key=lambda thread: thread.matter.kind != "conflict")
    known = store.facts(tx, patient, lines=[thread.matter.line for thread in found]) if found else []
    memories = memories_of([thread.matter for thread in found], known)
    detail = {"count": len(memories)}
    tx.audit(principal, AuditAction.MEMORY_READ, patient=patient, detail=detail)
    return memories


def is_fresh(thread: Thread, now: datetime, kept: timedelta) -> bool:
    """Whether it may still be asked about."""
    return now - thread.opened_at <= kept


def memories_of(matters: Sequence[Matter], known: Sequence[Fact]) -> tuple[Memory, ...]:
    """Each matter with the newest fact of its line that still holds; without one there is nothing to speak of."""
    newest: dict[Line, Fact] = {}
    for fact in known:
        if fact.state in ("held", "conflict") and fact.valid_to is None:
            newest[fact.claim.line] = fact
    found = [(matter, newest.get(matter.line)) for matter in matters]
    return tuple(
        Memory(fact.id, matter.rule, matter.subject, fact.claim.aspect) for matter, fact in found if fact is not None
    )


def confirm(tx: Transaction, principal: Principal, patient: PatientId, wanted: str) -> str:
    """A person vouches for a fact: the id of its confirmed version; what was held of its line ends. Raises NotFound."""
    require(principal, Permission.MEMORY_CORRECT, patient=patient)
    fact = store.fact(tx, patient, wanted)
    put = Put(replace(fact.claim, confidence=1.0), "held", "staff", fact.valid_from, fact.valid_to, _who(principal))
    settled = {
        thread.id: "settled"
        for thread in store.threads(tx, patient)
        if thread.matter.line == fact.claim.line and thread.matter.kind == "conflict"
    }
    changes = Changes(ends={fact.id: "confirmed"}, puts=[put], closes=settled)
    for other in store.facts(tx, patient, lines=[fact.claim.line]):
        if other.id != fact.id and other.state in ("held", "conflict") and other.valid_to is None:
            changes.ends[other.id] = "superseded"
            if other.valid_from < fact.valid_from:
                changes.puts.append(
                    Put(other.claim, other.state, other.source, other.valid_from, fact.valid_from, other.confirmed_by)
                )
    return _changed(tx, principal, patient, changes, wanted, "confirmed")


def reject(tx: Transaction, principal: Principal, patient: PatientId, wanted: str) -> None:
    """A person says that a fact is none; that it was once known stays known. Raises NotFound."""
    require(principal, Permission.MEMORY_CORRECT, patient=patient)
    fact = store.fact(tx, patient, wanted)
    changes = Changes(ends={fact.id: "rejected"}, closes=_threads_of(tx, patient, fact.claim.line, "rejected"))
    _changed(tx, principal, patient, changes, wanted, "rejected")


def correct(
    tx: Transaction,
    principal: Principal,
    patient: PatientId,
    wanted: str,
    *,
    value: str | None = None,
    aspect: str | None = None,
    since: datetime | None = None,
) -> str:
    """A person puts it right: the id of the right version, which patients' words do not end. Raises NotFound."""
    require(principal, Permission.MEMORY_CORRECT, patient=patient)
    fact = store.fact(tx, patient, wanted)
    claim = replace(
        fact.claim,
        value=fact.claim.value if value is None else value,
        aspect=fact.claim.aspect if aspect is None else aspect,
        confidence=1.0,
    )
    put = Put(claim, "held", "staff", since or fact.valid_from, fact.valid_to, _who(principal))
    return _changed(tx, principal, patient, Changes(ends={fact.id: "corrected"}, puts=[put]), wanted, "corrected")


def forget_fact(tx: Transaction, principal: Principal, patient: PatientId, wanted: str) -> None:
    """Every version of what this fact is about is deleted. Raises NotFound."""
    require(principal, Permission.MEMORY_CORRECT, patient=patient)
    fact = store.fact(tx, patient, wanted)
    store.apply(tx, patient, Changes(forgets=[fact.claim.line]), None)
    tx.audit(principal, AuditAction.MEMORY_FORGOTTEN, patient=patient, subject=wanted)


def _changed(
    tx: Transaction, principal: Principal, patient: PatientId, changes: Changes, fact: str, change: str
) -> str:
    made = store.apply(tx, patient, changes, None)
    tx.audit(principal, AuditAction.MEMORY_CORRECTED, patient=patient, subject=fact, detail={"change": change})
    return made[0] if made else ""


def _threads_of(tx: Transaction, patient: PatientId, line: Line, how: str) -> dict[str, str]:
    return {thread.id: how for thread in store.threads(tx, patient) if thread.matter.line == line}


def _who(principal: Principal) -> str:
    match principal:
        case Staff() | Patient():
            return principal.id
        case Service():
            return principal.part
