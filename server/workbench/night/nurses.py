"""People on call as they answer in the night: late, asleep, busy, forgetful. All they know is what their telephone says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import get_args

from server.escalation import answer_link, desk
from server.record import journal
from server.record.transaction import Transaction
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId
from server.vocabulary.principals import Staff
from server.workbench.cases import Case, Level
from server.workbench.night.caller import Caller
from server.workbench.night.house import House
from server.workbench.night.phones import Ringing
from server.workbench.night.plan import Member, NightPlan
from server.workbench.night.timeline import Timeline

_LEVELS = get_args(Level)
_OPEN = ("requested", "paged", "seen", "acknowledged")


@dataclass
class Nurse:
    """One person's night."""

    member: Member
    staff: Staff
    busy_until: datetime | None = None
    hears: set[str] = field(default_factory=set)
    """Links of ringings that they will answer, and have not yet."""


class OnCall:
    """Everybody who can be rung."""

    def __init__(
        self,
        plan: NightPlan,
        nurses: Mapping[str, Nurse],
        callers: Mapping[CheckInId, Caller],
        timeline: Timeline,
        house: Callable[[], House],
        chance: Random,
    ) -> None:
        """`house`: the process that runs now."""
        self._plan = plan
        self._nurses = nurses
        self._callers = callers
        self._timeline = timeline
        self._house = house
        self._chance = chance

    def ring(self, ringing: Ringing) -> None:
        """A telephone rings; whoever sleeps, or has heard of this page already, does nothing more for it."""
        nurse, now = self._nurses[ringing.person], self._timeline.now
        link = answer_link.read(self._house().key, ringing.token, now)
        if link is None or link.escalation in nurse.hears or self._asleep(nurse.member, now):
            return
        nurse.hears.add(link.escalation)
        rules = self._plan.nurse
        hours = (now - self._plan.night.start).total_seconds() / 3600
        slower = rules.slower_each_hour.value**hours
        self._timeline.after(rules.reaction.draw(self._chance) * slower, lambda: self._answer(nurse, ringing.token))

    def _asleep(self, member: Member, now: datetime) -> bool:
        if member.asleep is None:
            return False
        begin, end = map(self._plan.night.at, member.asleep)
        return begin <= now < end

    async def _answer(self, nurse: Nurse, token: str) -> None:
        """The link is tapped, as soon as there is a hand free."""
        timeline = self._timeline
        if nurse.busy_until is not None and timeline.now < nurse.busy_until:
            timeline.at(nurse.busy_until, lambda: self._answer(nurse, token))
            return
        link = answer_link.read(self._house().key, token, timeline.now)
        if link is None or link.staff != nurse.staff.id:
            return
        page = link.escalation
        nurse.hears.discard(page)

        def acknowledge(tx: Transaction) -> tuple[desk.Glance, bool]:
            before = desk.glance(tx, nurse.staff, page)
            desk.acknowledge(tx, nurse.staff, page)
            return before, before.acknowledged_by is None

        seen, first = await self._house().database.run(acknowledge)
        if not first:
            return
        told = e.EscalationAcknowledged(page, Tier(seen.tier), nurse.staff.id, nurse.staff.name)
        await self._callers[seen.checkin].tell(told)
        if self._chance.random() >= self._plan.nurse.forgets.value:
            timeline.after(self._plan.nurse.claims_after.value, lambda: self._see_to(nurse, seen.checkin))

    async def _see_to(self, nurse: Nurse, checkin: CheckInId) -> None:
        """At the console: claims what is open of this patient, and goes into the call where there is one."""
        if nurse.busy_until is not None and self._timeline.now < nurse.busy_until:
            self._timeline.at(nurse.busy_until, lambda: self._see_to(nurse, checkin))
            return

        def claim(tx: Transaction) -> list[EscalationId]:
            pages = [page for page in desk.for_checkin(tx, nurse.staff, checkin) if page.state in _OPEN]
            free = [page.id for page in pages if page.acknowledged_by in (None, nurse.staff.id)]
            return [desk.claim(tx, nurse.staff, page).id for page in free]

        if not await self._house().database.run(claim):
            return
        await self._callers[checkin].nurse_comes(nurse.staff, self._timeline.now)
        minutes = self._chance.expovariate(1 / self._plan.nurse.visit.value)
        nurse.busy_until = self._timeline.now + _minutes(minutes)
        self._timeline.at(nurse.busy_until, lambda: self._close(nurse, checkin))

    async def _close(self, nurse: Nurse, checkin: CheckInId) -> None:
        """Everything that she has of this patient, with what came of it."""
        case = self._callers[checkin].call.case
        await self._callers[checkin].nurse_ends()

        def close(tx: Transaction) -> None:
            for page in desk.for_checkin(tx, nurse.staff, checkin):
                if page.claimed_by == nurse.staff.id and page.state != "closed":
                    desk.close(tx, nurse.staff, page.id)
                    journal.append(tx, nurse.staff, checkin, _disposition(page, nurse.staff, case), tx.now)

        await self._house().database.run(close)


def is_false(tier: str, case: Case) -> bool:
    """Whether the case says that nobody may be told so urgently."""
    most = case.expect.tier_max
    return most is not None and _LEVELS.index(tier) < _LEVELS.index(most)


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def _disposition(page: desk.Escalation, staff: Staff, case: Case) -> e.EscalationClosed:
    """As a nurse who knows what the case is about would judge it."""
    noise = is_false(page.tier.value, case)
    return e.EscalationClosed(
        escalation=page.id,
        tier=page.tier,
        trigger=page.trigger,
        version=page.version,
        staff=staff.id,
        staff_name=staff.name,
        asked_911="yes" if page.tier.value == "emergency" else "not_needed",
        disposition="nothing_needed" if noise else "advised",
        worth="noise" if noise else "useful",
        noise="other_meaning" if noise else None,
    )
