"""Patients answer two questions at once, an earlier or a later one, and take back what they said."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.conversation.policy import decide, greet
from server.conversation.state import Decision, State, Visit
from server.persona.loading import load_pack
from server.record.patients import Medicine

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
THINNER = Medicine("apixaban", "blood thinner", "one tablet twice a day", high_alert=True, new=True)
WATER = Medicine("furosemide", "water pill", "one tablet", high_alert=False)
VISIT = Visit(
    "Maria",
    "Lakeside Clinic",
    "555-0142",
    (THINNER, WATER),
    days_since_discharge=2,
    conditions=("heart_failure",),
    next_visit=date(2026, 12, 1),
    today=date(2026, 11, 20),
)
NO_DANGER = ("no",) * 5
TO_PILLS = (*NO_DANGER, "better", "tired", "one eighty four", "none", "no", "two")
TO_MISSED = (*TO_PILLS, "yes", "twice a day", "for clots", "no", "nothing", "no", "no")


def after(*turns: str, visit: Visit = VISIT) -> Decision:
    """The decision after these turns."""
    decision = greet(PACK, visit, State())
    for text in turns:
        decision = decide(PACK, visit, decision.state, text)
    return decision


def closed(decision: Decision) -> dict[str, str]:
    return {one.objective: one.answer for one in decision.closed}


def said(decision: Decision) -> list[str]:
    return [line.script for line in decision.lines]


def test_a_denial_of_the_next_danger_is_not_asked_for_again() -> None:
    decision = after("No chest pain, no trouble breathing.")
    assert closed(decision) == {"chest_pain": "no", "trouble_breathing": "no"}
    assert said(decision)[-1] == "screen.bleed"


def test_a_later_answer_is_kept_and_the_open_one_taken_too() -> None:
    decision = after(*NO_DANGER, "Better, and I got all my medicines")
    assert closed(decision) == {"have_all": "yes", "trend": "better"}


def test_an_answered_question_is_not_asked() -> None:
    decision = after(*NO_DANGER, "Better, I weigh one eighty four today", "tired")
    assert said(decision)[-1] == "hf.gain_day"


def test_words_for_another_question_leave_the_open_one_open() -> None:
    decision = after(*NO_DANGER, "I picked up all my medicines")
    assert closed(decision) == {"have_all": "yes"}
    assert said(decision)[-2:] == ["ack.noted", "trend.ask"]


def test_taking_an_answer_back_closes_it_again_with_new_evidence() -> None:
    before = after(*TO_MISSED, "none")
    decision = decide(PACK, VISIT, before.state, "no wait, I did miss Tuesday")
    again = decision.state.closing("missed_days")
    assert again is not None
    assert (again.answer, again.turns) == ("1 days", (before.state.turn + 1,))
    assert "took_more" not in closed(decision)
    assert said(decision) == ["ack.changed", "missed.which", "missed.which"]


def test_a_correction_and_an_answer_in_one_breath() -> None:
    before = after(*TO_MISSED, "none")
    decision = decide(PACK, VISIT, before.state, "No. Oh wait, I missed two days, though")
    assert closed(decision)["missed_days"] == "2 days"
    assert closed(decision)["took_more"] == "no"


def test_nothing_can_be_taken_back_for_ever() -> None:
    state: State = after(*TO_MISSED, "none").state
    for turn in range(40):
        decision = decide(PACK, VISIT, state, f"I missed {turn % 3 + 1} days")
        state = decision.state
    assert state.corrections <= PACK.numbers.corrections_max.value


@pytest.mark.parametrize("words", ["My husband missed two days", "I never miss a dose", "What if I missed a day?"])
def test_someone_else_and_what_if_correct_nothing(words: str) -> None:
    before = after(*TO_MISSED, "none")
    assert closed(decide(PACK, VISIT, before.state, words)).get("missed_days") is None


@pytest.mark.parametrize(
    ("words", "reply", "answer"),
    [
        ("five ten", "yes", "510 lb"),
        ("five ten", "five ten", "510 lb (implausible)"),
        ("1000", "1000", "1000 lb (implausible)"),
        ("five ten", "no, one eighty four", "184 lb"),
        ("five ten", "one eighty four", "184 lb"),
        ("fifty", "yes, kilos", "110.2 lb"),
    ],
)
def test_an_odd_number_counts_only_after_a_yes(words: str, reply: str, answer: str) -> None:
    asked = after(*NO_DANGER, "better", "tired", words)
    assert asked.state.closing("hf_weight") is None
    assert closed(decide(PACK, VISIT, asked.state, reply))["hf_weight"] == answer


def test_a_number_read_back_and_denied_is_asked_for_once_more_and_given_up() -> None:
    decision = after(*NO_DANGER, "better", "tired", "five ten")
    assert (said(decision), decision.expects) == (["heard.number"], "yes_no")
    decision = decide(PACK, VISIT, decision.state, "no")
    assert said(decision) == ["hf.weight_again"]
    decision = decide(PACK, VISIT, decide(PACK, VISIT, decision.state, "five ten").state, "no")
    found = decision.state.closing("hf_weight")
    assert found is not None
    assert found.status == "unable"


def test_what_was_read_back_is_repeated_on_request() -> None:
    decision = after(*NO_DANGER, "better", "tired", "five ten", "what did you say?")
    assert [line.text for line in decision.lines] == ["Did you say 510 pounds?"]


def test_a_sound_alike_counts_only_after_a_yes() -> None:
    decision = after(*TO_MISSED, "two days", "the elequest")
    assert [line.text for line in decision.lines] == ["Did you say apixaban?"]
    decision = decide(PACK, VISIT, decision.state, "yes")
    assert closed(decision)["missed_which"] == "apixaban"
    assert "HIGH_ALERT_MISSED" in {hit.trigger for hit in decision.hits}


def test_a_gain_above_the_patients_own_limit_pages() -> None:
    strict = replace(VISIT, parameters=(("hf.gain_1d_lb", 2.0),))
    turns = (*NO_DANGER, "better", "tired", "one eighty four", "it is two pounds")
    hits = [{hit.trigger for hit in after(*turns, visit=visit).hits} for visit in (VISIT, strict)]
    assert ["HF_WEIGHT" in found for found in hits] == [False, True]


def test_a_store_bought_pain_pill_beside_a_blood_thinner_is_told_to_a_nurse() -> None:
    decision = after(*TO_PILLS, "yes", "twice a day", "for clots", "some Advil for my knee")
    assert closed(decision)["else_taken"] == "ibuprofen"
    assert "MED_DISCREPANCY" in {hit.trigger for hit in decision.hits}


def test_finishing_later_is_offered_once_and_taken_at_its_word() -> None:
    state = replace(after(*NO_DANGER).state, turn=int(PACK.numbers.turns_offer.value))
    offer = decide(PACK, VISIT, state, "better")
    assert said(offer)[-2:] == ["later.ask", "later.ask"]
    assert "later.go_on" in said(decide(PACK, VISIT, offer.state, "no, go on"))
    done = decide(PACK, VISIT, offer.state, "yes please")
    assert (done.ended, done.end_reason) == (True, "patient_ended")
    assert done.state.answer("trend") == "better"


def test_every_objective_ends_too() -> None:
    decision = after(*NO_DANGER, "goodbye")
    statuses = {one.objective: one.status for one in decision.state.closed}
    assert {objective.id for objective in PACK.objectives} <= statuses.keys()
    assert (statuses["EMERGENCY_SCREEN"], statuses["HEALTH_STATUS"]) == ("met", "not_reached")


def test_a_blood_thinner_taken_half_as_often_as_listed_is_told_to_a_nurse() -> None:
    listed = replace(VISIT, directions=(("apixaban", "one tablet morning and evening"),))
    hits = [
        {(hit.trigger, str(hit.tier)) for hit in after(*TO_PILLS, "yes", words, visit=listed).hits}
        for words in ("once a day", "twice a day")
    ]
    assert hits == [{("MED_DISCREPANCY_HIGH_ALERT", "urgent")}, set()]


@pytest.mark.parametrize(
    ("words", "fired"),
    [
        ("I don't take it", "HIGH_ALERT_MISSED"),
        ("whenever I remember", "HIGH_ALERT_MISSED"),
        ("I don't take it every day", "HIGH_ALERT_MISSED"),
        ("I ran out last week", "HIGH_ALERT_MISSED"),
        ("I cut it in half", "MED_DISCREPANCY_HIGH_ALERT"),
        ("I took my wife's", "MED_DISCREPANCY_HIGH_ALERT"),
        ("I take four at once", "MED_DISCREPANCY_HIGH_ALERT"),
    ],
)
def test_a_high_alert_medicine_taken_another_way_is_told_to_a_nurse(words: str, fired: str) -> None:
    decision = after(*TO_PILLS, "yes", words)
    assert (fired, "urgent") in {(hit.trigger, str(hit.tier)) for hit in decision.hits}


@pytest.mark.parametrize(
    "words",
    [
        "twice a day",
        "one in the morning, one at night",
        "I don't take it with food, just twice a day",
        "one when it hurts",
    ],
)
def test_one_taken_as_it_should_be_tells_nobody(words: str) -> None:
    decision = after(*TO_PILLS, "yes", words)
    assert (closed(decision)["how_taken:apixaban"], decision.hits) == (words, ())


def test_how_often_is_asked_for_once() -> None:
    decision = after(*TO_PILLS, "yes", "with water")
    assert said(decision) == ["med.how_again"]
    assert closed(decide(PACK, VISIT, decision.state, "with water"))["how_taken:apixaban"] == "with water"
