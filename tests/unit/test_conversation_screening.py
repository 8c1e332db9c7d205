"""What the answer to a danger question is read as: a table of utterances, and what must come of a yes beside a request."""

from pathlib import Path

import pytest

from server.conversation.heard import hear
from server.conversation.policy import decide, greet
from server.conversation.screening import danger_reading
from server.conversation.state import Decision, State, Visit
from server.persona.loading import load_pack
from server.vocabulary.findings import Tier

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
QUESTIONS = {question.id: question for question in PACK.questions}
VISIT = Visit("Maria", "Lakeside Clinic", "555-0142")

TABLE = {
    ("chest_pain", "no"): """
no|No.|nope none|No ma'am|no, not at all|nothing like that|know|Know.|Not that I know of|no chest pain right now
No, no chest pain.|not right now|no I'm good thank you|No I'm fine.|I'm okay|no, thank God|I don't think so|I do not
No, I do not.|not that I've noticed
I don't have any|don't have none|I ain't got none|uh-uh|nuh uh|None at all.|never|Absolutely not
Nah I'm good|not today|not at all|not really|no problem|no problems at all|no, my chest is fine|it doesn't hurt
No it doesn't|no, and I'm scared|no pain|I told you no already|no not since I got home|can't say that I do
No. When can I drive again?|No. My daughter was here this morning and we had tea.""",
    ("chest_pain", "yes"): """
yes|Yes.|yeah a little|uh huh|mm hmm|I do|a bit|just a twinge|Yes ma'am I do|sometimes|it comes and goes|I think so
only when I cough|sort of|I'm afraid so|yes and I'm scared|right now""",
    ("chest_pain", "unsure"): """
I have no idea|no clue|maybe|I don't know|no I don't know|no telling|I haven't the slightest idea|hard to say""",
    ("chest_pain", "unclear"): """
never mind|who wants to know|well it's not great|I wouldn't say no|not exactly no|no different than usual|no just a pinch
I said I'm not worse|you know|I know|No. Tight.|no but it feels tight|I don't feel good|not good|yes and no
no more than usual|What?|Okay.|No. Well, a little|sort of not really|no, except when I walk|no wait|no it is|No I have.
no worse|not much|not too bad|hardly any|I'm not doing so well|no the pain is in my arm|nothing but pressure
No. Is chest pain normal?|No. It was worse last night when I lay down but fine now.
No chest pain, just a pinch|No, I've been pretty good, my daughter came by|um|""",
    ("trouble_breathing", "no"): """
no ma'am I can breathe just fine|No, I can breathe just fine.|my breathing is fine|I'm breathing fine|no trouble breathing
no trouble at all|Breathing is okay|I had trouble breathing in the hospital, but not now
My breathing is fine, I walked to the mailbox and back with my neighbor this morning""",
    ("trouble_breathing", "unclear"): """
my breathing is not fine|no breathing is hard|My breathing is fine, but not when I lie down""",
    ("bleeding", "no"): """
No, nothing is bleeding.|nothing's bleeding|I'm not bleeding|no bleeding|no blood
No bleeding at all, they took the bandage off on Tuesday and it looked good""",
    ("passing_out", "no"): """
I haven't passed out|no fainting|My brother passed out at a wedding twenty years ago, but not me, no""",
    ("passing_out", "unclear"): "no, almost",
    ("new_confusion", "no"): """
No, my head is clear.|no, I'm clear|clear as a bell|I'm not confused|sharp as a tack|No, my mind's clear.""",
    ("new_confusion", "unclear"): "I can't think straight",
    ("thinner_head", "no"): "no|I didn't hit my head|no bumps",
    ("opioid_sleepy", "no"): "just a little tired|no",
    ("happening_now", "no"): "no I was just asking|no, that was last year|no",
    ("happening_now", "unsure"): "I don't know",
    ("about_patient", "no"): "it's my brother|no it's my neighbor down the street|not me",
    ("about_patient", "yes"): "yes it's me|yes",
    ("thoughts_of_suicide", "no"): "no|no not really",
    ("thoughts_of_suicide", "unclear"): "not exactly",
}
ROWS = [
    (key, words, verdict)
    for (key, verdict), lines in TABLE.items()
    for words in lines.strip("\n").replace("\n", "|").split("|")
]


@pytest.mark.parametrize(("key", "words", "verdict"), ROWS)
def test_is_read_as(key: str, words: str, verdict: str) -> None:
    assert danger_reading(PACK, QUESTIONS[key], hear(words)).value == verdict


def after(*turns: str) -> Decision:
    decision = greet(PACK, VISIT, State())
    for text in turns:
        decision = decide(PACK, VISIT, decision.state, text)
    return decision


YES_BESIDE = [
    "Yes, goodbye",
    "yes I do, I have to go, bye",
    "yes I do but I don't want to talk about it",
    "yes hold on let me sit down",
    "yeah can you say that again",
    "yes, next question",
    "yes get me a nurse",
]


@pytest.mark.parametrize("words", YES_BESIDE)
def test_a_yes_beside_a_request_pages(words: str) -> None:
    decision = after(words)
    assert ("CHEST_PAIN", Tier.EMERGENCY) in {(hit.trigger, hit.tier) for hit in decision.hits}
    assert decision.state.mode == "staying"


@pytest.mark.parametrize("words", YES_BESIDE)
def test_so_does_one_where_a_danger_was_only_suspected(words: str) -> None:
    assert "SYNCOPE" in {hit.trigger for hit in after("What if I faint?", words).hits}


@pytest.mark.parametrize(
    "words", ["no, hold on", "no can you repeat that", "hold on, in a little bit", "sure, hold on", "yeah no, hold on"]
)
def test_a_no_beside_a_request_answers_nothing(words: str) -> None:
    decision = after(words)
    assert (decision.state.answer("chest_pain"), decision.negatives, decision.hits) == ("", (), ())


@pytest.mark.parametrize("words", ["I have no idea", "no just a pinch", "never mind", "I don't talk to robots"])
def test_what_is_no_clean_denial_is_asked_once_more(words: str) -> None:
    decision = after(words)
    assert (decision.negatives, decision.closed) == ((), ())
    assert {line.script for line in decision.lines} & {"screen.chest", "screen.chest_again"}


def test_a_wish_for_a_person_is_served_once() -> None:
    decision = after("I want a real nurse")
    assert [hit.trigger for hit in decision.hits] == ["HUMAN_ASKED"]
    assert {line.script for line in decision.lines} == {"human.of_course", "screen.chest"}
    again = decide(PACK, VISIT, decision.state, "I want a real nurse")
    assert {line.script for line in again.lines} == {"human.again", "screen.chest"}
    assert [hit.trigger for hit in again.hits] == ["HUMAN_ASKED"]
