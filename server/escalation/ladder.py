"""The rules of the ladder, pure: who is rung for a page, on what, and when somebody else must be.

They may put a ringing off only for the two lower tiers at night, and never end a page: only a nurse does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, assert_never
from zoneinfo import ZoneInfo

CATCH_ALL: Final = "catch_all"
OPERATIONS: Final = "operations"


class State(StrEnum):
    """How far a page has come."""

    REQUESTED = "requested"
    PAGED = "paged"
    """At least one channel has taken it."""
    SEEN = "seen"
    """A nurse has looked at it."""
    ACKNOWLEDGED = "acknowledged"
    CLAIMED = "claimed"
    """A nurse is seeing to the patient."""
    IN_ROOM = "in_room"
    CLOSED = "closed"


WAITING: Final = frozenset({State.REQUESTED, State.PAGED, State.SEEN})
"""No nurse has answered."""
HELD: Final = frozenset({State.ACKNOWLEDGED, State.CLAIMED, State.IN_ROOM})
"""A nurse has; only these may be closed."""


class Channel(StrEnum):
    """How an address reaches somebody."""

    CONSOLE = "console"
    PUSH = "push"
    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    VOICE = "voice"
    PAGER = "pager"
    """A service with a ladder of its own, such as PagerDuty."""


class About(StrEnum):
    """What a message says happened."""

    PAGE = "page"
    NOBODY_ON_CALL = "nobody_on_call"
    NO_ADDRESS = "no_address"
    EXHAUSTED = "exhausted"
    """Everybody has been rung; it begins again."""
    UNDELIVERED = "undelivered"
    """An address has refused a message several times."""
    UNKNOWN_STATE = "unknown_state"
    """The records know a state or tier that this version does not; the page rings all the same."""


@dataclass(frozen=True)
class Step:
    """One rung of a policy."""

    wait: timedelta
    """After the step before."""
    who: tuple[str, ...]
    """On-call roles, e-mail addresses of staff, or `catch_all`."""
    channels: frozenset[Channel] = frozenset(Channel)


@dataclass(frozen=True)
class QuietHours:
    """Local times between which people sleep."""

    begin: time
    end: time


@dataclass(frozen=True)
class Policy:
    """What happens to a page of one tier while nobody answers."""

    steps: tuple[Step, ...]
    again: timedelta
    """From the last step until the first one rings again."""
    between: timedelta
    """From one of a person's addresses to their next, in the first round; later rounds ring all at once."""
    claim: timedelta
    """How long an acknowledged page may stay unclaimed."""
    louder: frozenset[Channel] = frozenset({Channel.SMS, Channel.VOICE, Channel.PAGER})
    """Channels that every step also uses after the first round."""
    quiet: QuietHours | None = None


@dataclass(frozen=True)
class Address:
    """One way to reach one person; what it really is, only the sink knows."""

    id: str
    channel: Channel


@dataclass(frozen=True)
class Person:
    """Somebody who can be rung."""

    id: str
    """The staff id, `catch_all` or `operations`."""
    addresses: tuple[Address, ...]
    """In the person's own order."""
    zone: ZoneInfo
    beside: tuple[Address, ...] = ()
    """Browsers that are rung too, at once and every time. They make nobody reachable: a device may be off for days."""


@dataclass(frozen=True)
class Roster:
    """Who can be rung at this moment."""

    on_call: Mapping[str, tuple[Person, ...]]
    """By role."""
    named: Mapping[str, Person]
    """By e-mail address."""
    catch_all: Person
    operations: Person


@dataclass(frozen=True)
class Rung:
    """The next step to ring."""

    level: int
    """Rises with every ringing of a page, never falls; part of the idempotency key."""
    step: int
    round: int


@dataclass(frozen=True)
class Ring:
    """One message to one address."""

    person: str
    address: Address
    wait: timedelta
    about: About


@dataclass(frozen=True)
class Climb:
    """What becomes true of a page at one moment."""

    rings: tuple[Ring, ...]
    rung: Rung
    due: datetime | None
    """When to look again; None once a nurse has taken it."""
    claim_by: datetime | None = None
    """When an acknowledged page counts as forgotten."""
    reopened: bool = False
    """It had been acknowledged, and nobody claimed it."""
    faults: tuple[About, ...] = ()


