"""One patient turn: the classifier and a language model are asked, in time, and the thread decides.

Only the check-in's worker may come here: between the questions and the decision nothing else may move the thread.
"""

import asyncio
from dataclasses import dataclass

from server.checkin.counsel import Counsel, Opinion
from server.checkin.deadlines import deadlines
from server.checkin.meaning import Classifier, likenesses
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
    thread: Thread, classifier: Classifier | None, counsel: Counsel | None, text: str, *, typed: bool, continues: bool
) -> Judged:
    """Judge these words; with `continues`, together with those of the turn before."""
    until = deadlines(asyncio.get_running_loop().time())
    opinion = Opinion()
    found = await likenesses(classifier, thread.whole(text, continues=continues), until.classified)
    if counsel is not None and not thread.nurse_talks:
        look = thread.look(text, continues=continues, likenesses=found)
        opinion = await counsel.consult(thread, look, until.advised)
    decision = thread.turn(text, continues=continues, advice=opinion.advice, likenesses=found)
    turn = PatientTurn(thread.turns, text, typed, continues, opinion.advice, found)
    return Judged(turn, decision, opinion.words_for(decision))
