"""What a journal comes to as facts, and what becomes of those that were held: rules only, and nothing overwritten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.memory.facts import Claim, Fact, Matter, Source, Thread
from server.memory.learning import Found, Learned, learn
from server.memory.merging import Changes, merge
from server.vocabulary import events as e
from server.vocabulary.findings import Advice, Tier
from tests.fakes.remembered import RULES

KIND = "unit"
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)


def turn(number: int, text: str, advice: Advice | None = None) -> e.PatientTurn:
    return e.PatientTurn(number, text, typed=False, continues=False, advice=advice)


def closed(question: str, answer: str, number: int) -> e.ObjectiveClosed:
    return e.ObjectiveClosed(question, "met", answer, (number,))


def only(*events: e.Event) -> Found:
    (found,) = learn(events, RULES).found
    return found


def fact(source: Source = "patient", **claim: str) -> Fact:
    said = {"predicate": "swelling", "value": "yes", "aspect": "ankle"} | claim
    return Fact(
        id="mf_1",
        checkin=None,
        claim=Claim(**said),  # type: ignore[arg-type]
        state="held",
        source=source,
        valid_from=MONDAY,
        valid_to=None,
        recorded_at=MONDAY,
        known_to=None,
        ended_as=None,
        confirmed_by=None,
    )


THREAD = Thread("mt_1", Matter("follow_up", "swelling"), MONDAY)


def after(*events: e.Event, held: tuple[Fact, ...] = (), threads: tuple[Thread, ...] = ()) -> Changes:
    return merge(held, threads, learn(events, RULES), RULES, FRIDAY)


def test_an_answer_is_a_fact_with_the_words_it_came_from() -> None:
    found = only(turn(1, "yes, my left ankle is puffy"), closed("hf_swelling", "yes", 1))
    assert found.claim == Claim(
        predicate="swelling",
        value="yes",
        aspect="left_ankle",
        quote="yes, my left ankle is puffy",
        turn=1,
        confidence=RULES.confidence_rules,
    )
    assert not found.proposed


def test_a_number_has_its_unit() -> None:
    found = only(turn(1, "one eighty four"), closed("hf_weight", "184 lb", 1))
    assert (found.claim.value, found.claim.unit) == ("184", "lb")


def test_a_trigger_in_plain_words_is_a_fact() -> None:
    fired = e.TriggerFired(1, "HF_WEIGHT", 2, Tier.SAME_DAY, "my feet are swollen", "swollen")
    assert only(turn(1, "my feet are swollen"), fired).claim.aspect == "feet"


@pytest.mark.parametrize(
    "event",
    [
        e.TriggerFired(1, "HF_WEIGHT", 2, Tier.SAME_DAY, "I gained five pounds", "gain"),
        e.TriggerFired(1, "HF_WEIGHT", 2, Tier.SAME_DAY, "five swollen pounds", "answer hf_gain_day"),
        e.ObjectiveClosed("hf_swelling", "refused", "", (1,)),
        e.ObjectiveClosed("last_swelling", "met", "disputed", (1,)),
        e.NegativeFound(1, "HF_WEIGHT", 2, "not swollen"),
        e.QuestionUnanswered(1, "is my ankle swollen?"),
    ],
    ids=lambda event: event.kind,
)
def test_what_was_not_said_of_it_is_no_fact(event: e.Event) -> None:
    assert learn([turn(1, "well"), event], RULES).found == ()


def test_the_later_word_counts_and_keeps_what_was_said_more_closely() -> None:
    found = only(
        turn(1, "my left ankle is swollen"),
        e.TriggerFired(1, "HF_WEIGHT", 2, Tier.SAME_DAY, "my left ankle is swollen", "swollen"),
        turn(5, "no"),
        closed("hf_swelling", "no", 5),
    )
    assert (found.claim.value, found.claim.aspect) == ("no", "left_ankle")


@pytest.mark.parametrize(
    "events",
    [
        (turn(1, "kind of", Advice("yes", "kind of")), closed("hf_swelling", "yes", 1)),
        (turn(1, "puffy"), e.TriggerFired(1, "HF_WEIGHT", 2, Tier.SAME_DAY, "puffy", "language model")),
    ],
    ids=["answer", "flag"],
)
def test_what_a_model_read_waits_for_a_person(events: tuple[e.Event, ...]) -> None:
    changes = after(*events, held=(fact(),), threads=(THREAD,))
    assert [(put.state, put.source) for put in changes.puts] == [("proposed", "llm-proposal")]
    assert (changes.ends, changes.opens, changes.closes) == ({}, {}, {})


def test_a_first_fact_opens_a_thread() -> None:
    changes = after(turn(1, "yes, my feet"), closed("hf_swelling", "yes", 1))
    assert changes.opens == {("", "swelling"): Matter("follow_up", "swelling")}
    assert [(put.valid_from, put.valid_to, put.state) for put in changes.puts] == [(FRIDAY, None, "held")]


def test_a_new_value_ends_the_old_one_in_both_times_and_overwrites_nothing() -> None:
    changes = after(turn(1, "better"), closed("last_swelling", "better", 1), held=(fact(),), threads=(THREAD,))
    assert changes.ends == {"mf_1": "superseded"}
    assert [(put.claim.value, put.claim.aspect, put.valid_from, put.valid_to) for put in changes.puts] == [
        ("yes", "ankle", MONDAY, FRIDAY),
        ("better", "ankle", FRIDAY, None),
    ]
    assert (changes.opens, changes.closes) == ({}, {})


def test_the_question_about_last_time_counts_more_than_what_it_settles() -> None:
    found = only(turn(1, "better"), closed("last_swelling", "better", 1), closed("hf_swelling", "no", 1))
    assert found.claim.value == "better"


def test_what_is_over_closes_its_thread() -> None:
    changes = after(turn(1, "gone"), closed("last_swelling", "gone", 1), held=(fact(),), threads=(THREAD,))
    assert changes.closes == {"mt_1": "settled"}


def test_the_same_again_changes_nothing() -> None:
    changes = after(turn(1, "yes, my ankle"), closed("hf_swelling", "yes", 1), held=(fact(),), threads=(THREAD,))
    assert changes == Changes()


def test_the_patients_word_stands_beside_the_chart() -> None:
    changes = after(turn(1, "no"), closed("hf_swelling", "no", 1), held=(fact("chart"),))
    assert changes.ends == {}
    assert [(put.state, put.source) for put in changes.puts] == [("conflict", "patient")]
    assert changes.opens == {("", "swelling"): Matter("conflict", "swelling")}


@pytest.mark.parametrize("source", ["chart", "staff"])
def test_a_patient_cannot_take_back_what_others_vouch_for(source: Source) -> None:
    amended = e.MemoryAmended(1, "mf_1", "corrected", "left_foot", "it was my left foot")
    changes = after(amended, held=(fact(source),), threads=(THREAD,))
    assert changes.ends == {}
    assert [(put.state, put.claim.aspect) for put in changes.puts] == [("conflict", "left_foot")]


def test_an_answer_against_the_list_is_a_conflict_about_that_medicine() -> None:
    changes = after(
        turn(1, "once a day"),
        closed("how_taken:apixaban", "once a day", 1),
        e.TriggerFired(1, "MED_DISCREPANCY_HIGH_ALERT", 1, Tier.URGENT, "once a day", "answer how_taken"),
    )
    assert changes.opens == {("apixaban", "taking"): Matter("conflict", "taking", "apixaban")}
    assert [put.state for put in changes.puts] == ["conflict"]


def test_a_medicine_taken_as_listed_is_kept_and_not_asked_about() -> None:
    changes = after(turn(1, "twice"), closed("how_taken:apixaban", "twice", 1))
    assert (len(changes.puts), changes.opens) == (1, {})


def test_a_correction_holds_for_the_time_of_what_it_corrects() -> None:
    amended = e.MemoryAmended(1, "mf_1", "corrected", "left_foot", "it was my left foot")
    changes = after(amended, held=(fact(),), threads=(THREAD,))
    assert changes.ends == {"mf_1": "corrected"}
    (put,) = changes.puts
    assert (put.claim.value, put.claim.aspect, put.valid_from, put.valid_to) == ("yes", "left_foot", MONDAY, None)


def test_a_correction_with_news_leaves_both() -> None:
    amended = e.MemoryAmended(1, "mf_1", "corrected", "left_foot", "my left foot, and it is better")
    better = (turn(1, "my left foot, and it is better"), closed("last_swelling", "better", 1))
    changes = after(amended, *better, held=(fact(),), threads=(THREAD,))
    assert changes.ends == {"mf_1": "corrected"}
    assert [(put.claim.value, put.claim.aspect, put.valid_to) for put in changes.puts] == [
        ("yes", "left_foot", FRIDAY),
        ("better", "left_foot", None),
    ]


def test_a_disputed_fact_is_held_no_more_and_not_asked_about() -> None:
    amended = e.MemoryAmended(1, "mf_1", "disputed", "", "I never had that")
    changes = after(amended, held=(fact(),), threads=(THREAD,))
    assert changes.ends == {"mf_1": "disputed"}
    assert [put.state for put in changes.puts] == ["disputed"]
    assert changes.closes == {"mt_1": "disputed"}


def test_what_is_forgotten_is_not_learned_from_the_words_before() -> None:
    forget = e.MemoryAmended(2, "mf_1", "forgotten", "", "forget that")
    changes = after(turn(1, "better"), closed("last_swelling", "better", 1), forget, held=(fact(),), threads=(THREAD,))
    assert changes == Changes(forgets=[("", "swelling")])


def test_nobody_is_asked_for_ever() -> None:
    refused = e.ObjectiveClosed("last_swelling", "refused", "", (1,))
    once = after(refused, held=(fact(),), threads=(THREAD,))
    asked = replace(THREAD, matter=replace(THREAD.matter, asked=RULES.asked_max - 1))
    twice = after(refused, held=(fact(),), threads=(asked,))
    assert (once.asked, once.closes) == (["mt_1"], {})
    assert (twice.asked, twice.closes) == ([], {"mt_1": "let_go"})


def test_an_episode_holds_how_things_ended_and_no_answers() -> None:
    learned: Learned = learn(
        [
            closed("hf_weight", "184 lb", 1),
            e.QuestionUnanswered(2, "can I drive?"),
            e.CheckInEnded("completed"),
        ],
        RULES,
    )
    assert learned.episode.objectives == (("hf_weight", "met"),)
    assert learned.episode.unanswered == ("can I drive?",)
    assert learned.episode.end_reason == "completed"