def climb(
    policy: Policy,
    state: str,
    claim_by: datetime | None,
    rung: Rung,
    roster: Roster,
    now: datetime,
    faults: tuple[About, ...] = (),
) -> Climb:
    """One look at a page whose time has come. A state that this version does not know rings, and operations are told.

    `faults` are what was already found wrong with the page; operations are told of these too.
    """
    known = State(state) if state in list(State) else None
    match known:
        case State.CLAIMED | State.IN_ROOM | State.CLOSED:
            return Climb((), rung, None)
        case State.ACKNOWLEDGED:
            deadline = claim_by or now + policy.claim
            if now < deadline:
                return Climb((), rung, deadline, claim_by=deadline)
            return replace(_ring(policy, Rung(rung.level, 0, rung.round + 1), roster, now, faults), reopened=True)
        case State.REQUESTED | State.PAGED | State.SEEN:
            return _ring(policy, rung, roster, now, faults)
        case None:
            return _ring(policy, rung, roster, now, (*faults, About.UNKNOWN_STATE))
        case _:
            assert_never(known)


def quiet_until(quiet: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When this person's night ends, if it is one. Local clock times, so the end moves with daylight saving."""
    local = now.astimezone(zone)
    clock = local.time()
    overnight = quiet.begin > quiet.end
    asleep = clock >= quiet.begin or clock < quiet.end if overnight else quiet.begin <= clock < quiet.end
    if not asleep:
        return None
    day = local.date() + timedelta(days=1) if overnight and clock >= quiet.begin else local.date()
    return datetime.combine(day, quiet.end, zone).astimezone(now.tzinfo)


def _ring(policy: Policy, rung: Rung, roster: Roster, now: datetime, faults: tuple[About, ...]) -> Climb:
    if rung.step >= len(policy.steps):  # the policy became shorter since
        rung = Rung(rung.level, 0, rung.round + 1)
    step = policy.steps[rung.step]
    people, missing = _people(step, roster)
    if policy.quiet is not None:
        nights = {person.id: quiet_until(policy.quiet, person.zone, now) for person in people}
        ends = [end for end in nights.values() if end is not None]
        if len(ends) == len(nights):
            return Climb((), rung, min(ends))
        people = [person for person in people if nights[person.id] is None]
    following, wait = _next(policy, rung)
    if following.round > rung.round:
        missing = (*missing, About.EXHAUSTED)
    faults = tuple(dict.fromkeys((*faults, *missing)))
    channels = step.channels | policy.louder if rung.round else step.channels
    between = policy.between if rung.round == 0 else timedelta()
    rings = [ring for person in people for ring in _rings(person, channels, between, About.PAGE)]
    alarms = [ring for fault in faults for ring in _rings(roster.operations, frozenset(Channel), timedelta(), fault)]
    return Climb((*rings, *alarms), following, now + wait, faults=faults)


def _people(step: Step, roster: Roster) -> tuple[list[Person], tuple[About, ...]]:
    """Everybody the step names; the catch-all stands in for whoever is not there or cannot be reached."""
    found: dict[str, Person] = {}
    faults: list[About] = []
    for name in step.who:
        people = _named(name, roster)
        reachable = [person for person in people if person.addresses]
        if len(reachable) < max(1, len(people)):
            faults.append(About.NO_ADDRESS if people else About.NOBODY_ON_CALL)
            reachable.append(roster.catch_all)
        found |= {person.id: person for person in (*reachable, *(person for person in people if person.beside))}
    return list(found.values()), tuple(faults)


def _named(name: str, roster: Roster) -> tuple[Person, ...]:
    if name == CATCH_ALL:
        return (roster.catch_all,)
    if "@" in name:
        return (roster.named[name],) if name in roster.named else ()
    return roster.on_call.get(name, ())


def _rings(person: Person, channels: frozenset[Channel], between: timedelta, about: About) -> Iterator[Ring]:
    # Whoever has none of the wanted channels is rung on all they have: a wish must not keep a page back.
    wanted = [address for address in person.addresses if address.channel in channels] or list(person.addresses)
    for at, address in enumerate(wanted):
        yield Ring(person.id, address, at * between, about)
    for address in person.beside:
        yield Ring(person.id, address, timedelta(), about)


def _next(policy: Policy, rung: Rung) -> tuple[Rung, timedelta]:
    if rung.step + 1 < len(policy.steps):
        return Rung(rung.level + 1, rung.step + 1, rung.round), policy.steps[rung.step + 1].wait
    return Rung(rung.level + 1, 0, rung.round + 1), policy.again
