"""What the records say of a night, read from the tables of the database alone: figures, and what must never be found there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from server.escalation.climbing import Policies
from server.escalation.ladder import Policy
from server.record import audit, journal
from server.record.schema import checkin, delivery, due_work, escalation, page_event
from server.record.transaction import Transaction
from server.vocabulary.events import EscalationClosed, EscalationRequested
from server.vocabulary.findings import Tier
from server.vocabulary.principals import Service
from server.workbench.night.left import Left, left_open

_COMMAND: Final = Service("command")
_BEGINS: Final = ("requested", "raised", "reopened")
"""What puts a page at the foot of its ladder."""
_ANSWERS: Final = ("acknowledged", "claimed", "taken_over", "closed")


@dataclass(frozen=True)
class Outage:
    """No process ran."""

    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Climb:
    """One page on its ladder, from the foot to an answer."""

    escalation: str
    tier: str
    late: timedelta
    """By how much its latest step was late, an outage not counted."""
    answered: timedelta | None
    """After so long."""
    at_top: bool
    """Everybody was rung before anybody answered."""
    stalled: bool
    """A step was due before the answer, and did not come."""


@dataclass(frozen=True)
class Found:
    """Figures and faults."""

    check_ins: int
    ended: int
    pages: Counter[str]
    """By tier."""
    climbs: tuple[Climb, ...]
    to_page: Mapping[str, tuple[float, ...]]
    """Seconds from the words to the first message that was taken, by tier."""
    to_answer: Mapping[str, tuple[float, ...]]
    to_human: Mapping[str, tuple[float, ...]]
    """To the nurse who is seeing to the patient."""
    judged: Counter[tuple[str, str]]
    """(tier, `useful` or `noise`)."""
    reopened: int
    tried_again: int
    """Messages that needed more than one try."""
    orphans: tuple[str, ...]
    """What hangs in the air, each in words."""
    left: tuple[Left, ...]
    """What is still open at the end."""
    chain_broken_at: int | None


def read(tx: Transaction, policies: Policies, outages: Sequence[Outage], zone: ZoneInfo) -> Found:
    """Everything of these records; `zone` is the staff's."""
    # Before anything is read: what this very transaction audits is sealed at its end only.
    broken = audit.verify(tx)
    rows = tx.connection.execute(select(escalation, checkin.c.persona).join(checkin).order_by(escalation.c.id)).all()
    stories = _stories(tx)
    climbs = [one for row in rows for one in _climbs(row, stories[row.id], _policy(policies, row), outages)]
    closed = [entry.event for _, entry in journal.find(tx, _COMMAND, "escalation_closed")]
    states = tx.connection.scalars(select(checkin.c.status)).all()
    return Found(
        check_ins=len(states),
        ended=sum(state == "ended" for state in states),
        pages=Counter(row.tier for row in rows),
        climbs=tuple(climbs),
        to_page=_until(rows, stories, ("sent",)),
        to_answer=_until(rows, stories, ("acknowledged", "claimed")),
        to_human=_until(rows, stories, ("claimed", "taken_over")),
        judged=Counter((event.tier.value, event.worth) for event in closed if isinstance(event, EscalationClosed)),
        reopened=sum(event.kind == "reopened" for story in stories.values() for event in story),
        tried_again=len(tx.connection.scalars(select(delivery.c.id).where(delivery.c.attempts > 1)).all()),
        orphans=tuple(_orphans(tx, rows, stories)),
        left=tuple(left_open(tx, rows, stories, lambda row: _policy(policies, row), zone)),
        chain_broken_at=broken,
    )


def _stories(tx: Transaction) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    query = select(page_event).order_by(page_event.c.escalation, page_event.c.seq)
    for row in tx.connection.execute(query):
        found.setdefault(row.escalation, []).append(row)
    return found


def _policy(policies: Policies, row: Row[Any]) -> Policy:
    return policies.get(row.persona, policies[""])[Tier(row.tier)]


