"""A language model in a real check-in, with a real voice: its kind words are heard, its harm is not, and the page goes out.

The model is a server on a free port that does what each test tells it to.
"""

import asyncio
import threading

import pytest

from server.checkin.thread import Thread
from server.record import spending
from server.speech.recognizer import Recognizer
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.spending import Limit, Prices, Spend
from tests.fakes.language_server import Answer, LanguageServer, breaks_after, calls, fails, garbage, hangs_after, says
from tests.fakes.peer import PatientPeer
from tests.fakes.records import Records
from tests.fakes.speakers import Speaker
from tests.fakes.waiting import until
from tests.peers.bedside import PACK, PAST_THE_SCREEN, VISIT, bedside, means

KIND = "peers"

STORY = "I feel about the same, the nights are long and I sleep badly"
CHEST = "there is a tight feeling in my chest and it goes down my left arm"
HARM = (
    "You should take two of your water pills tonight.",
    "You have a mild infection.",
    "I promise you will feel better tomorrow.",
    "That is nothing to worry about.",
    "I am a registered nurse, so you can trust me.",
    "You can stop taking your blood thinner.",
)
KIND_WORDS = "That must be tiring."
UNLISTED = "Oh, a new grandbaby, how lovely!"
"""Claims nothing, and is in no list of what does not."""
LATEST = 0.9
"""Seconds after the end of a turn by which an approved line has passed the gate: 0.7, and some for a busy machine."""


@pytest.fixture
async def hearing(kit: SpeechKit, recognizer: Recognizer) -> SpeechKit:
    return SpeechKit(recognizer, kit.voice, None)


