"""What guardrails must hold true: parameters, guardrails and medicine groups that they name exist."""

from collections.abc import Iterator

from server.persona.complaint import Complaint
from server.persona.pack import Guardrail, Pack
from server.vocabulary.findings import Tier

LONGEST_NEED = 60
"""Characters: a list that is read in a glance."""


def check_guardrails(pack: Pack) -> Iterator[Complaint]:
    """Yield everything a guardrail names that is not there."""
    groups = set(pack.medicine_groups) | {group for one in pack.medicines.values() for group in one.groups}
    for rail in pack.guardrails.values():
        yield from _check_needs(rail)
        known = (
            (_parameters(rail), set(pack.parameters), "parameter"),
            (_triggers(rail), set(pack.guardrails), "guardrail"),
            (_groups(rail), groups, "medicine group"),
        )
        for names, existing, kind in known:
            for name in sorted(names - existing):
                yield Complaint(name, f"`{rail.id}` names the {kind} `{name}`, which no file has", rail.id)


def _check_needs(rail: Guardrail) -> Iterator[Complaint]:
    if not rail.nurse_needs and rail.tier is not Tier.FYI:
        yield Complaint(rail.id, f"`{rail.id}` pages a nurse and does not say what the nurse needs")
    for need in rail.nurse_needs:
        if len(need) > LONGEST_NEED or not need.strip():
            yield Complaint(need, f"`{rail.id}`: what the nurse needs is 1 to {LONGEST_NEED} characters", rail.id)


def _parameters(rail: Guardrail) -> set[str]:
    return {name for rule in rail.numbers for name in (rule.at_least, rule.under) if name}


def _triggers(rail: Guardrail) -> set[str]:
    return {name for way in rail.raised_with for name in way.triggers}


def _groups(rail: Guardrail) -> set[str]:
    named = {rail.needs_group} if rail.needs_group else set()
    return named | {name for way in rail.raised_with for name in way.groups}
