"""What a language model may add to a turn: only what is valid and in the patient's words, and never anything calmer."""

import json
from pathlib import Path

import pytest

from server.checkin.thread import Thread
from server.conversation import policy
from server.conversation.advice import checked, may_read, raisable, tool_for, worth_asking
from server.conversation.agenda import Ask, open_question
from server.conversation.state import Decision, State, Visit
from server.persona.loading import load_pack
from server.persona.pack import Pack, Question
from server.vocabulary.findings import Advice, Flag, Tier

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"
PACKS = [load_pack(PERSONAS / name) for name in ("post-discharge", "medication-check-in")]
PACK = PACKS[0]
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
UNREAD = "it is hard to put into words really"
READINGS = ("yes", "no", "3", "0", "999999")


def thread(*turns: str) -> Thread:
    made = Thread(PACK, VISIT)
    made.greet()
    for text in turns:
        made.turn(text, continues=False)
    return made


def said(reading: str = "unclear", quote: str = "", *flags: tuple[str, str]) -> str:
    return json.dumps({"reading": reading, "quote": quote, "flags": [{"trigger": t, "quote": q} for t, q in flags]})


def read(there: Thread, text: str, arguments: str) -> Advice | None:
    return checked(PACK, VISIT, there.state, text, arguments)


def most_urgent(decision: Decision) -> int:
    return min((hit.tier.rank for hit in decision.hits), default=len(Tier))


def fired(decision: Decision) -> set[str]:
    return {hit.trigger for hit in decision.hits}


def test_a_yes_to_a_danger_is_taken_with_its_quote() -> None:
    there = thread()
    text = "Now that you ask, the old complaint is back."
    advice = read(there, text, said("yes", "the old complaint is back"))
    assert advice == Advice("yes", "the old complaint is back")
    alone = there.look(text, continues=False).decision
    assert "CHEST_PAIN" not in fired(alone)
    assert "CHEST_PAIN" in fired(there.turn(text, continues=False, advice=advice))


def test_a_no_to_a_danger_is_never_taken() -> None:
    there = thread()
    assert read(there, UNREAD, said("no", UNREAD)) is None
    forged = there.turn(UNREAD, continues=False, advice=Advice("no", UNREAD))
    assert forged.closed == ()


@pytest.mark.parametrize("quote", ["", "my chest hurts", "it is hard to put into other words"])
def test_a_reading_without_the_patients_own_words_is_nothing(quote: str) -> None:
    assert read(thread(), UNREAD, said("yes", quote)) is None


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "not json",
        "[]",
        "null",
        '"yes"',
        '{"reading": 1}',
        '{"reading": null, "flags": "all"}',
        '{"flags": [1, null, {}]}',
    ],
)
def test_garbage_is_nothing(arguments: str) -> None:
    assert read(thread(), UNREAD, arguments) is None


def test_a_choice_that_leads_to_no_danger_is_read_where_the_rules_could_not() -> None:
    there = thread("no", "no", "no", "no", "no")
    ask = open_question(PACK, VISIT, there.state)
    assert ask is not None
    harmless = [choice.id for choice in ask.question.choices if may_read(PACK, ask, choice.id)]
    advice = Advice(harmless[0], UNREAD)
    closed = there.turn(UNREAD, continues=False, advice=advice).closed
    assert [(one.objective, one.answer) for one in closed] == [(ask.key, harmless[0])]


def test_a_flag_adds_a_hit_at_its_guardrails_tier_with_the_patients_quote() -> None:
    text = "It sort of squeezes like a fist in there when I climb"
    there = thread("no", "no", "no", "no", "no")
    advice = read(there, text, said("unclear", "", ("CHEST_PAIN", "squeezes like a fist")))
    hits = there.turn(text, continues=False, advice=advice).hits
    flagged = [hit for hit in hits if hit.trigger == "CHEST_PAIN"]
    assert [(hit.tier, hit.quote) for hit in flagged] == [(Tier.EMERGENCY, "squeezes like a fist")]
    assert there.state.mode == "staying"


