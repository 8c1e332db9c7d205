"""What is remembered is asked about first, in the pack's words; the patient can hear, correct, dispute and forget it."""

from dataclasses import replace

import pytest

from server.conversation.gate import Gate
from server.conversation.policy import decide, greet
from server.conversation.state import Decision, State, Visit
from server.persona.memory_checks import check_memory
from server.vocabulary.memories import Amendment, Memory
from tests.fakes.remembered import PACK
from tests.screenplay.stage import Medicine

KIND = "unit"
ANKLE = Memory("mf_1", "swelling", aspect="left_ankle")
MISSED = Memory("mf_2", "missed")
WOUND = Memory("mf_3", "wound")
TAKING = Memory("mf_4", "taking", "apixaban")
APIXABAN = (Medicine("apixaban", high_alert=True),)


def visit(*memories: Memory) -> Visit:
    return Visit("Rosa", remembered=memories, conditions=("heart_failure",), medicines=APIXABAN)


def after(told: Visit, *said: str) -> Decision:
    """The decision on the last of these turns; all that was decided to say passes the gate."""
    gate = Gate(PACK, told)
    decision = greet(PACK, told, State())
    decisions = [decision]
    for text in said:
        decision = decide(PACK, told, decision.state, text)
        decisions.append(decision)
    refused = [line for one in decisions for line in one.lines if not gate.judge(line.text, line.script).allowed]
    assert refused == []
    return decision


def scripts(decision: Decision) -> list[str]:
    return list(dict.fromkeys(line.script for line in decision.lines))


def closed(decision: Decision) -> dict[str, str]:
    return {one.objective: one.answer for one in decision.closed}


def test_at_most_two_memories_open_a_check_in() -> None:
    asked = scripts(after(visit(ANKLE, MISSED, WOUND)))
    then = scripts(after(visit(ANKLE, MISSED, WOUND), "gone"))
    last = scripts(after(visit(ANKLE, MISSED, WOUND), "gone", "none"))
    assert (asked[-1], then[-1], last[-2:]) == ("last.swelling", "last.missed", ["screen.intro_next", "screen.chest"])


def test_with_nothing_remembered_a_check_in_is_as_it_was() -> None:
    assert scripts(after(visit()))[-2:] == ["screen.intro", "screen.chest"]


@pytest.mark.parametrize(
    "memory",
    [
        Memory("mf_1", "no_such_rule"),
        replace(TAKING, subject="warfarin"),
        Memory("mf_1", "trend"),
        replace(ANKLE, open=False),
    ],
    ids=["unknown rule", "no longer on the list", "not asked about", "over"],
)
def test_what_cannot_be_asked_about_is_not(memory: Memory) -> None:
    assert scripts(after(visit(memory)))[-1] == "screen.chest"


def test_an_aspect_that_the_pack_does_not_have_is_never_spoken() -> None:
    decision = after(visit(replace(ANKLE, aspect="my poor swolen ancle")))
    assert "Last time your feet, legs, or belly were swollen." in [line.text for line in decision.lines]


def test_the_gate_speaks_of_no_memory_that_the_visit_does_not_have() -> None:
    sentence = "Last time your left ankle was swollen."
    assert Gate(PACK, visit(ANKLE)).judge(sentence).script == "last.swelling"
    assert not Gate(PACK, visit(MISSED)).judge(sentence).allowed


@pytest.mark.parametrize(
    ("said", "answer", "usual"),
    [
        ("it's gone", "gone", "no"),
        ("a little better", "better", "no"),
        ("still swollen", "same", "yes"),
        ("It got worse.", "worse", "yes"),
    ],
)
def test_the_usual_question_is_answered_with_it(said: str, answer: str, usual: str) -> None:
    decision = after(visit(ANKLE), said)
    assert (closed(decision)["last_swelling"], closed(decision)["hf_swelling"]) == (answer, usual)
    assert [hit.trigger for hit in decision.hits] == ["HF_WEIGHT"] * (usual == "yes")


