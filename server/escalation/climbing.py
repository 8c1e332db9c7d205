"""Pages whose time has come take their next step: the rules decide, and messages, journal and audit become true together."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Row, and_, select
from sqlalchemy.exc import SQLAlchemyError

from server.escalation import desk, history, oncall, subscriptions, timekeeping, work
from server.escalation.ladder import About, Climb, Person, Policy, Ring, Roster, Rung, climb
from server.record import staff
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.privacy import log
from server.record.schema import checkin as checkin_table
from server.record.schema import due_work
from server.record.schema import escalation as table
from server.record.transaction import Transaction
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId, PatientId, StaffId
from server.vocabulary.principals import Service

_LOGGER = logging.getLogger(__name__)
_PAGER: Final = Service("pager")
_STUMBLED: Final = timedelta(minutes=1)
"""Until a page that the rules could take no step for rings again."""

Policies = Mapping[str, Mapping[Tier, Policy]]
"""By persona; `""` is for check-ins of a persona that is not loaded any more."""


class Directory(Protocol):
    """How people are reached; the service's is read from a file of the site, tests write their own."""

    def person(self, email: str, staff: StaffId) -> Person:
        """A member of staff; without addresses if none are known."""
        ...

    @property
    def catch_all(self) -> Person: ...
    @property
    def operations(self) -> Person: ...


def climb_due(tx: Transaction, policies: Policies, directory: Directory, limit: int) -> int:
    """Every page that is due takes one step, most urgent first, up to `limit` of them; tells how many did."""
    require(_PAGER, Permission.PAGE_DELIVER)
    timekeeping.settle(tx)
    due = and_(due_work.c.kind == "page", due_work.c.done_at.is_(None), due_work.c.due_at <= tx.now)
    columns = (table.c.tier, table.c.state, table.c.patient, table.c.checkin, checkin_table.c.persona)
    query = select(due_work, *columns).join(table, table.c.id == due_work.c.subject)
    query = query.join(checkin_table, checkin_table.c.id == table.c.checkin).where(due)
    query = query.order_by(work.URGENCY, due_work.c.due_at).limit(limit)
    rows = tx.connection.execute(query.with_for_update(of=due_work, skip_locked=True)).all()
    roster = roster_now(tx, directory) if rows else None
    for row in rows:
        if roster is not None:
            _climb_safely(tx, row, policies, roster)
    return len(rows)


def alarm(tx: Transaction, page: work.Page, directory: Directory, about: About) -> None:
    """Tells operations about a page that nobody may hear."""
    rings = [Ring(directory.operations.id, address, work.NOW, about) for address in directory.operations.addresses]
    work.plan(tx, page.escalation, page.level, rings)


def roster_now(tx: Transaction, directory: Directory) -> Roster:
    """Who can be rung at this moment, and how."""
    browsers = subscriptions.addresses(tx, _PAGER)
    named = {
        email: replace(directory.person(email, member.id), beside=browsers.get(member.id, ()))
        for email, member in staff.enabled(tx, _PAGER).items()
    }
    people = {person.id: person for person in named.values()}
    schedule = oncall.schedule(tx, _PAGER)
    on_call = {
        role: tuple(people[member] for member in schedule.on_call(role, tx.now) if member in people)
        for role in schedule.roles
    }
    return Roster(on_call, named, directory.catch_all, directory.operations)


def _climb_safely(tx: Transaction, row: Row[Any], policies: Policies, roster: Roster) -> None:
    """A page that the rules cannot take a step for rings whoever catches everything, and holds no other page up."""
    try:
        with tx.connection.begin_nested():
            _climb(tx, row, policies, roster)
    except SQLAlchemyError:
        raise
    except Exception as error:  # noqa: BLE001 - root of one page's step: whatever is wrong with it, it must ring
        log(_LOGGER, logging.CRITICAL, "page_step_failed", escalation=row.subject, error=type(error).__name__)
        everybody = (roster.catch_all, roster.operations)
        rings = [Ring(one.id, way, work.NOW, About.UNKNOWN_STATE) for one in everybody for way in one.addresses]
        rung = Rung(row.level + 1, row.step, row.round)
        work.climbed(tx, EscalationId(row.subject), rung, tx.now + _STUMBLED, row.claim_by)
        work.plan(tx, EscalationId(row.subject), row.level, rings)


def _climb(tx: Transaction, row: Row[Any], policies: Policies, roster: Roster) -> None:
    escalation, patient = EscalationId(row.subject), PatientId(row.patient)
    policy, faults = _policy(policies, row.persona, row.tier)
    rung = Rung(row.level, row.step, row.round)
    step = climb(policy, row.state, row.claim_by, rung, roster, tx.now, faults)
    if step.due is None:
        work.finish(tx, escalation)
        return
    work.climbed(tx, escalation, step.rung, step.due, step.claim_by)
    if step.claim_by != row.claim_by:
        desk.announce(tx, CheckInId(row.checkin), escalation)
    if step.reopened:
        desk.reopen(tx, _PAGER, escalation, rung.level)
    if step.rings:
        work.plan(tx, escalation, rung.level, step.rings)
        history.append(
            tx, _PAGER, escalation, patient, AuditAction.PAGE_RUNG, level=rung.level, detail=_detail(step, rung)
        )


def _detail(step: Climb, rung: Rung) -> dict[str, str | int | bool]:
    detail: dict[str, str | int | bool] = {"step": rung.step, "round": rung.round, "count": len(step.rings)}
    if step.faults:
        detail["reason"] = "+".join(step.faults)
    return detail


def _policy(policies: Policies, persona: str, tier: str) -> tuple[Policy, tuple[About, ...]]:
    of_persona = policies.get(persona) or policies[""]
    if tier in list(Tier) and Tier(tier) in of_persona:
        return of_persona[Tier(tier)], ()
    return of_persona[Tier.EMERGENCY], (About.UNKNOWN_STATE,)