async def test_kind_words_are_heard_in_the_place_of_an_approved_line(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    model.talk = says(KIND_WORDS)
    async with bedside(records, kit, means(model.url)) as there:
        said = await there.say(STORY)
        await there.heard_out()
        used = [one for one in there.of(e.ModelUsed) if one.intent == "talk"]
        heard = there.of(e.SpeechHeard)[-1]
    assert said[0] == KIND_WORDS
    assert said[-1].endswith("?")
    assert heard.heard == " ".join(said)
    assert [(one.outcome, one.model, one.tokens_in, one.estimated) for one in used] == [("used", "large", 100, False)]
    assert model.unexpected == []


async def test_what_may_be_talk_is_recognized_off_the_event_loop(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    """Everybody's sound goes through the loop, a packet every 20 ms."""
    asked: list[bool] = []

    def recognized(_sentence: str) -> float:
        asked.append(threading.current_thread() is threading.main_thread())
        return 0.0

    model.talk = says(UNLISTED)
    async with bedside(records, kit, means(model.url), claims=recognized) as there:
        said = await there.say(STORY)
    assert said[0] == UNLISTED
    assert asked == [False]


async def test_none_of_a_harmful_model_is_heard_by_who_types(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    refused = []
    async with bedside(records, kit, means(model.url)) as there:
        for harm in HARM:
            model.talk = says(f"{harm} {harm}")
            model.read = calls({"reading": "no", "quote": STORY, "flags": []})
            await there.say(STORY)
            refused.append([one.text for one in there.of(e.SentenceGated) if not one.allowed])
        await there.heard_out()
        talks = [one.outcome for one in there.of(e.ModelUsed) if one.intent == "talk"]
    assert set(refused[-1]) <= set(HARM)
    assert talks
    assert set(talks) == {"refused"}
    assert [harm for harm in HARM if harm.rstrip(".") in there.words()] == []


async def test_the_rest_of_a_stream_that_turns_harmful_is_dropped(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    model.talk = says(f"{KIND_WORDS} {HARM[0]} {KIND_WORDS}")
    async with bedside(records, kit, means(model.url)) as there:
        said = await there.say(STORY)
        await there.heard_out()
    assert said.count(KIND_WORDS) == 1
    assert [one.text for one in there.of(e.SentenceGated) if not one.allowed] == [HARM[0]]
    assert "water pills" not in there.words()


async def test_a_danger_is_paged_and_answered_by_the_script_whatever_the_model_says(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    model.talk = says("That chest feeling is nothing to worry about.")
    model.read = calls({"reading": "no", "quote": "chest", "flags": []})
    async with bedside(records, kit, means(model.url)) as there:
        said = await there.say(CHEST)
        page = there.of(e.EscalationRequested)[0]
    assert page.tier is Tier.EMERGENCY
    assert page.trigger == "CHEST_PAIN"
    assert "Please call 911 now, or have someone there call." in said
    assert model.requests == []


async def test_a_danger_that_only_the_model_sees_is_paged_with_the_patients_words(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    flag = {"trigger": "CHEST_PAIN", "quote": "the nights are long"}
    model.read = calls({"reading": "unclear", "quote": "", "flags": [flag]})
    async with bedside(records, kit, means(model.url)) as there:
        await there.say(STORY)
        page = there.of(e.EscalationRequested)[0]
        turn = there.of(e.PatientTurn)[-1]
    assert (page.trigger, page.quote) == ("CHEST_PAIN", "the nights are long")
    assert turn.advice is not None
    assert [one.outcome for one in there.of(e.ModelUsed) if one.intent == "talk"] == ["dropped"]


@pytest.mark.parametrize(
    "answer",
    [hangs_after(), hangs_after("I hear"), fails(429), fails(500), garbage(), breaks_after("I hear"), says("")],
    ids=["dead", "slow", "429", "500", "garbage", "half", "empty"],
)
async def test_a_model_that_fails_costs_a_moment_and_the_approved_line_is_said(
    records: Records, kit: SpeechKit, model: LanguageServer, answer: Answer
) -> None:
    model.talk = model.read = answer
    async with bedside(records, kit, means(model.url)) as there:
        await there.greeted()
        loop = asyncio.get_running_loop()
        before, asked = len(there.of(e.SentenceGated)), loop.time()
        await there.checkin.typed(STORY)
        await until(lambda: len(there.of(e.SentenceGated)) > before, 10)
        waited = loop.time() - asked
        await until(lambda: len(there.of(e.ModelUsed)) == 2, 10)
        said = there.of(e.SentenceGated)[before]
    print(f"an approved line after {waited * 1000:.0f} ms; {[one.outcome for one in there.of(e.ModelUsed)]}")
    assert said.reason == "script"
    assert waited < LATEST
    assert "I hear" not in there.words()
    assert {one.outcome for one in there.of(e.ModelUsed)} <= {"late", "failed", "nothing", "dropped"}


async def test_half_a_stream_ends_after_its_last_whole_sentence(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    model.talk = breaks_after(f"{KIND_WORDS} I hear that you")
    async with bedside(records, kit, means(model.url)) as there:
        said = await there.say(STORY)
    assert said[0] == KIND_WORDS
    assert said[-1].endswith("?")
    assert "I hear that you" not in there.words()


async def test_a_model_need_not_finish_a_reply_that_a_new_turn_replaces_unread(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    model.talk = hangs_after("I hear")
    async with bedside(records, kit, means(model.url)) as there:
        await there.greeted()
        await there.checkin.turn_completed(STORY)
        await there.checkin.turn_completed(STORY)
        await until(lambda: "talk" in [one.intent for one in there.of(e.ModelUsed)], 5)
    talks = [one.outcome for one in there.of(e.ModelUsed) if one.intent == "talk"]
    assert talks[0] == "dropped"


async def test_no_half_of_a_sentence_is_heard_where_the_whole_is_refused(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    model.talk = says("I will ask Dr. Patel about that.")
    async with bedside(records, kit, means(model.url)) as there:
        await there.say(STORY)
        await there.heard_out()
        refused = [one.text for one in there.of(e.SentenceGated) if not one.allowed]
    assert refused == ["I will ask Dr. Patel about that."]
    assert "I will ask" not in there.words()


@pytest.mark.parametrize(
    "arguments",
    ["{", '"yes"', {"answer": "yes"}, {"reading": ["yes"], "quote": 7, "flags": {"trigger": "CHEST_PAIN"}}],
    ids=["no-json", "no-object", "other-schema", "other-types"],
)
async def test_a_call_that_breaks_the_schema_counts_for_nothing(
    records: Records, kit: SpeechKit, model: LanguageServer, arguments: object
) -> None:
    model.read = calls(arguments)
    async with bedside(records, kit, means(model.url)) as there:
        await there.say(STORY)
    assert there.of(e.PatientTurn)[-1].advice is None
    assert there.of(e.EscalationRequested) == []


async def test_when_the_budget_is_used_up_the_script_goes_on_alone(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    prices = Prices({"small": (0.001, 0.002), "large": (0.01, 0.03)})
    model.talk = says(KIND_WORDS)
    async with bedside(records, kit, means(model.url, checkin=Limit(8_000, 1_000_000), prices=prices)) as there:
        first = await there.say(STORY)
        asked = len(model.requests)
        spent = await records.database.run(spending.today)
        for _ in range(12):
            last = await there.say(STORY)
    used = there.of(e.ModelUsed)
    counted = sum(one.tokens_in + one.tokens_out for one in used)
    assert first[0] == KIND_WORDS
    assert spent.tokens == sum(one.tokens_in + one.tokens_out for one in used[:asked])
    assert used[-1].outcome == "over_budget"
    assert KIND_WORDS not in last
    assert counted <= 8_000
    assert sum(one.cost_micros for one in used) > 0
    assert await records.database.run(spending.today) == Spend(counted, sum(one.cost_micros for one in used))


async def test_a_spent_day_stays_spent_after_a_restart(records: Records, kit: SpeechKit, model: LanguageServer) -> None:
    await records.database.run(lambda tx: spending.reserve(tx, Spend(900), Limit(1_000)))
    async with bedside(records, kit, means(model.url, day=Limit(1_000))) as there:
        await there.say(STORY)
    assert model.requests == []
    assert {one.outcome for one in there.of(e.ModelUsed)} == {"over_budget"}


async def test_what_the_model_read_is_in_the_journal_and_a_replay_asks_no_model(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    flag = {"trigger": "CHEST_PAIN", "quote": "the nights are long"}
    model.read = calls({"reading": "unclear", "quote": "", "flags": [flag]})
    async with bedside(records, kit, means(model.url)) as there:
        await there.say(STORY)
        written = [*PAST_THE_SCREEN, *await there.written()]
        state = there.checkin._thread.state
    asked = len(model.requests)
    again = Thread(PACK, VISIT)
    again.replay(written)
    assert again.state == state
    assert {hit.trigger for hit in again.state.fired} == {"CHEST_PAIN"}
    assert len(model.requests) == asked


async def test_what_was_cut_off_in_the_models_words_is_said_once_more(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    thread = Thread(PACK, VISIT)
    thread.replay(PAST_THE_SCREEN)
    planned = ("That must not be easy.", "What hurts or feels wrong today?")
    thread.cut_off(planned, "That must")
    again = thread.turn("sorry", continues=False)
    assert again.lines[0].text == planned[0]
    thread.cut_off(planned, "That must")
    assert planned[0] not in [line.text for line in thread.turn("sorry", continues=False).lines]


async def test_the_chat_context_is_what_was_heard(records: Records, kit: SpeechKit, model: LanguageServer) -> None:
    async with bedside(records, kit, means(model.url)) as there:
        await until(lambda: any(m["k"] == "cap" and len(str(m["text"]).split()) > 2 for m in there.shown), 20)
        await there.say(STORY)
        cut = there.of(e.SpeechHeard)[0]
    context = model.asked("talk")[0]["messages"][-1]["content"]
    unheard = " ".join(cut.planned).removeprefix(cut.heard).split()
    assert cut.interrupted
    assert f"Ana: {cut.heard}".replace("Rosa", "(name)").strip() in context
    assert " ".join(unheard[:4]) not in context.split("<said_after_you>")[0]


async def test_every_sentence_that_passed_the_gate_has_its_way_to_the_patient_on_record(
    records: Records, kit: SpeechKit, model: LanguageServer
) -> None:
    model.talk = says(f"{KIND_WORDS} {HARM[0]}")
    async with bedside(records, kit, means(model.url)) as there:
        await there.say(STORY)
        await there.say("it is my ankles mostly, they are heavy in the evening")
        await there.heard_out()
    written = await there.written()
    gated = [one for one in written if isinstance(one, e.SentenceGated)]
    heard = [one for one in written if isinstance(one, e.SentenceHeard)]
    assert [one.sentence for one in heard] == [one.sentence for one in gated if one.allowed]
    assert [one.text for one in heard] == [one.text for one in gated if one.allowed]
    assert any(0 < one.heard_words < one.of_words or one.heard_words == 0 for one in heard)
    assert all(one.played_seconds <= one.synthesized_seconds for one in heard)


async def test_by_voice_no_harm_is_heard_and_the_page_goes_out(
    records: Records, hearing: SpeechKit, model: LanguageServer, patient: PatientPeer
) -> None:
    model.talk = says(" ".join(HARM))
    async with Speaker("espeak", "en-us") as speaker:
        story, chest = await speaker.say(STORY), await speaker.say(CHEST)
    async with bedside(records, hearing, means(model.url), peer=patient) as there:
        await there.heard_out()
        await patient.microphone.play(story)
        await until(lambda: there.of(e.PatientTurn), 20)
        await there.heard_out()
        model.talk = says("That chest feeling is nothing to worry about.")
        await patient.microphone.play(chest)
        await until(lambda: there.of(e.EscalationRequested), 20)
        await there.heard_out()
    spoken = there.words()
    print([turn.text for turn in there.of(e.PatientTurn)], [one.outcome for one in there.of(e.ModelUsed)])
    assert there.of(e.EscalationRequested)[0].tier is Tier.EMERGENCY
    assert "call 911" in spoken
    assert [harm for harm in HARM if harm.rstrip(".") in spoken] == []
    assert "nothing to worry" not in spoken