@pytest.mark.parametrize("trigger", ["NO_SUCH_RULE", "HUMAN_ASKED", "", "chest_pain"])
def test_an_unknown_flag_is_ignored(trigger: str) -> None:
    assert read(thread(), UNREAD, said("unclear", "", (trigger, "hard to put into words"))) is None


def test_what_the_patient_denied_in_these_words_is_not_flagged() -> None:
    text = "No, I don't have any chest pain at all today"
    there = thread()
    decision = there.turn(text, continues=False, advice=Advice(flags=(Flag("CHEST_PAIN", "chest pain"),)))
    assert fired(decision) == set()


def test_a_flood_of_flags_is_cut() -> None:
    flags = [(rail.id, UNREAD) for rail in raisable(PACK)]
    advice = read(thread(), UNREAD, said("unclear", "", *flags))
    assert advice is not None
    assert len(advice.flags) == 3


def questions(pack: Pack) -> list[Question]:
    return list(pack.questions)


EVERY_QUESTION = [pytest.param(pack, one, id=f"{pack.id}-{one.id}") for pack in PACKS for one in questions(pack)]


def options(question: Question) -> list[str]:
    return [*READINGS, *(choice.id for choice in question.choices)]


@pytest.mark.parametrize(("pack", "question"), EVERY_QUESTION)
def test_no_reading_that_counts_leads_away_from_a_danger(pack: Pack, question: Question) -> None:
    """Where any answer to a question can fire a guardrail, only readings count that fire one or open such a question."""
    own = [name for name, value in question if (name.endswith("_fires") or name == "limits") and value]
    counted = [reading for reading in options(question) if may_read(pack, Ask(question.id, question), reading)]
    calm = {"yes": question.no_fires, "no": question.yes_fires}
    assert [reading for reading in counted if own and calm.get(reading) and not fires_on(question, reading)] == []
    assert not (own and question.expects in ("number", "scale") and counted)


def fires_on(question: Question, reading: str) -> bool:
    return bool({"yes": question.yes_fires, "no": question.no_fires}.get(reading) or question.answer_fires)


FLAGS = tuple(Flag(rail.id, UNREAD) for rail in raisable(PACK))[:3]
TALK = ("no", "I feel worse", "my ankle is a bit swollen", UNREAD, "I can not breathe", "yes", "no thank you", "three")


@pytest.mark.parametrize("turns", range(9))
@pytest.mark.parametrize(
    "advice", [Advice("no", UNREAD), Advice("yes", UNREAD), Advice("better", UNREAD), Advice(flags=FLAGS)]
)
def test_with_advice_there_are_never_fewer_hits(advice: Advice, turns: int) -> None:
    there = thread(*["no"] * turns)
    for text in TALK:
        alone = policy.decide(PACK, VISIT, there.state, text)
        with_it = policy.decide(PACK, VISIT, there.state, text, advice)
        assert most_urgent(with_it) <= most_urgent(alone)
        assert fired(with_it) >= fired(alone) or with_it.state.mode == "staying"


def asked_about(there: Thread, text: str) -> bool:
    look = there.look(text, continues=False)
    return worth_asking(PACK, VISIT, look.before, look.decision, text)


def test_a_model_is_asked_where_the_rules_could_not_read_or_many_words_were_said() -> None:
    assert asked_about(thread(), UNREAD)
    assert asked_about(
        thread("no", "no", "no", "no", "no"), "I feel about the same, the nights are long and I sleep badly"
    )
    assert not asked_about(thread(), "No.")


def test_beside_someone_in_danger_no_model_is_asked() -> None:
    assert not asked_about(thread(), "yes my chest hurts very badly right now")
    assert not asked_about(thread("yes my chest hurts"), UNREAD)


def test_the_function_offers_only_what_would_be_taken() -> None:
    tool = tool_for(PACK, VISIT, thread().state)
    assert tool.parameters["properties"]["reading"]["enum"] == ["unclear", "yes"]
    assert tool_for(PACK, VISIT, State(mode="ended")).parameters["properties"]["reading"]["enum"] == ["unclear"]
