"""What happens at once in a real check-in is judged one after the other, and nothing is promised that is not on record."""

import asyncio
from dataclasses import replace

from server.checkin.deadlines import ADVISED_WITHIN
from server.checkin.returning import ReturnWatch
from server.checkin.seat import Seat
from server.escalation import desk
from server.speech.session import SpeechKit
from server.speech.voice import Voice, VoiceProcess
from server.vocabulary import events as e
from server.vocabulary.findings import Likeness, Tier
from tests.fakes.language_server import LanguageServer, hangs_after
from tests.fakes.outage import Outage
from tests.fakes.records import NURSE, Records
from tests.fakes.waiting import until
from tests.peers.bedside import PACK, Bedside, bedside, means

KIND = "peers"

CHEST = "there is a tight feeling in my chest and it goes down my left arm"
CALL_911 = "Please call 911 now, or have someone there call."
NO_NURSE = "I can't reach a nurse from here."
TELLING = "I'm telling"
SOON = 8.0


class Slow:
    """A classifier that finds nothing and holds the first utterance back until it is told to answer."""

    version = "slow"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = asyncio.Event()

    async def judge(self, utterance: str) -> tuple[Likeness, ...]:
        self.asked.append(utterance)
        if len(self.asked) == 1:
            await self.answer.wait()
        return ()


def gated(there: Bedside) -> list[str]:
    return [one.text for one in there.of(e.SentenceGated) if one.allowed]


def turns(there: Bedside) -> list[str]:
    return [turn.text for turn in there.of(e.PatientTurn)]


async def pages(records: Records) -> list[str]:
    return [page.trigger for page in await records.database.run(lambda tx: desk.open_pages(tx, NURSE))]


async def answer_to(there: Bedside) -> list[str]:
    """The reply to the last completed turn, as speech would fetch it."""
    return [sentence async for sentence in there.checkin.reply()]


async def test_two_messages_at_once_are_judged_in_the_order_in_which_they_came(
    records: Records, kit: SpeechKit
) -> None:
    slow = Slow()
    async with bedside(records, kit, None, past=(), classifier=slow) as there:
        await there.greeted()
        seat = Seat(there.checkin, there.call, lambda: None)
        seat.face_message('{"k": "typed", "text": "Yes, this is Rosa."}')
        seat.face_message('{"k": "typed", "text": "No."}')
        await until(lambda: len(turns(there)) == 2)
    assert turns(there) == ["Yes, this is Rosa.", "No."]
    assert [one.trigger for one in there.of(e.EscalationRequested)] == []
    assert CALL_911 not in gated(there)


async def test_of_a_spoken_and_a_typed_turn_at_once_only_the_last_is_answered(records: Records, kit: SpeechKit) -> None:
    async with bedside(records, kit, None, classifier=Slow()) as there:
        await there.greeted()
        spoken = asyncio.create_task(there.checkin.turn_completed("I feel a little better"))
        await asyncio.sleep(0)
        await there.checkin.typed("I have a headache")
        await spoken
        late = await answer_to(there)
    assert turns(there) == ["I feel a little better", "I have a headache"]
    assert late == []


async def test_silence_and_buttons_wait_for_the_turn_that_is_being_judged(records: Records, kit: SpeechKit) -> None:
    slow = Slow()
    async with bedside(records, kit, None, classifier=slow) as there:
        await there.greeted()
        there.checkin.typed("I feel about the same")
        await until(lambda: slow.asked)
        pressed = there.checkin.nurse_pressed()
        there.checkin.patient_ends()
        slow.answer.set()
        await pressed
        await asyncio.wait_for(there.checkin.ended.wait(), SOON)
    order = [type(one) for one in there.events if isinstance(one, e.PatientTurn | e.NurseAsked | e.CheckInEnded)]
    assert order == [e.PatientTurn, e.NurseAsked, e.CheckInEnded]


async def test_a_ladder_of_silence_that_fails_is_tried_again_and_said_sorry_for_once(
    records: Records, kit: SpeechKit
) -> None:
    async with bedside(records, kit, None) as there:
        await there.heard_out()
        for _ in range(3):
            there.checkin._step_failed("silence", ValueError("a rule that cannot be read"))
        await until(lambda: there.of(e.FailedSafe))
        await there.heard_out()
    assert [one.code for one in there.of(e.FailedSafe)] == ["silence_failed"]


