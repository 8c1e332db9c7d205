"""A ladder small enough to climb by hand: two steps, a claim, and people whose addresses are made up."""

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from server.escalation.climbing import Policies
from server.escalation.directory import Contact, ContactBook, Line
from server.escalation.ladder import Channel, Policy, QuietHours, Step
from server.vocabulary.findings import Tier

UTC_ZONE = ZoneInfo("UTC")
MINUTE = timedelta(minutes=1)
POLICY = Policy(
    steps=(Step(timedelta(), ("nurse",)), Step(3 * MINUTE, ("charge_nurse",))),
    again=5 * MINUTE,
    between=MINUTE / 2,
    claim=2 * MINUTE,
)
NIGHT = QuietHours(time(21), time(7))
POLICIES: Policies = {
    "": {Tier.EMERGENCY: POLICY, Tier.URGENT: POLICY, Tier.SAME_DAY: replace(POLICY, quiet=NIGHT)},
}
CATCH_ALL = Line(Channel.PAGER, "catch-all")
OPERATIONS = Line(Channel.CHAT, "operations")


def book(**people: tuple[Line, ...]) -> ContactBook:
    """`nia=(Line(…),)` is nia@clinic.example."""
    contacts = {f"{name}@clinic.example": Contact(lines, UTC_ZONE) for name, lines in people.items()}
    return ContactBook(contacts, (CATCH_ALL,), (OPERATIONS,))


def push(name: str) -> Line:
    return Line(Channel.PUSH, f"push {name}")


def sms(name: str) -> Line:
    return Line(Channel.SMS, f"sms {name}")


_TENTH = timedelta(seconds=0.1)
_FAST = Policy(
    steps=(Step(timedelta(), ("nurse",)), Step(5 * _TENTH, ("charge_nurse",))),
    again=5 * _TENTH,
    between=_TENTH,
    claim=3 * _TENTH,
)
FAST: Policies = {"": dict.fromkeys(Tier, _FAST)}
"""For processes that run on the machine's own time."""
