"""Puts questions that nobody could answer under topics: those that mean the same are one, whoever asked.

The words stay sealed on record; vectors are made for the moment and kept nowhere.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from server.knowledge import questions
from server.knowledge.embedder import Embedder, Vectors
from server.knowledge.questions import Question, Topic, TopicState
from server.record.database import Database
from server.vocabulary.principals import Principal


@dataclass(frozen=True)
class Placed:
    """Where one question belongs."""

    question: str
    topic: str | None
    """An open topic, or None for a new one."""
    group: str
    """Questions of one group become one new topic."""


async def gather(database: Database, principal: Principal, embedder: Embedder, likeness: float) -> list[Topic]:
    """The queue, with every question under a topic: the most asked first. `likeness`: cosine from which two are the same."""
    new = await database.run(lambda tx: questions.unsorted(tx, principal))
    if new:
        topics = await database.run(lambda tx: _open(questions.queue(tx, principal)))
        placed = await asyncio.to_thread(place, new, topics, embedder, likeness)
        groups = {one.question: one.group for one in placed}
        found = [(one.question, one.topic) for one in placed]
        await database.run(lambda tx: questions.sort_in(tx, principal, found, groups))
    return await database.run(lambda tx: questions.queue(tx, principal))


def place(new: Sequence[Question], topics: Sequence[Topic], embedder: Embedder, likeness: float) -> list[Placed]:
    """Each with the topic whose questions it is most like on average, else with the new questions before it."""
    known: list[tuple[str | None, str, Vectors]] = [
        (topic.id, "", embedder.embed([one.text for one in topic.questions])) for topic in topics if topic.questions
    ]
    placed: list[Placed] = []
    for question, vector in zip(new, embedder.embed([one.text for one in new]), strict=True):
        likenesses = [float((vectors @ vector).mean()) for _, _, vectors in known]
        best = int(np.argmax(likenesses)) if likenesses else -1
        if best < 0 or likenesses[best] < likeness:
            known.append((None, question.id, vector[np.newaxis]))
            placed.append(Placed(question.id, None, question.id))
            continue
        topic, group, vectors = known[best]
        known[best] = (topic, group, np.concatenate([vectors, vector[np.newaxis]]))
        placed.append(Placed(question.id, topic, group))
    return placed


def _open(every: Sequence[Topic]) -> list[Topic]:
    """A question that was answered once and comes again is a topic anew: something is still missing."""
    return [one for one in every if one.state is not TopicState.CLOSED]
