"""Number rules go by parameters: those of the pack, and in their place those of one patient's own order."""

from pathlib import Path

import pytest

from server.conversation.triage import Context, triage
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")


def fired(words: str, **own: float) -> set[str]:
    limits = tuple((name.replace("__", "."), value) for name, value in own.items())
    return {hit.trigger for hit in triage(PACK, words, Context(parameters=limits))[0]}


@pytest.mark.parametrize(
    "words", ["I gained two pounds since yesterday", "I'm up 2 pounds", "gained 4 pounds this week"]
)
def test_within_the_limit_is_no_finding_whatever_the_words(words: str) -> None:
    assert "HF_WEIGHT" not in fired(words)


@pytest.mark.parametrize("words", ["gained two pounds since yesterday", "I was 170 yesterday and 172 today"])
def test_an_order_of_two_pounds_makes_two_pounds_count(words: str) -> None:
    assert "HF_WEIGHT" in fired(words, hf__gain_1d_lb=2)


@pytest.mark.parametrize(
    "words", ["gained three pounds since yesterday", "up three pounds", "up 1.5 kilos since Friday"]
)
def test_at_the_limit_counts_and_above_an_own_limit_only(words: str) -> None:
    assert "HF_WEIGHT" in fired(words)
    assert "HF_WEIGHT" not in fired(words, hf__gain_1d_lb=4)


def test_a_loss_has_a_limit_of_its_own() -> None:
    assert "HF_WEIGHT" in fired("I lost six pounds this week")
    assert "HF_WEIGHT" not in fired("I lost four pounds this week")


@pytest.mark.parametrize(
    ("words", "trigger", "own"),
    [
        ("my sugar is 75", "LOW_SUGAR", {"dm__low_mgdl": 80}),
        ("my sugar is 65", "SEVERE_HYPO", {"dm__severe_mgdl": 70}),
        ("my sugar is 260", "HIGH_SUGAR", {"dm__high_mgdl": 250}),
        ("my temp is 99.9", "FEVER_HIGH_RISK", {"wound__temp_f": 99.5}),
        ("my temp is 37.8", "FEVER_HIGH_RISK", {"wound__temp_f": 100}),
        ("it is a six out of 10", "PAIN_UNCONTROLLED", {"pain__high": 6}),
        ("no bowel movement, it went on 2 days", "CONSTIPATION_OPIOID", {"opioid__no_bowel_days": 2}),
    ],
)
def test_every_limit_of_a_condition_can_be_a_patients_own(words: str, trigger: str, own: dict[str, float]) -> None:
    assert trigger in fired(words, **own)


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("my sugar is 75", "LOW_SUGAR"),
        ("my sugar is 65", "SEVERE_HYPO"),
        ("my sugar is 260", "HIGH_SUGAR"),
        ("my temp is 99.9", "FEVER_HIGH_RISK"),
        ("my temp is 37.8", "FEVER_HIGH_RISK"),
        ("it is a six out of 10", "PAIN_UNCONTROLLED"),
    ],
)
def test_without_an_order_the_packs_limits_hold(words: str, trigger: str) -> None:
    assert trigger not in fired(words)
