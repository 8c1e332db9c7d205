"""A page that is asked for at the door, before anybody talks, is due by the times of its own persona."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from server.app import answer_within
from server.persona.loading import load_pack
from server.vocabulary.findings import Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
POLICY = PACK.escalation.tiers[Tier.URGENT]
SLOW = POLICY.model_copy(update={"acknowledge_within": POLICY.acknowledge_within.model_copy(update={"value": 7200.0})})
TIERS = {**PACK.escalation.tiers, Tier.URGENT: SLOW}
PACKS = {"a": PACK, "b": replace(PACK, escalation=PACK.escalation.model_copy(update={"tiers": TIERS}))}


def test_each_persona_has_its_own_times() -> None:
    assert answer_within(PACKS, "b", Tier.URGENT) == timedelta(hours=2)
    assert answer_within(PACKS, "a", Tier.URGENT) == timedelta(seconds=POLICY.acknowledge_within.value)


def test_a_persona_that_is_not_loaded_any_more_does_not_keep_the_page_back() -> None:
    assert answer_within(PACKS, "gone", Tier.URGENT) == timedelta(seconds=POLICY.acknowledge_within.value)
