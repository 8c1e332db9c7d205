"""One patient turn: the classifier and a language model are asked, in time, and the thread decides.

Only the check-in's worker may come here: between the questions and the decision nothing else may move the thread.
"""

import asyncio
from dataclasses import dataclass

from server.checkin.counsel import Counsel, Opinion
from server.checkin.deadlines import deadlines
from server.checkin.meaning import likenesses
from server.checkin.setting import Setting
from server.checkin.talking import Talking
from server.checkin.thread import Thread
from server.conversation.state import Decision
from server.vocabulary.events import PatientTurn


@dataclass(frozen=True)
class Judged:
    """What came of a turn."""

    turn: PatientTurn
    decision: Decision
    talking: Talking | None
    """Free talk that is on its way."""


async def judge(
    thread: Thread, setting: Setting, counsel: Counsel | None, text: str, *, typed: bool, continues: bool
) -> Judged:
    """Judge these words; with `continues`, together with those of the turn before."""
    until = deadlines(asyncio.get_running_loop().time())
    opinion = Opinion()
    found = await likenesses(setting.classifier, thread.whole(text, continues=continues), until.classified)
    asked = thread.worth_looking_up(text, continues=continues)
    told = await setting.guide.told(asked, until.looked_up) if setting.guide is not None and asked else None
    if counsel is not None and not thread.nurse_talks:
        look = thread.look(text, continues=continues, likenesses=found, told=told)
        opinion = await counsel.consult(thread, look, until.advised)
    decision = thread.turn(text, continues=continues, advice=opinion.advice, likenesses=found, told=told)
    turn = PatientTurn(thread.turns, text, typed, continues, opinion.advice, found, told)
    return Judged(turn, decision, opinion.words_for(decision))