async def test_a_red_flag_on_its_way_outlives_the_page_it_was_typed_on(records: Records, kit: SpeechKit) -> None:
    slow = Slow()
    async with bedside(records, kit, None, classifier=slow) as there:
        await there.greeted()
        seat = Seat(there.checkin, there.call, lambda: None)
        seat.face_message('{"k": "typed", "text": "' + CHEST + '"}')
        await until(lambda: slow.asked)
        await seat.left()
        await until(lambda: there.of(e.EscalationRequested))
    assert turns(there) == [CHEST]
    assert await pages(records) == ["CHEST_PAIN"]


async def test_a_page_that_sends_too_fast_is_not_listened_to(records: Records, kit: SpeechKit) -> None:
    async with bedside(records, kit, None) as there:
        await there.greeted()
        seat = Seat(there.checkin, there.call, lambda: None)
        for _ in range(500):
            seat.face_message('{"k": "camera", "on": true}')
        assert 400 < seat.dropped < 500


async def test_a_page_whose_write_fails_at_first_is_out_before_it_is_announced(
    records: Records, kit: SpeechKit
) -> None:
    async with bedside(records, kit, None) as there:
        await there.greeted()
        with Outage(records.database, times=2):
            await there.checkin.typed(CHEST)
            assert await pages(records) == ["CHEST_PAIN"]
        await until(lambda: any(text.startswith(TELLING) for text in gated(there)))
    kinds = [type(one) for one in there.events]
    told = next(at for at, one in enumerate(there.events) if getattr(one, "text", "").startswith(TELLING))
    assert kinds.index(e.EscalationRequested) < told
    assert turns(there) == [CHEST]


async def test_the_page_of_words_that_were_only_overheard_is_waited_for(records: Records, kit: SpeechKit) -> None:
    async with bedside(records, kit, None) as there:
        await there.greeted()
        with Outage(records.database):
            there.checkin.overheard(CHEST)
            there.checkin.overheard(CHEST)
            await there.checkin.turn_completed(CHEST)
            answer = await answer_to(there)
            await until(lambda: any(NO_NURSE in str(one.get("text")) for one in there.shown), 30)
        await until(lambda: there.of(e.EscalationRequested))
    assert answer == []
    assert not [text for text in gated(there) if text.startswith(TELLING) and text != "I'm telling a nurse now."]
    assert await pages(records) == ["CHEST_PAIN", "SYSTEM_FAILURE"]
    assert {one.turn for one in there.of(e.EscalationRequested) if one.trigger == "CHEST_PAIN"} == {1 + 5}


async def test_what_is_overheard_while_a_turn_is_judged_belongs_to_the_next(records: Records, kit: SpeechKit) -> None:
    slow = Slow()
    async with bedside(records, kit, None, classifier=slow) as there:
        await there.greeted()
        there.checkin.typed("I feel about the same")
        await until(lambda: slow.asked)
        there.checkin.overheard(CHEST)
        there.checkin.overheard(CHEST)
        slow.answer.set()
        await until(lambda: there.of(e.EscalationRequested))
        await until(lambda: there.of(e.PatientTurn))
    assert there.of(e.EscalationRequested)[0].turn == there.of(e.PatientTurn)[0].turn + 1


async def test_with_the_records_down_the_patient_hears_whom_to_call_and_later_the_page_goes_out(
    records: Records, kit: SpeechKit
) -> None:
    async with bedside(records, kit, None) as there:
        await there.greeted()
        with Outage(records.database):
            there.checkin.typed("I feel about the same")
            await until(lambda: any(NO_NURSE in str(one.get("text")) for one in there.shown), 40)
        await until(lambda: there.of(e.EscalationRequested))
        said = gated(there)
    assert "I'm telling a nurse now." not in said
    assert "In an emergency, please call 911." in said
    assert await pages(records) == ["SYSTEM_FAILURE"]


async def test_after_the_nurse_button_the_patient_says_something_new(records: Records, kit: SpeechKit) -> None:
    async with bedside(records, kit, None) as there:
        await there.greeted()
        await there.checkin.turn_completed("I feel about the same")
        await there.checkin.nurse_pressed()
        await there.checkin.turn_completed("the nights are long")
        fired = {hit.trigger for hit in there.checkin._thread.state.fired}
    assert [turn.continues for turn in there.of(e.PatientTurn)] == [False, False]
    assert "HUMAN_ASKED" in fired


