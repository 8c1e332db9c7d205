"""Every finding says which rule fired and where its words stand, also where it was an answer, a request, or silence."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.conversation.policy import decide, greet, on_nurse_button
from server.conversation.silence import on_silence
from server.conversation.state import State, Visit
from server.persona.loading import load_pack
from server.vocabulary.findings import Tier, TriggerHit

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", conditions=("heart_failure",))


def begun() -> State:
    return greet(PACK, VISIT, State()).state


def hit_on(words: str, state: State | None = None) -> TriggerHit:
    return decide(PACK, VISIT, state or begun(), words).hits[0]


def test_a_yes_to_a_danger_question_names_the_question_and_its_own_words() -> None:
    hit = hit_on("  yes ")
    assert (hit.trigger, hit.rule, hit.quote, hit.start, hit.end) == ("CHEST_PAIN", "answer chest_pain", "yes", 2, 5)


@pytest.mark.parametrize("words", ["I want a real person", "let me talk to a nurse please"])
def test_a_request_names_itself_and_its_words(words: str) -> None:
    hit = next(hit for hit in decide(PACK, VISIT, begun(), words).hits if hit.trigger == "HUMAN_ASKED")
    assert hit.rule
    assert words[hit.start : hit.end]
    assert words[hit.start : hit.end] in hit.quote


def test_the_button_and_silence_have_a_rule_and_no_words() -> None:
    (pressed,) = on_nurse_button(PACK, VISIT, begun()).hits
    assert (pressed.trigger, pressed.rule, pressed.end) == ("HUMAN_ASKED", "button", 0)
    staying = decide(PACK, VISIT, begun(), "my chest hurts").state
    quiet = on_silence(PACK, VISIT, replace(staying, rung=1), PACK.numbers.staying_page.value)
    assert quiet is not None
    (silent,) = quiet.hits
    assert (silent.trigger, silent.rule, silent.end) == ("UNRESPONSIVE", "silence", 0)


@pytest.mark.parametrize(
    ("answer", "tier"), [("yes, both of them", Tier.URGENT), ("yes my feet are puffy", Tier.URGENT)]
)
def test_swelling_told_on_being_asked_is_a_symptom(answer: str, tier: Tier) -> None:
    state = begun()
    for words in ("no", "no", "no", "no", "no", "about the same", "just tired", "184", "four pounds", "five"):
        state = decide(PACK, VISIT, state, words).state
    asked = hit_on(answer, state)
    assert (asked.trigger, asked.tier) == ("HF_WEIGHT", tier)
