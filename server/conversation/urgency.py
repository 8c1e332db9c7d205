"""How urgent findings are together: risk chips raise some of them, and two same-day ones of one body system are urgent.

Source: clinical.md section 2, the rules above the table of triggers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.persona.pack import Pack
from server.vocabulary.findings import Tier, TriggerHit

Chips = frozenset[str]

SEVERAL_OF_ONE_SYSTEM = "two of one system"
"""`TriggerHit.rule` of a same-day finding that became urgent because it was the second of its body system."""


def raised(
    pack: Pack, hits: Iterable[TriggerHit], chips: Chips, earlier: Sequence[TriggerHit]
) -> tuple[TriggerHit, ...]:
    """The hits at the tiers they have for this patient in this check-in, the most urgent first."""
    alone = [_for_patient(pack, hit, chips) for hit in hits]
    together = [_with_others(pack, hit, [*earlier, *alone]) for hit in alone]
    return tuple(sorted(together, key=lambda hit: hit.tier.rank))


def _for_patient(pack: Pack, hit: TriggerHit, chips: Chips) -> TriggerHit:
    if hit.tier is Tier.EMERGENCY or chips.isdisjoint(pack.guardrails[hit.trigger].raised_by):
        return hit
    return replace(hit, tier=list(Tier)[hit.tier.rank - 1])


def _with_others(pack: Pack, hit: TriggerHit, found: Sequence[TriggerHit]) -> TriggerHit:
    system = pack.guardrails[hit.trigger].system
    if hit.tier is not Tier.SAME_DAY or system is None:
        return hit
    others = [one for one in found if one.trigger != hit.trigger and _is_of(pack, one, system)]
    if not others:
        return hit
    quotes = dict.fromkeys([*(one.quote for one in others), hit.quote])
    return replace(hit, tier=Tier.URGENT, rule=f"{hit.rule}, {SEVERAL_OF_ONE_SYSTEM}", quote=" / ".join(quotes))


def _is_of(pack: Pack, hit: TriggerHit, system: str) -> bool:
    rail = pack.guardrails.get(hit.trigger)
    return rail is not None and rail.system == system and hit.tier is Tier.SAME_DAY
