"""Every tier condition of the trigger table: what is said beside a finding, or known of the patient, makes it more urgent."""

from pathlib import Path

import pytest

from server.conversation.triage import Context, triage
from server.persona.loading import load_pack
from server.vocabulary.findings import Tier, TriggerHit

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
EMERGENCY, URGENT, SAME_DAY, FYI = Tier.EMERGENCY, Tier.URGENT, Tier.SAME_DAY, Tier.FYI
INSULIN = Context(groups=frozenset({"insulin_or_sulfonylurea"}), listed=True)
SGLT2 = Context(groups=frozenset({"sglt2"}), listed=True)
IMMUNE = Context(groups=frozenset({"immune"}), listed=True)
OTHER_MEDICINES = Context(listed=True)


def tiers(words: str, context: Context | None = None) -> dict[str, Tier]:
    return {hit.trigger: hit.tier for hit in triage(PACK, words, context)[0]}


@pytest.mark.parametrize(
    ("trigger", "tier", "words"),
    [
        ("HF_WEIGHT", SAME_DAY, "I put on four pounds since Saturday"),
        ("HF_WEIGHT", SAME_DAY, "the scale went from 150 to 154"),
        ("HF_WEIGHT", URGENT, "I'm up four pounds and my shoes are tight"),
        ("HF_WEIGHT", URGENT, "gained five pounds and I get winded walking to the sink"),
        ("HF_WEIGHT", URGENT, "my feet are swollen"),
        ("PALPITATIONS", URGENT, "my heart keeps skipping"),
        ("PALPITATIONS", EMERGENCY, "my heart keeps skipping and I feel lightheaded"),
        ("PALPITATIONS", EMERGENCY, "there is a flutter and my chest is tight"),
        ("FEVER_HIGH_RISK", URGENT, "I have a fever of 101"),
        ("FEVER_HIGH_RISK", EMERGENCY, "I have a fever and my last chemo was Monday"),
        ("FEVER_HIGH_RISK", EMERGENCY, "I have a fever of 101. I got a kidney transplant last year."),
        ("FEVER_HIGH_RISK", EMERGENCY, "I've got chills and a PICC line in my arm"),
        ("FEVER_HIGH_RISK", EMERGENCY, "a fever and my heart is racing"),
        ("WOUND_INFECTION", URGENT, "my cut is oozing yellow"),
        ("WOUND_INFECTION", EMERGENCY, "my cut is oozing pus and I feel clammy"),
        ("WOUND_INFECTION", EMERGENCY, "my incision is red and hot and I am breathing fast"),
        ("MINOR_BLEED_AC", URGENT, "my pee is pink"),
        ("MINOR_BLEED_AC", EMERGENCY, "my pee is pink and I feel woozy"),
        ("MINOR_BLEED_AC", EMERGENCY, "there's tar in the toilet and I'm so weak"),
        ("OVERDOSE_MISTAKE", URGENT, "I took my pills twice"),
        ("OVERDOSE_MISTAKE", EMERGENCY, "I took my pills twice and now I'm real drowsy"),
        ("OVERDOSE_MISTAKE", EMERGENCY, "I doubled my dose and my heart is racing"),
        ("FALL", URGENT, "I tripped on the mat"),
        ("FALL", EMERGENCY, "I slipped in the tub and I can't stand on it"),
        ("FALL", EMERGENCY, "I fell yesterday and couldn't walk since"),
        ("HIGH_SUGAR", URGENT, "my sugar was 340 twice"),
        ("HIGH_SUGAR", EMERGENCY, "my sugar is 340 and I threw up"),
        ("HIGH_SUGAR", EMERGENCY, "sugar's 390 and my belly hurts"),
        ("MED_DISCREPANCY", SAME_DAY, "I'm taking both of the vitamin pills"),
        ("MED_DISCREPANCY", URGENT, "I'm taking both warfarin bottles"),
        ("MED_DISCREPANCY", URGENT, "I was taking both the old and the new insulin"),
        ("RX_NOT_FILLED", SAME_DAY, "I couldn't afford the vitamins"),
        ("RX_NOT_FILLED", URGENT, "I couldn't afford the Xarelto"),
        ("RX_NOT_FILLED", URGENT, "still waiting on the pharmacy for my seizure pills"),
        ("CAREGIVER_COLLAPSE", SAME_DAY, "the walker never came"),
        ("CAREGIVER_COLLAPSE", URGENT, "nobody brought the oxygen"),
        ("CAREGIVER_COLLAPSE", URGENT, "the dialysis van never showed"),
        ("CAREGIVER_COLLAPSE", URGENT, "my infusion nurse didn't come"),
        ("CONSTIPATION_OPIOID", SAME_DAY, "I'm constipated"),
        ("CONSTIPATION_OPIOID", URGENT, "I'm constipated and I threw up"),
        ("CONSTIPATION_OPIOID", URGENT, "all stopped up and my belly is hard as a drum"),
        ("DIAGNOSIS_REQUEST", FYI, "What do I have?"),
        ("DIAGNOSIS_REQUEST", SAME_DAY, "What do I have, there's a lump on my neck?"),
        ("DIAGNOSIS_REQUEST", SAME_DAY, "Is it cancer? I have this sore."),
    ],
)
def test_what_is_said_beside_it_makes_it_more_urgent(trigger: str, tier: Tier, words: str) -> None:
    assert tiers(words, OTHER_MEDICINES).get(trigger) is tier


