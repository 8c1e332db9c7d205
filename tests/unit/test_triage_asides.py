"""Words about the talk itself, and plain answers to what was asked, are no signs of anything; what is meant still is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.conversation.agenda import Ask
from server.conversation.asides import MASKED, is_aside, listens_to_asides
from server.conversation.heard import hear
from server.conversation.plain_answers import examine_answer
from server.conversation.state import Visit
from server.conversation.triage import Context, triage
from server.persona.loading import load_pack
from server.persona.pack import Pack
from server.persona.questions import Question
from server.vocabulary.findings import Likeness, Tier
from server.workbench.cases import Chart, OnList

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"
PACKS = [load_pack(PERSONAS / name) for name in ("post-discharge", "medication-check-in")]
PACK = PACKS[0]
MOOD = {rail.id for rail in PACK.guardrails.values() if listens_to_asides(rail)}
PLAIN = set("abcdefghijklmnopqrstuvwxyz|_? ")
"""Letters of a phrase that can be said as it is written."""
CHART = Chart(medicines=(OnList(name="apixaban", high_alert=True), OnList(name="metoprolol")))
AMOUNTS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "6",
    "nine",
    "20",
    "40",
    "sixty",
    "a hundred",
    "four hundred",
    "maybe two",
    "none",
)
ANSWERS = {
    "yes_no": ("yes", "no", "yes dear", "no not at all", "I don't know", "a little", "nope"),
    "scale": AMOUNTS,
    "pressure": ("120 over 80", "one thirty over seventy"),
    "day": ("Tuesday", "next Monday", "tomorrow morning", "the 14th", "Friday at two"),
    "medicine": ("apixaban", "the metoprolol", "eliquis"),
    "medicines": ("metoprolol and apixaban", "nothing", "no"),
    "number": AMOUNTS,
}


def said(source: str) -> str:
    """The plainest words of a phrase; empty for one that cannot be said as it is written."""
    items = [item.split("|")[0].replace("_", " ") for item in source.split() if not item.startswith("?")]
    return " ".join(items) if set(source) <= PLAIN else ""


def everyday(question: Question, pack: Pack) -> Iterator[str]:
    yield from ANSWERS.get(question.expects, ())
    yield from (said(phrase) for choice in question.choices for phrase in choice.phrases if said(phrase))
    units = [pack.measures[name].spoken for name in (question.measure or "",) if name in pack.measures]
    yield from (f"{count} {unit}" for unit in units for count in ("2", "four", "ten"))


NAMED = {"confused": "NEW_CONFUSION", "four pillows": "ORTHOPNEA"}
"""Answers that a phrase of a guardrail names, whatever was asked."""
ASKED = {
    (question.id, words): (pack, question)
    for pack in PACKS
    for question in pack.questions
    for words in everyday(question, pack)
    if words not in NAMED
}
ASIDES = [
    f"{who}{said(phrase)}"
    for request in PACK.requests
    for phrase in request.phrases
    for who in ("", "I ")
    if request.kind in MASKED and said(phrase)
]


def shouted(words: str) -> list[Likeness]:
    """A classifier that takes anything for the worst."""
    return [Likeness("SYNCOPE", 0.99, 0, len(words))]


def answered(pack: Pack, question: Question, words: str, likenesses: list[Likeness] | None) -> dict[str, Tier]:
    visit: Visit = CHART.visit(pack)
    found = examine_answer(pack, visit, Ask(question.id, question), hear(words), Context(), likenesses)
    return {hit.trigger: hit.tier for hit in found.hits if hit.tier.rank <= Tier.URGENT.rank}


@pytest.mark.parametrize(("asked", "words"), ASKED)
def test_a_plain_answer_pages_nobody_whatever_it_is_like(asked: str, words: str) -> None:
    pack, question = ASKED[asked, words]
    assert answered(pack, question, words, shouted(words)) == {}


@pytest.mark.parametrize(("words", "trigger"), NAMED.items())
def test_what_a_phrase_names_counts_in_an_answer_too(words: str, trigger: str) -> None:
    assert trigger in {hit.trigger for hit in triage(PACK, words, Context(plain=True), ())[0]}


def test_the_same_words_to_another_question_are_judged() -> None:
    (worry,) = (question for question in PACK.questions if question.id == "worry")
    assert "SYNCOPE" in answered(PACK, worry, "I ran out", shouted("I ran out"))


def test_a_red_flag_beside_a_plain_answer_is_heard() -> None:
    (days,) = (question for question in PACK.questions if question.id == "missed_days")
    assert "CHEST_PAIN" in answered(PACK, days, "four, and my chest hurts", [])
    assert "SYNCOPE" in answered(PACK, days, "four and everything swam away", shouted("four and everything swam away"))


@pytest.mark.parametrize("words", ASIDES)
def test_an_aside_is_no_emergency_by_rules_alone(words: str) -> None:
    tiers = {hit.trigger: hit.tier for hit in triage(PACK, words)[0]}
    assert [trigger for trigger, tier in tiers.items() if tier is Tier.EMERGENCY and trigger not in MOOD] == []


@pytest.mark.parametrize(
    "words",
    [
        "I don't want to answer that",
        "I won't answer that.",
        "I can't answer that",
        "I'd rather not answer.",
        "I can't talk right now",
        "I can't talk long",
        "I'm not going to tell you",
        "I slept well, but I can't answer that.",
    ],
)
@pytest.mark.parametrize("likenesses", [None, ()])
def test_a_refusal_pages_nobody(words: str, likenesses: tuple[Likeness, ...] | None) -> None:
    assert [hit.trigger for hit in triage(PACK, words, None, likenesses)[0]] == []


@pytest.mark.parametrize(
    "words", ["three", "nine", "20", "40", "60", "100", "I don't know", "I have no idea", "come again"]
)
def test_a_number_of_nothing_and_an_aside_are_like_nothing(words: str) -> None:
    assert is_aside(PACK, hear(words))
    assert triage(PACK, words, None, shouted(words))[0] == ()


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("Hold on, my chest hurts.", "CHEST_PAIN"),
        ("Wait a minute, I can't breathe", "DYSPNEA_REST"),
        ("I can't talk right, my mouth is drooping", "STROKE_BEFAST"),
        ("I'm thinking of killing myself", "SUICIDE_IMMINENT"),
        ("I want to end it", "SUICIDE_IMMINENT"),
        ("I don't want to go on anymore", "SI_PASSIVE"),
    ],
)
def test_an_aside_hides_nothing(words: str, trigger: str) -> None:
    assert trigger in {hit.trigger for hit in triage(PACK, words, None, ())[0]}


@pytest.mark.parametrize("words", ["I need somebody", "get me somebody", "my heart stopped, what did you say"])
def test_what_may_be_a_cry_for_help_is_no_aside(words: str) -> None:
    assert not is_aside(PACK, hear(words))


HURTS = next(question for question in PACK.questions if question.id == "bothering")


@pytest.mark.parametrize("words", ["my belly", "my throat", "my foot", "the knee"])
def test_what_hurts_is_no_emergency_by_a_hint(words: str) -> None:
    assert answered(PACK, HURTS, words, []) == {}


def test_a_few_words_mean_what_they_say_with_their_question() -> None:
    assert answered(PACK, HURTS, "my chest", [])["CHEST_PAIN"] is Tier.EMERGENCY
    assert "STROKE_BEFAST" not in answered(PACK, HURTS, "my left arm", [])


def test_another_finding_does_not_hide_what_hurts() -> None:
    found = answered(PACK, HURTS, "my chest, and I fell", [])
    assert set(found) == {"CHEST_PAIN", "FALL"}
