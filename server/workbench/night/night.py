"""Runs the night: whoever is next in time acts, and the pager looks when a running one would."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select

from server.checkin.setting import RoomWork
from server.escalation import oncall
from server.escalation.climbing import Policies
from server.escalation.rota import Rotation
from server.persona.pack import Pack
from server.record import staff
from server.record.master_key import MasterKey
from server.record.passwords import hash_password
from server.record.patients import PatientFacts
from server.record.schema import escalation
from server.record.transaction import Transaction
from server.vocabulary.clock import MovableClock
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Role, Service, Staff
from server.workbench.cases import Case
from server.workbench.night import draw, reading
from server.workbench.night.caller import Caller
from server.workbench.night.house import House
from server.workbench.night.nurses import Nurse, OnCall
from server.workbench.night.phones import Phones
from server.workbench.night.plan import NightPlan
from server.workbench.night.reading import Found, Outage
from server.workbench.night.timeline import Timeline
from server.workbench.rehearsal import Judge

_COMMAND = Service("command")


@dataclass(frozen=True)
class World:
    """What the night takes from this installation."""

    packs: Mapping[str, Pack]
    sets: Mapping[str, Sequence[Case]]
    policies: Policies
    judge: Judge | None
    room_changed: RoomWork


@dataclass(frozen=True)
class Told:
    """How the night went."""

    found: Found
    wanted: int
    """Check-ins in which there is an emergency."""
    unheard: tuple[str, ...]
    """Of these, the cases that were not paged as an emergency."""
    taken: int
    """Messages that a telephone took."""
    refused: int
    twice: int
    """Messages that came a second time, under the same key."""
    outages: tuple[Outage, ...]
    zone: ZoneInfo
    """In which the night was."""

    @property
    def heard(self) -> int:
        """Emergencies that were paged as such."""
        return self.wanted - len(self.unheard)


class Night:
    """One night; use `play`."""

    def __init__(self, plan: NightPlan, world: World, folder: Path, phones: Phones, seed: int) -> None:
        self._plan, self._world, self._folder, self._phones = plan, world, folder, phones
        self._chance = Random(seed)  # noqa: S311  (a night that can be played again)
        self._clock = MovableClock(plan.night.start.astimezone(UTC))
        self._timeline = Timeline(self._clock)
        self._key = MasterKey(self._chance.randbytes(32))
        self._callers: dict[CheckInId, Caller] = {}
        self._outages: list[Outage] = []
        self._emergencies = 0
        """Pages of that tier when the pager last looked."""

    async def play(self) -> Told:
        """To its end, in a folder of its own."""
        self._house = await self._open()
        try:
            nurses = await self._staffed()
            self._on_call = OnCall(self._plan, nurses, self._callers, self._timeline, lambda: self._house, self._chance)
            await self._invited()
            await self._run()
            policies, outages = self._world.policies, tuple(self._outages)
            zone = ZoneInfo(self._plan.night.zone)
            found = await self._house.database.run(lambda tx: reading.read(tx, policies, outages, zone))
            paged = await self._house.database.run(_emergencies)
        finally:
            for caller in self._callers.values():
                await caller.put_down()
            await self._house.close()
        dire = [one for one in self._callers.values() if one.call.case.expect.tier_min == Tier.EMERGENCY.value]
        unheard = tuple(f"{one.call.pack.id}/{one.call.case.id}" for one in dire if one.guest.checkin not in paged)
        phones = self._phones
        return Told(found, len(dire), unheard, len(phones.keys), phones.refused, phones.twice, outages, zone)

    async def _open(self) -> House:
        book = self._phones.book(self._plan.night)
        return await House.open(self._folder, self._key, self._clock, book, self._world.policies)

    async def _staffed(self) -> dict[str, Nurse]:
        found: dict[str, Nurse] = {}
        nobodys = hash_password(self._chance.randbytes(16).hex())
        for member in self._plan.staff:

            def hire(tx: Transaction, member=member) -> Staff:  # type: ignore[no-untyped-def]
                who = staff.add(tx, _COMMAND, member.email, member.name, Role.NURSE, nobodys)
                zone, night = ZoneInfo(self._plan.night.zone), self._plan.night
                turn = Rotation(member.role, zone, night.begins.date(), night.begins.time(), (who,))
                oncall.rotate(tx, _COMMAND, turn)
                return Staff(who, member.name, Role.NURSE)

            found[member.name] = Nurse(member, await self._house.database.run(hire))
        return found

    async def _invited(self) -> None:
        calls = draw.draw(self._plan, self._world.packs, self._world.sets, self._chance)
        for number, call in enumerate(calls, 1):
            caller = Caller(call, self._plan.patient, self._world.judge, self._world.room_changed)
            await caller.invite(self._house.database, _facts(number))
            self._callers[caller.guest.checkin] = caller
            self._timeline.at(call.at, lambda caller=caller: self._begin(caller))  # type: ignore[misc]

    async def _run(self) -> None:
        end = self._plan.night.end
        while True:
            moments = [one for one in (self._timeline.next, self._house.next_look) if one is not None]
            if not moments or min(moments) > end:
                self._timeline.move_to(end.astimezone(UTC))
                return
            self._timeline.move_to(min(moments))
            if (work := self._timeline.due()) is not None:
                await work()
            if (look := self._house.next_look) is not None and look <= self._timeline.now:
                await self._look()

    async def _look(self) -> None:
        """The pager's; the server dies in it where that is planned."""
        before, self._emergencies = self._emergencies, len(await self._house.database.run(_emergencies))
        after = self._plan.night.at(self._plan.restart.after)
        if self._outages or self._timeline.now < after or self._emergencies == before:
            await self._house.page()
        else:
            await self._die()
        for ringing in self._phones.fetch():
            self._on_call.ring(ringing)

    async def _die(self) -> None:
        self._phones.hold()
        await self._house.die(self._phones.taken)
        self._phones.release()
        begun = [caller for caller in self._callers.values() if caller.begun]
        for caller in begun:
            await caller.put_down()
        died = self._timeline.now
        self._timeline.move_to(died + timedelta(seconds=self._plan.restart.down.value))
        self._outages.append(Outage(died, self._timeline.now))
        self._house = await self._open()
        for caller in begun:
            await caller.take_up(self._house.database, self._timeline.now)
            await self._follow(caller)
        await self._house.page()

    async def _begin(self, caller: Caller) -> None:
        await caller.begin(self._house.database)
        await self._follow(caller)

    async def _follow(self, caller: Caller) -> None:
        """Waits for what happens next in a check-in."""
        if (moment := caller.next) is None:
            return
        course = caller.course

        async def happen() -> None:
            if caller.course == course:  # nothing has come between
                await caller.happen()
                await self._follow(caller)

        self._timeline.at(max(moment, self._timeline.now), happen)


def _emergencies(tx: Transaction) -> set[str]:
    """Check-ins with a page of that tier."""
    return set(tx.connection.scalars(select(escalation.c.checkin).where(escalation.c.tier == Tier.EMERGENCY.value)))


def _facts(number: int) -> PatientFacts:
    """Made up; telephone numbers are from the range reserved for fiction."""
    return PatientFacts(
        name=f"Patient {number}",
        first_name="Rosa",
        phone=f"202-555-01{number % 100:02}",
        birth_month=1,
        birth_day=1,
        birth_year=None,
        discharged_on=None,
        diagnosis="",
        medicines=(),
        address=f"{number} Night Street",
        callback=f"202-555-01{number % 100:02}",
    )


async def play(plan: NightPlan, world: World, folder: Path, seed: int) -> Told:
    """The night of this seed, in an empty folder."""
    async with AsyncExitStack() as stack:
        phones = await stack.enter_async_context(Phones(plan.staff))
        return await Night(plan, world, folder, phones, seed).play()