@pytest.mark.parametrize(
    ("trigger", "tier", "words"),
    [
        ("PALPITATIONS", URGENT, "my heart keeps skipping but I'm not dizzy"),
        ("MINOR_BLEED_AC", URGENT, "my pee is pink. No dizziness."),
        ("FEVER_HIGH_RISK", URGENT, "I have a fever. My brother had chemo years ago."),
        ("FEVER_HIGH_RISK", URGENT, "I have a fever. My neighbor had a kidney transplant."),
        ("CONSTIPATION_OPIOID", SAME_DAY, "I'm constipated but I haven't thrown up"),
    ],
)
def test_what_is_denied_or_another_persons_does_not(trigger: str, tier: Tier, words: str) -> None:
    assert tiers(words, OTHER_MEDICINES).get(trigger) is tier


@pytest.mark.parametrize("words", ["my sugar is sixty four", "my sugar was low"])
def test_a_low_sugar_is_urgent_with_insulin_or_where_nobody_knows(words: str) -> None:
    assert tiers(words, OTHER_MEDICINES)["LOW_SUGAR"] is SAME_DAY
    assert tiers(words, INSULIN)["LOW_SUGAR"] is URGENT
    assert tiers(words)["LOW_SUGAR"] is URGENT


@pytest.mark.parametrize("words", ["my sugar was low again", "my sugar keeps dropping"])
def test_a_low_sugar_that_comes_back_is_urgent(words: str) -> None:
    assert tiers(words, OTHER_MEDICINES)["LOW_SUGAR"] is URGENT


def test_a_low_sugar_told_in_two_turns_is_one_that_came_back() -> None:
    before = (TriggerHit("LOW_SUGAR", 2, SAME_DAY, "66 at supper"),)
    assert tiers("my sugar is sixty two", Context(listed=True, fired=before))["LOW_SUGAR"] is URGENT


@pytest.mark.parametrize("words", ["I threw up all night", "I can't keep water down"])
def test_vomiting_on_a_drug_that_hides_high_sugar_is_an_emergency(words: str) -> None:
    assert tiers(words, OTHER_MEDICINES)["VOMIT_NO_INTAKE"] is URGENT
    assert tiers(words, SGLT2)["VOMIT_NO_INTAKE"] is EMERGENCY


@pytest.mark.parametrize("words", ["I have a fever", "my temperature is 101"])
def test_a_fever_is_an_emergency_with_a_medicine_against_rejection(words: str) -> None:
    assert tiers(words, IMMUNE)["FEVER_HIGH_RISK"] is EMERGENCY


@pytest.mark.parametrize("risk", ["age_80", "blood_thinner", "chemo_or_transplant", "pregnant_or_postpartum"])
@pytest.mark.parametrize(
    ("trigger", "words"), [("FALL", "I slid off the bed"), ("COPD_FLARE", "I cough up green gunk")]
)
def test_a_risk_raises_where_the_table_marks_it(risk: str, trigger: str, words: str) -> None:
    assert tiers(words)[trigger] is URGENT
    assert tiers(words, Context(chips=frozenset({risk})))[trigger] is EMERGENCY


def test_what_raises_may_be_said_later_and_the_nurse_sees_both() -> None:
    before = (TriggerHit("PALPITATIONS", 2, URGENT, "my heart is skipping"),)
    hits = triage(PACK, "I blacked out for a moment", Context(fired=before))[0]
    raised = next(hit for hit in hits if hit.trigger == "PALPITATIONS")
    assert raised.tier is EMERGENCY
    assert raised.quote == "I blacked out for a moment / my heart is skipping"


def test_the_evidence_names_what_raised_it() -> None:
    hits = triage(PACK, "the pharmacy was out of my Eliquis", OTHER_MEDICINES)[0]
    assert {hit.trigger: hit.rule for hit in hits}["RX_NOT_FILLED"] == "phrase 5, with words"
