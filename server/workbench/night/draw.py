"""Who calls in this night, and when: cases of the packs' evaluation sets, drawn by a seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from server.persona.pack import Pack
from server.vocabulary.findings import Tier
from server.workbench.cases import Case
from server.workbench.night.plan import Mix, NightPlan

_DROPS = "drop_in_red"
"""Family of the cases in which the patient is lost after a danger sign."""


@dataclass(frozen=True)
class Call:
    """One check-in to come."""

    at: datetime
    pack: Pack
    case: Case


Told = tuple[Pack, Case]


def draw(plan: NightPlan, packs: Mapping[str, Pack], sets: Mapping[str, Sequence[Case]], chance: Random) -> list[Call]:
    """The night's check-ins in order; the same for the same seed. Cases that begin in the middle are left out."""
    told = [(packs[name], case) for name in sorted(sets) for case in sets[name] if case.at is None]
    chosen = _chosen(plan.check_ins, told, chance)
    chance.shuffle(chosen)
    span = timedelta(hours=plan.night.calls_within.value)
    moments = sorted(plan.night.start + chance.random() * span for _ in chosen)
    return [Call(at, pack, case) for at, (pack, case) in zip(moments, chosen, strict=True)]


def _chosen(mix: Mix, told: Sequence[Told], chance: Random) -> list[Told]:
    def count(number: float) -> int:
        return round(number)

    def wants(tier: Tier) -> Callable[[Case], bool]:
        return lambda case: case.expect.tier_min == tier.value

    drops, emergencies = count(mix.drops.value), count(mix.emergencies.value)
    urgent, same_day = count(mix.urgent.value), count(mix.same_day.value)
    others = count(mix.all.value) - emergencies - urgent - same_day
    groups: list[tuple[Callable[[Case], bool], int]] = [
        (lambda case: wants(Tier.EMERGENCY)(case) and case.family == _DROPS, drops),
        (lambda case: wants(Tier.EMERGENCY)(case) and case.family != _DROPS, emergencies - drops),
        (wants(Tier.URGENT), urgent),
        (wants(Tier.SAME_DAY), same_day),
        (lambda case: case.expect.tier_max == "same_day" and case.family in mix.others, others),
    ]
    found: list[Told] = []
    for fits, wanted in groups:
        among = [one for one in told if fits(one[1])]
        # Nobody twice, as long as there are enough.
        found += chance.sample(among, wanted) if len(among) >= wanted else chance.choices(among, k=wanted)
    return found