def _climbs(row: Row[Any], story: list[Row[Any]], policy: Policy, outages: Sequence[Outage]) -> Iterable[Climb]:
    """A page that was put at the foot again climbs again."""
    begins = [at for at, event in enumerate(story) if event.kind in _BEGINS]
    for begin, end in pairwise([*begins, len(story)]):
        part = story[begin:end]
        answer = next((event.at for event in part if event.kind in _ANSWERS), None)
        rungs = [event.at for event in part if event.kind == "rung" and (answer is None or event.at <= answer)]
        if policy.quiet is None:
            yield _climb(row, part[0].at, rungs, answer, policy, outages)


def _climb(
    row: Row[Any],
    start: datetime,
    rungs: list[datetime],
    answer: datetime | None,
    policy: Policy,
    outages: Sequence[Outage],
) -> Climb:
    waits = [step.wait for step in policy.steps]
    due, late = start, timedelta()
    for number, rung in enumerate(rungs):
        due += (
            waits[number]
            if number < len(waits)
            else policy.again
            if number % len(waits) == 0
            else waits[number % len(waits)]
        )
        late = max(late, rung - _after(due, outages))
        due = rung
    following = waits[len(rungs)] if len(rungs) < len(waits) else policy.again
    stalled = answer is None or (len(rungs) < len(waits) and answer > _after(due + following, outages) + _GRACE)
    answered = None if answer is None else answer - start
    return Climb(row.id, row.tier, late, answered, len(rungs) >= len(waits), stalled)


_GRACE: Final = timedelta(seconds=2)
"""A pager looks once a second."""
_LONGEST_VISIT: Final = timedelta(hours=1)
"""Whoever claimed a page so lately may still be with the patient: twelve times the mean of night.yaml."""


def _after(due: datetime, outages: Sequence[Outage]) -> datetime:
    """When it can be done at the earliest."""
    return next((outage.end for outage in outages if outage.begin <= due < outage.end), due)


def _until(
    rows: Sequence[Row[Any]], stories: Mapping[str, list[Row[Any]]], kinds: Sequence[str]
) -> dict[str, tuple[float, ...]]:
    """Seconds from the request of a page to the first of these, by tier."""
    found: dict[str, list[float]] = {}
    for row in rows:
        first = next((event.at for event in stories[row.id] if event.kind in kinds), None)
        if first is not None:
            found.setdefault(row.tier, []).append((first - row.requested_at).total_seconds())
    return {tier: tuple(sorted(values)) for tier, values in found.items()}


def _orphans(tx: Transaction, rows: Sequence[Row[Any]], stories: Mapping[str, list[Row[Any]]]) -> Iterable[str]:
    known = {row.id for row in rows}
    asked = [entry.event for _, entry in journal.find(tx, _COMMAND, "escalation_requested")]
    for event in asked:
        if isinstance(event, EscalationRequested) and event.escalation not in known:
            yield f"a check-in's journal knows page {event.escalation}, the desk does not"
    work = {row.subject: row for row in tx.connection.execute(select(due_work))}
    unsent = Counter(tx.connection.scalars(select(delivery.c.escalation).where(delivery.c.done_at.is_(None))))
    for row in rows:
        waits = row.id in work and work[row.id].done_at is None and work[row.id].due_at > tx.now
        with_patient = row.claimed_at is not None and row.claimed_at > tx.now - _LONGEST_VISIT
        if row.state != "closed" and not waits and not with_patient:
            yield f"page {row.id} is {row.state} at the end of the night"
        if row.id not in work:
            yield f"page {row.id} has no timer"
        elif row.state == "closed" and work[row.id].done_at is None:
            yield f"page {row.id} is closed, and its timer runs"
        if row.state == "closed" and unsent[row.id]:
            yield f"page {row.id} is closed, and still rings"
        levels = [event.level for event in stories[row.id] if event.kind == "rung"]
        if levels != list(range(1, len(levels) + 1)):
            yield f"page {row.id} was rung on the levels {levels}"
    judged = {
        entry.event.escalation
        for _, entry in journal.find(tx, _COMMAND, "escalation_closed")
        if isinstance(entry.event, EscalationClosed)
    }
    yield from (
        f"page {row.id} is closed without a disposition"
        for row in rows
        if row.state == "closed" and row.id not in judged
    )