def test_what_was_said_against_the_list_is_asked_with_the_medicine_of_the_chart() -> None:
    decision = after(visit(TAKING), "twice a day")
    assert closed(decision) == {
        "last_how_taken:apixaban": "twice a day",
        "how_taken:apixaban": "twice a day",
        "LAST_TIME": "1 of 1",
    }


def test_danger_comes_before_everything() -> None:
    decision = after(visit(ANKLE), "forget that, my chest hurts so bad")
    assert "CHEST_PAIN" in [hit.trigger for hit in decision.hits]
    assert decision.state.mode == "staying"
    assert decision.amended == ()


@pytest.mark.parametrize(
    "said", ["What do you remember about me?", "what do you know about me", "Tell me what you remember."]
)
def test_the_patient_hears_at_most_three(said: str) -> None:
    decision = after(visit(ANKLE, MISSED, WOUND, TAKING), said)
    told = ["recall.intro", "recall.swelling", "recall.missed", "recall.wound", "recall.rights", "last.swelling"]
    assert scripts(decision) == told


def test_who_is_not_remembered_is_told_so() -> None:
    assert scripts(after(visit(), "What do you remember about me?")) == ["recall.nothing", "screen.chest"]


@pytest.mark.parametrize(
    "said", ["That's wrong, it was my left foot.", "No, it was my left foot.", "Not my ankle, my left foot."]
)
def test_a_correction_is_kept_and_asked_about_in_other_words(said: str) -> None:
    decision = after(visit(ANKLE), said)
    assert decision.amended == (Amendment("mf_1", "corrected", "left_foot", said),)
    assert scripts(decision) == ["recall.corrected", "last.swelling_again"]


def test_a_correction_may_answer_too_and_is_told_as_corrected() -> None:
    decision = after(visit(ANKLE), "No, it was my left foot, and it is better.")
    assert closed(decision)["last_swelling"] == "better"
    told = after(visit(ANKLE), "No, it was my left foot, and it is better.", "What do you remember about me?")
    assert "Your left foot was swollen." in [line.text for line in told.lines]


@pytest.mark.parametrize(
    ("said", "change", "script"),
    [
        ("That's not true.", "disputed", "recall.disputed"),
        ("I never had any swelling.", "disputed", "recall.disputed"),
        ("Forget that.", "forgotten", "recall.forgotten"),
        ("I don't want you to remember that.", "forgotten", "recall.forgotten"),
    ],
)
def test_what_was_not_so_is_asked_as_if_nothing_were_known(said: str, change: str, script: str) -> None:
    decision = after(visit(ANKLE), said)
    assert [one.change for one in decision.amended] == [change]
    assert scripts(decision)[0] == script
    assert "hf_swelling" not in closed(decision)
    assert scripts(after(visit(ANKLE), said, "What do you remember about me?"))[0] == "recall.nothing"


def test_of_several_that_were_told_the_one_named_is_forgotten() -> None:
    told = visit(ANKLE, MISSED)
    beginning = ("gone", "none", "What do you remember about me?")
    assert scripts(after(told, *beginning, "Forget that."))[0] == "recall.which"
    named = after(told, *beginning, "Forget about the swelling.")
    assert named.amended == (Amendment("mf_1", "forgotten", "", "Forget about the swelling."),)


@pytest.mark.parametrize("said", ["I forget that sometimes.", "Don't forget that.", "no i forgot", "that was the dog"])
def test_other_words_amend_nothing(said: str) -> None:
    assert after(visit(ANKLE), said).amended == ()


def test_once_something_else_is_asked_that_means_something_else() -> None:
    assert after(visit(ANKLE), "gone", "That's not right.").amended == ()


def test_a_memory_rule_that_leads_nowhere_is_named() -> None:
    broken = PACK.memory.remember[0].model_copy(
        update={"asks": "no_such", "guardrails": ("NO_SUCH",), "recall": "no.such"}
    )
    rules = PACK.memory.model_copy(update={"remember": (broken, *PACK.memory.remember[1:])})
    found = [complaint.value for complaint in check_memory(replace(PACK, memory=rules))]
    assert found == ["no_such", "no.such", "NO_SUCH", "last_swelling"]
