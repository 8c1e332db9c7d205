"""Of several replies under way each sentence is known for its own, and what was never begun counts as missed."""

from server.checkin.mouth import Mouth
from server.checkin.saying import Saying
from server.media.playout import Utterance
from server.vocabulary.speech import Line, WordTiming

KIND = "unit"

CALL = Saying([Line("p911.call", "Please call 911 now."), Line("p911.nurse", "I'm telling your nurse now.")])
NURSE = Saying([Line("human.of_course", "Of course."), Line("human.of_course", "I'm telling your nurse now.")])


async def gated(mouth: Mouth, saying: Saying) -> None:
    """A reply of our own on its way to the voice, every sentence of it allowed."""
    async for sentence in mouth.say(saying):
        if reply := mouth.whose(sentence):
            reply.judged(sentence, allowed=True)


def played(*sentences: str) -> Utterance:
    """The sound of these sentences."""
    words = [
        WordTiming(f"{word} ", 0.0, 0.1, opens=at == 0)
        for sentence in sentences
        for at, word in enumerate(sentence.split())
    ]
    return Utterance(1, words=words)


async def test_of_two_replies_under_way_each_sentence_is_judged_as_its_own() -> None:
    mouth = Mouth()
    first, second = mouth.say(CALL), mouth.say(NURSE)
    heads = [await anext(first), await anext(second), await anext(second)]
    whose = [mouth.whose(sentence) for sentence in heads]
    assert [reply.saying for reply in whose if reply] == [CALL, NURSE, NURSE]


async def test_the_end_of_a_cut_reply_is_missed_though_another_waits_behind_it() -> None:
    mouth = Mouth()
    await gated(mouth, CALL)
    await gated(mouth, NURSE)
    before, own = mouth.ended(played("Please call 911 now."), unheard=False)
    assert before == ()
    assert own is not None
    assert own.planned == CALL.planned
    assert mouth.busy


async def test_a_reply_of_which_not_a_sound_was_made_was_given_up() -> None:
    mouth = Mouth()
    await gated(mouth, CALL)
    await gated(mouth, NURSE)
    before, own = mouth.ended(played("Of course."), unheard=False)
    assert [reply.planned for reply in before] == [CALL.planned]
    assert own is not None
    assert own.saying is NURSE
    assert not mouth.busy


async def test_an_answer_that_nobody_fetched_is_given_up_and_says_nothing_any_more() -> None:
    mouth = Mouth()
    mouth.ready(CALL)
    assert [reply.saying for reply in mouth.give_up()] == [CALL]
    assert [sentence async for sentence in mouth.fetch()] == []
    assert mouth.went_unheard()
    assert not mouth.went_unheard()


async def test_words_of_our_own_end_the_turn_that_was_still_open() -> None:
    mouth = Mouth()
    mouth.ready(CALL)
    mouth.give_up()
    mouth.say(Saying())
    assert not mouth.went_unheard()


async def test_what_the_gate_refused_was_not_missed() -> None:
    mouth = Mouth()
    stream = mouth.say(CALL)
    sentence = await anext(stream)
    reply = mouth.whose(sentence)
    assert reply is not None
    reply.judged(sentence, allowed=False)
    assert reply.planned == ("I'm telling your nurse now.",)