async def test_words_after_an_answer_that_nobody_heard_go_on_with_the_turn(records: Records, kit: SpeechKit) -> None:
    async with bedside(records, kit, None) as there:
        await there.greeted()
        await there.checkin.turn_completed("I feel about the")
        await there.checkin.turn_completed("same as before")
    assert [turn.continues for turn in there.of(e.PatientTurn)] == [False, True]


async def test_an_instruction_that_was_never_begun_is_said_with_the_next_answer(
    records: Records, kit: SpeechKit
) -> None:
    async with bedside(records, kit, None) as there:
        await there.greeted()
        await there.checkin.turn_completed(CHEST)
        await there.checkin.typed("what")
        await until(lambda: CALL_911 in gated(there))
    assert there.of(e.EscalationRequested)[0].tier is Tier.EMERGENCY


async def test_a_danger_named_over_the_goodbye_keeps_the_call(records: Records, kit: SpeechKit) -> None:
    slow = Slow()
    slow.answer.set()
    async with bedside(records, kit, None, classifier=slow) as there:
        await there.heard_out()
        await there.checkin.typed("please stop")
        assert there.checkin._goodbye.reason is not None
        slow.asked.clear()
        slow.answer.clear()
        there.checkin.typed(CHEST)
        await until(lambda: slow.asked)
        there.checkin._goodbye.said()  # the last word is played while the danger is being judged
        for _ in range(100):
            await asyncio.sleep(0)
        slow.answer.set()
        await until(lambda: there.of(e.EscalationRequested))
        await until(lambda: CALL_911 in gated(there))
        assert not there.checkin.ended.is_set()
    assert there.of(e.CheckInEnded) == []


async def test_a_goodbye_that_is_heard_out_ends_the_check_in(records: Records, kit: SpeechKit) -> None:
    async with bedside(records, kit, None) as there:
        await there.heard_out()
        await there.checkin.typed("please stop")
        await asyncio.wait_for(there.checkin.ended.wait(), 40)
    heard = there.of(e.SpeechHeard)[-1]
    assert not heard.interrupted
    assert [one.reason for one in there.of(e.CheckInEnded)] == ["patient_ended"]


async def test_a_late_classifier_takes_its_time_from_the_model_and_not_from_the_patient(
    records: Records, kit: SpeechKit
) -> None:
    async with LanguageServer() as model:
        model.talk = model.read = hangs_after()
        async with bedside(records, kit, means(model.url), classifier=Slow()) as there:
            await there.heard_out()
            loop = asyncio.get_running_loop()
            asked = loop.time()
            await there.checkin.typed("I feel about the same, the nights are long and I sleep badly")
            waited = loop.time() - asked
    assert [one.outcome for one in there.of(e.ModelUsed) if one.intent == "read"] == ["late"]
    assert waited < ADVISED_WITHIN + 0.2


async def test_when_the_voice_is_dead_words_still_count_and_answers_are_shown(records: Records) -> None:
    dead = VoiceProcess("no-such-engine", "no-such-voice")
    async with bedside(records, SpeechKit(None, Voice(dead), None), None) as there:
        await until(lambda: there.checkin._speech.voiceless, 60)
        await there.checkin.typed(CHEST)
        assert "CHEST_PAIN" in await pages(records)
        await until(lambda: any(CALL_911 in str(one.get("text")) for one in there.shown), 60)
        there.checkin.patient_ends()
        await asyncio.wait_for(there.checkin.ended.wait(), SOON)
    assert turns(there) == [CHEST]
    await dead.close()


AT_ONCE = PACK.numbers.dropped_emergency.model_copy(update={"value": 0.05})
SOON_MISSED = replace(PACK, numbers=PACK.numbers.model_copy(update={"dropped_emergency": AT_ONCE}))


async def test_who_is_lost_after_a_danger_sign_and_does_not_come_back_is_looked_for(
    records: Records, brisk: SpeechKit
) -> None:
    async with bedside(records, brisk, None, pack=SOON_MISSED) as there:
        await there.say("my chest hurts and it goes down my left arm")
        await there.checkin.lost()
        await until(lambda: there.of(e.EscalationRequested)[-1].trigger == "DROPPED_IN_RED", 10)
        pages = [page.trigger for page in await records.database.run(lambda tx: desk.open_pages(tx, NURSE))]
    assert "DROPPED_IN_RED" in pages


async def test_who_comes_back_in_time_is_not_looked_for() -> None:
    reports: list[str] = []

    async def report() -> None:
        reports.append("away")

    watch = ReturnWatch(report)
    watch.start(0.0)
    watch.stop()
    watch.start(None)
    await watch.hurry()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert reports == []
