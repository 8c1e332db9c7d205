"""Phrases and the classifier are weighed together, and a request is answered whatever else was said."""

from pathlib import Path

import pytest

from server.conversation.triage import CLASSIFIER, triage
from server.conversation.weighing import Evidence, is_enough
from server.persona.loading import load_pack
from server.vocabulary.findings import Likeness, Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")


def test_a_hint_needs_less_of_the_classifier() -> None:
    assert not is_enough(PACK, Tier.EMERGENCY, Evidence(0.3, 0.3))
    assert is_enough(PACK, Tier.EMERGENCY, Evidence(0.3, 0.3, hint=True))


def test_what_was_denied_needs_more() -> None:
    assert is_enough(PACK, Tier.EMERGENCY, Evidence(0.6, 0.6))
    assert not is_enough(PACK, Tier.EMERGENCY, Evidence(0.6, 0.6, unreal=True))


@pytest.mark.parametrize("tier", [Tier.EMERGENCY, Tier.URGENT])
def test_one_odd_stretch_of_harmless_talk_is_no_page(tier: Tier) -> None:
    assert not is_enough(PACK, tier, Evidence(0.02, 0.6))


@pytest.mark.parametrize(
    "words", ["Can I take two?", "Should I stop the apixaban?", "Can I skip my water pill for church?"]
)
def test_a_request_for_a_dose_stays_whatever_the_classifier_says(words: str) -> None:
    assert "DOSE_REQUEST" in {hit.trigger for hit in triage(PACK, words, None, ())[0]}


def test_a_page_that_no_phrase_names_says_what_it_is_like() -> None:
    words = "It came on like a mule kick"
    (hit,) = triage(PACK, words, None, [Likeness("CHEST_PAIN", 0.8, 0, len(words))])[0]
    assert (hit.trigger, hit.rule, hit.tier) == ("CHEST_PAIN", CLASSIFIER, Tier.EMERGENCY)


@pytest.mark.parametrize(
    ("words", "trigger"),
    [("I am bleeding", "BLEEDING_NOW"), ("No wait, I am bleeding", "BLEEDING_NOW"), ("I fell this morning", "FALL")],
)
def test_an_urgent_phrase_that_is_meant_pages_whatever_the_classifier_says(words: str, trigger: str) -> None:
    assert {hit.trigger: hit.tier for hit in triage(PACK, words, None, ())[0]}[trigger] is Tier.URGENT


def test_one_among_words_of_doubt_is_for_today() -> None:
    (hit,) = triage(PACK, "I said no to the bath and I fell", None, ())[0]
    assert (hit.trigger, hit.tier) == ("FALL", Tier.SAME_DAY)


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("no I'm bleeding", "BLEEDING_NOW"),
        ("Papa is grabbing his chest and he doesn't want a doctor", "CHEST_PAIN"),
        ("my brother's old pistol is in my lap", "SUICIDE_IMMINENT"),
    ],
)
def test_a_no_and_a_relative_take_nothing_back_that_is_happening(words: str, trigger: str) -> None:
    assert trigger in {hit.trigger for hit in triage(PACK, words)[0]}


@pytest.mark.parametrize("words", ["I don't think I'm bleeding", "no I'm not bleeding", "no bleeding"])
def test_a_denial_of_it_does(words: str) -> None:
    assert triage(PACK, words)[0] == ()
