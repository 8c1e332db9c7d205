"""How urgent a finding is beside the others: what else was said, what was found before, and what the chart says.

Everything here only raises: a finding never becomes less urgent because of another. Source: clinical.md section 2.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.persona.pack import Guardrail, Pack
from server.persona.raising import RaisedWith
from server.vocabulary.findings import Tier, TriggerHit

_KINDS = {
    "phrases": "words",
    "ever": "words",
    "mentions": "words",
    "groups": "a medicine",
    "risks": "a risk",
    "answers": "an answer",
    "again": "itself before",
}
"""Conditions of `RaisedWith`, as `TriggerHit.rule` names what raised it."""


def _nothing(phrases: Sequence[str]) -> bool:
    return False


@dataclass(frozen=True)
class Beside:
    """What there is besides the findings themselves."""

    groups: frozenset[str] = frozenset()
    """Medicine groups on the patient's list, and of the medicines named in this turn."""
    listed: bool = False
    """A list of medicines is on file."""
    risks: frozenset[str] = frozenset()
    fired: tuple[TriggerHit, ...] = ()
    """What was found earlier in this check-in."""
    again: frozenset[str] = frozenset()
    """Guardrails of those that were found in other turns."""
    doubted: frozenset[str] = frozenset()
    """Guardrails for which words and chart are not enough: only another finding raises these."""
    means: Callable[[Sequence[str]], bool] = _nothing
    """Whether one of these phrases was said in this turn, and meant."""
    happened: Callable[[Sequence[str]], bool] = _nothing
    """Whether one was said of the patient, however long ago."""
    mentions: Callable[[Sequence[str]], bool] = _nothing
    """Whether one of them was said at all."""


def aggravated(pack: Pack, hits: Sequence[TriggerHit], beside: Beside) -> tuple[TriggerHit, ...]:
    """The hits at the tiers they have beside each other; after them, any earlier one that these raise."""
    own = {hit.trigger for hit in hits}
    found = [_raised(pack, hit, hits, beside) for hit in hits]
    earlier = [hit for hit in beside.fired if hit.trigger not in own and hit.trigger in pack.guardrails]
    later = [(hit, _raised(pack, hit, hits, Beside())) for hit in earlier]
    return (*found, *(hit for before, hit in later if hit.tier is not before.tier))


def lifted(pack: Pack, beside: Beside) -> Pack:
    """The pack, with those guardrails as urgent that words and chart make so, for weighing whether there is enough for it."""
    rails = [
        rail for rail in pack.guardrails.values() if rail.tier.rank > Tier.URGENT.rank and _is_lifted(rail, beside)
    ]
    if not rails:
        return pack
    return replace(pack, guardrails={**pack.guardrails, **{rail.id: _as_urgent(rail) for rail in rails}})


def _is_lifted(rail: Guardrail, beside: Beside) -> bool:
    itself = TriggerHit(rail.id, rail.version, rail.tier, "")
    return any(way.to is Tier.URGENT and _holds(way, itself, (), replace(beside, fired=())) for way in rail.raised_with)


def _as_urgent(rail: Guardrail) -> Guardrail:
    return rail.model_copy(update={"tier": Tier.URGENT})


def by_chart(pack: Pack, hits: Sequence[TriggerHit], beside: Beside) -> list[TriggerHit]:
    """The same for hits that may be no words: an answer, a number of a question; the most urgent first."""
    found = [_at_risk(pack, hit, beside) for hit in aggravated(pack, hits, replace(beside, means=_nothing))]
    return sorted(found, key=lambda hit: hit.tier.rank)


def _at_risk(pack: Pack, hit: TriggerHit, beside: Beside) -> TriggerHit:
    rail = pack.guardrails[hit.trigger]
    is_own = hit.tier is rail.tier and hit.tier is not Tier.EMERGENCY
    risky = is_own and not beside.risks.isdisjoint(rail.raised_by)
    return replace(hit, tier=list(Tier)[hit.tier.rank - 1]) if risky else hit


def _raised(pack: Pack, hit: TriggerHit, hits: Sequence[TriggerHit], beside: Beside) -> TriggerHit:
    more = [way for way in pack.guardrails[hit.trigger].raised_with if way.to.rank < hit.tier.rank]
    ways = [way for way in more if _holds(way, hit, hits, beside)]
    if not ways:
        return hit
    way = min(ways, key=lambda one: one.to.rank)
    others = list(_others(way, hit, [*beside.fired, *hits]))
    causes = dict.fromkeys(one.trigger for one in others) or [_KINDS[kind] for kind in _KINDS if getattr(way, kind)]
    quote = " / ".join(dict.fromkeys([*(one.quote for one in others), hit.quote]))
    return replace(hit, tier=way.to, rule=", with ".join([hit.rule, *causes]), quote=quote)


def _holds(way: RaisedWith, hit: TriggerHit, hits: Sequence[TriggerHit], beside: Beside) -> bool:
    if hit.trigger in beside.doubted and not way.triggers:
        return False
    return all(_conditions(way, hit, hits, beside))


def _conditions(way: RaisedWith, hit: TriggerHit, hits: Sequence[TriggerHit], beside: Beside) -> Iterator[bool]:
    if way.triggers:
        yield any(_others(way, hit, [*beside.fired, *hits]))
    if way.groups:
        yield not beside.groups.isdisjoint(way.groups) or (way.if_unlisted and not beside.listed)
    if way.risks:
        yield not beside.risks.isdisjoint(way.risks)
    if way.answers:
        yield hit.rule in {f"answer {question}" for question in way.answers}
    if way.again:
        yield hit.trigger in beside.again
    if way.phrases:
        yield beside.means(way.phrases)
    if way.ever:
        yield beside.happened(way.ever)
    if way.mentions:
        yield beside.mentions(way.mentions)


def _others(way: RaisedWith, hit: TriggerHit, found: Sequence[TriggerHit]) -> Iterator[TriggerHit]:
    return (one for one in found if one.trigger in way.triggers and one.trigger != hit.trigger)
