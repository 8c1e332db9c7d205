"""What makes triage of several voices: the classifier's word beside the phrases, risks, body systems, and the evidence."""

from pathlib import Path

import pytest

from server.conversation.triage import Context, triage
from server.persona.loading import load_pack
from server.vocabulary.findings import Likeness, Tier, TriggerHit

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")


def tiers(words: str, context: Context | None = None, *likenesses: Likeness) -> dict[str, Tier]:
    return {hit.trigger: hit.tier for hit in triage(PACK, words, context, likenesses)[0]}


def like(words: str, trigger: str, probability: float) -> Likeness:
    return Likeness(trigger, probability, 0, len(words))


def test_a_likely_paraphrase_counts_and_says_how_likely() -> None:
    words = "Something odd is going on with me"
    (hit,) = triage(PACK, words, None, [like(words, "SYNCOPE", 0.9)])[0]
    assert (hit.trigger, hit.tier, hit.rule, hit.probability) == ("SYNCOPE", Tier.EMERGENCY, "classifier", 0.9)


def test_several_unlikely_emergencies_are_one_likely_emergency() -> None:
    words = "Something odd is going on with me"
    assert tiers(words, None, like(words, "SYNCOPE", 0.4), like(words, "STROKE_BEFAST", 0.35)) == {
        "SYNCOPE": Tier.EMERGENCY
    }


def test_a_denial_needs_more_of_the_classifier() -> None:
    asked, denied = "Chest pain, you say.", "No chest pain, you say."
    assert tiers(asked, None, like(asked, "CHEST_PAIN", 0.5)) == {"CHEST_PAIN": Tier.EMERGENCY}
    assert tiers(denied, None, like(denied, "CHEST_PAIN", 0.5)) == {}


@pytest.mark.parametrize("words", ["my chest hurts", "I can't breathe", "I blacked out"])
def test_the_classifier_takes_no_emergency_back(words: str) -> None:
    assert Tier.EMERGENCY in tiers(words).values()


def test_a_denial_that_the_classifier_doubts_is_still_a_negative_finding() -> None:
    words = "No chest pain."
    hits, negatives = triage(PACK, words, None, [like(words, "CHEST_PAIN", 0.6)])
    assert hits == ()
    assert [negative.trigger for negative in negatives] == ["CHEST_PAIN"]


def test_the_evidence_is_where_the_words_are() -> None:
    words = "I slept well. But my CHEST feels tight!"
    hit = next(hit for hit in triage(PACK, words)[0] if hit.trigger == "CHEST_PAIN")
    assert words[hit.start : hit.end] == "CHEST feels tight"
    assert hit.rule.startswith("phrase ")


def test_two_same_day_findings_of_one_system_are_urgent_over_the_turns() -> None:
    earlier = (TriggerHit("RX_NOT_FILLED", 1, Tier.SAME_DAY, "The pharmacy was out."),)
    words = "I've got diarrhea from it"
    (hit,) = (hit for hit in triage(PACK, words, Context(fired=earlier))[0] if hit.trigger == "SIDE_EFFECT_MILD")
    assert hit.tier is Tier.URGENT
    assert hit.quote == "The pharmacy was out. / I've got diarrhea from it"


def test_a_fever_is_an_emergency_after_a_transplant() -> None:
    risky = Context(chips=frozenset({"chemo_or_transplant"}))
    hits = triage(PACK, "I have a fever", risky)[0]
    assert {hit.trigger: hit.tier for hit in hits}["FEVER_HIGH_RISK"] is Tier.EMERGENCY


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("my sugar was forty one", "SEVERE_HYPO"),
        ("temperature one oh one point two", "FEVER_HIGH_RISK"),
        ("my temp is 38.6", "FEVER_HIGH_RISK"),
        ("pressure was eighty six over fifty", "DIZZY_LOWBP"),
        ("my oxygen is eighty four", "DYSPNEA_REST"),
        ("pulse is one thirty five", "PALPITATIONS"),
        ("it went from 171 to 176", "HF_WEIGHT"),
        ("my sugar is three sixty", "HIGH_SUGAR"),
        ("I have not peed in ten hours", "URINE_STOP"),
    ],
)
def test_a_number_out_of_range_fires(words: str, trigger: str) -> None:
    assert trigger in {hit.trigger for hit in triage(PACK, words)[0]}


@pytest.mark.parametrize(
    "words",
    [
        "my sugar was one ten",
        "temperature is ninety eight point six",
        "pressure was one twenty over eighty",
        "my oxygen is ninety six",
        "pulse is seventy two",
        "I weigh one seventy one same as yesterday",
    ],
)
def test_a_normal_number_does_not(words: str) -> None:
    assert triage(PACK, words)[0] == ()
