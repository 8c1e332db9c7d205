"""Every guardrail of every pack fires on its own examples, and only where it is meant."""

from pathlib import Path

import pytest

from server.conversation.triage import Context, triage
from server.persona.loading import load_pack
from server.vocabulary.findings import NegativeFinding, Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
FIRES = [(rail.id, words) for rail in PACK.guardrails.values() for words in rail.must_fire]
KEEPS_QUIET = [(rail.id, words) for rail in PACK.guardrails.values() for words in rail.must_not_fire]
BLOOD_THINNER = Context(groups=frozenset({"blood_thinner"}))


def fired(words: str, context: Context | None = None) -> dict[str, Tier]:
    return {hit.trigger: hit.tier for hit in triage(PACK, words, context)[0]}


@pytest.mark.parametrize(("guardrail", "words"), FIRES)
def test_fires(guardrail: str, words: str) -> None:
    assert guardrail in fired(words)


@pytest.mark.parametrize(("guardrail", "words"), KEEPS_QUIET)
def test_keeps_quiet(guardrail: str, words: str) -> None:
    assert guardrail not in fired(words)


def test_every_guardrail_with_phrases_has_examples() -> None:
    system = {"CANNOT_CALL_911"}
    assert {rail.id for rail in PACK.guardrails.values() if rail.phrases and not rail.must_fire} == system


def test_a_denial_is_kept_as_a_finding_with_the_patients_words() -> None:
    assert triage(PACK, "No chest pain, dear.")[1] == (NegativeFinding("CHEST_PAIN", 2, "No chest pain, dear"),)


def test_the_quote_is_the_patients_own_sentence() -> None:
    hits, _ = triage(PACK, "I slept well. But my CHEST feels tight! And the cat is fine.")
    assert [hit.quote for hit in hits] == ["But my CHEST feels tight"]


def test_a_long_story_is_quoted_around_the_red_flag() -> None:
    hits, _ = triage(PACK, "and then " * 60 + "my chest hurts so bad " + "and then " * 60)
    assert all("chest hurts" in hit.quote and len(hit.quote) <= 240 for hit in hits)


def test_a_head_blow_counts_for_more_on_a_blood_thinner_of_the_list() -> None:
    words = "I bumped my head a little"
    assert fired(words) == {"HEAD_INJURY": Tier.URGENT}
    assert fired(words, BLOOD_THINNER)["HEAD_INJURY_BLOOD_THINNER"] is Tier.EMERGENCY


def test_days_ago_is_urgent_and_not_an_emergency() -> None:
    assert fired("I had chest pain on Tuesday")["CHEST_PAIN"] is Tier.URGENT


@pytest.mark.parametrize(
    ("words", "guardrail"),
    [
        ("I tried to hang myself last Sunday and the rope broke", "SUICIDE_IMMINENT"),
        ("I hit my head three days ago and I take a blood thinner", "HEAD_INJURY_BLOOD_THINNER"),
    ],
)
def test_what_days_do_not_mend_is_an_emergency_days_later(words: str, guardrail: str) -> None:
    assert fired(words)[guardrail] is Tier.EMERGENCY


def test_gone_today_still_is_an_emergency() -> None:
    assert fired("I had chest pain this morning but it went away")["CHEST_PAIN"] is Tier.EMERGENCY


def test_an_emergency_in_the_room_is_one_whoever_has_it() -> None:
    assert fired("My husband can't breathe") == {"DYSPNEA_REST": Tier.EMERGENCY}


def test_the_words_of_the_teach_back_are_expected_in_its_answer() -> None:
    topics = Context(topics=frozenset({"CHEST_PAIN", "ASKS_FOR_HELP"}))
    assert fired("If my chest started to hurt tonight I'd call 911", topics) == {}
    assert "CHEST_PAIN" in fired("Actually my chest is hurting right now", topics)


@pytest.mark.parametrize("words", ["", " ", "...", "?!", "日本語", "a" * 5000, "no " * 500, "my chest " * 300, "\x00"])
def test_takes_any_text(words: str) -> None:
    triage(PACK, words)
