"""What a night is made of, as data: how many call with what, how people answer, whose pager is dead, when the server dies."""

import math
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from server.persona.paging import Channel
from server.persona.shape import Frozen, Name, Number
from server.persona.source import Source

_QUARTILE = 0.674489750196
"""Of the normal distribution."""


class Span(Frozen):
    """When it begins, and for how long."""

    begins: datetime
    """Local time."""
    zone: str
    hours: Number
    """Until everything must be closed."""
    calls_within: Number
    """Hours in which check-ins begin."""

    @property
    def start(self) -> datetime:
        return self.begins.replace(tzinfo=ZoneInfo(self.zone))

    @property
    def end(self) -> datetime:
        return self.start + timedelta(hours=self.hours.value)

    def at(self, clock: time) -> datetime:
        """The first such local time after the beginning."""
        moment = datetime.combine(self.begins.date(), clock, ZoneInfo(self.zone))
        return moment if moment >= self.start else moment + timedelta(days=1)


class Mix(Frozen):
    """Who calls."""

    all: Number
    emergencies: Number
    urgent: Number
    same_day: Number
    drops: Number
    """Of the emergencies."""
    others: tuple[Name, ...]


class PatientPlan(Frozen):
    """What patients do after their own words."""

    still_here_every: Number
    waits_for: Number
    still_here: str
    answers_most: Number
    """Questions that are answered before they hang up."""
    answers: Mapping[Name, str]
    """By question."""


class Reaction(Frozen):
    """From the ringing to the answer: log-normal through the outer quartiles."""

    lower: Number
    median: Number
    upper: Number

    def draw(self, chance: Random) -> float:
        """Seconds."""
        width = math.log(self.upper.value / self.lower.value) / (2 * _QUARTILE)
        return self.median.value * math.exp(chance.gauss(0, width))


class NursePlan(Frozen):
    """How people on call answer."""

    reaction: Reaction
    slower_each_hour: Number
    forgets: Number
    """Share of answers after which nobody goes to the console."""
    claims_after: Number
    visit: Number
    patients_answer: Number


class Phone(Frozen):
    """One address."""

    channel: Channel
    dead: Literal["", "refuses", "silent"] = ""


class Member(Frozen):
    """Somebody on call."""

    name: str
    role: Name
    channels: tuple[Phone, ...] = Field(min_length=1)
    asleep: tuple[time, time] | None = None
    """Local times between which nothing is heard."""

    @property
    def email(self) -> str:
        return f"{self.name.casefold()}@night.example"


class Death(Frozen):
    """When the server dies, and for how long."""

    after: time
    down: Number


class NightPlan(Frozen):
    """night.yaml"""

    night: Span
    check_ins: Mix
    patient: PatientPlan
    nurse: NursePlan
    staff: tuple[Member, ...] = Field(min_length=1)
    restart: Death


def read_plan(file: Path) -> NightPlan:
    """Raises PackError."""
    plan: NightPlan = Source(file.parent, file).read(NightPlan)
    return plan
