"""Questions that nobody could answer: gathered under topics, taken by somebody, and closed by what answers them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from server.knowledge import golden, library, questions
from server.knowledge.desk import HOME, Desk, problem, text_in
from server.knowledge.gathering import gather
from server.knowledge.golden import Kept
from server.knowledge.questions import Topic, TopicRefused, TopicState
from server.knowledge.shown import People, document_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record import staff as accounts
from server.record.access import Permission, may
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound
from server.vocabulary.principals import Staff


@dataclass(frozen=True)
class ShownTopic:
    """One topic as curators read it."""

    id: str
    count: int
    words: list[tuple[str, int]]
    """PHI. What was asked and how often in these very words, the most frequent first."""
    oldest: datetime
    newest: datetime
    state: TopicState
    keeper: str
    """Who takes care of it; empty: nobody yet."""
    document: str


@dataclass(frozen=True)
class Shelf:
    """What a topic can be given to and closed with."""

    people: People
    goldens: list[tuple[str, list[Kept]]]
    """By the title of their document."""
    documents: list[tuple[str, str]]
    """Ids and titles of those that are not retired."""


class QueuePage:
    """The curators' queue."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request)

    async def assign(self, request: web.Request) -> web.StreamResponse:
        staff, form = staff_of(request), await request.post()

        def work(tx: Transaction) -> None:
            keeper = accounts.colleagues(tx, staff).get(text_in(form, "to"))
            if keeper is None or not may(keeper, Permission.QUESTION_READ):
                raise TopicRefused("choose who takes care of it")
            questions.assign(tx, staff, text_in(form, "topic"), keeper)

        return await self._done(request, work)

    async def close(self, request: web.Request) -> web.StreamResponse:
        staff, form = staff_of(request), await request.post()
        topic, wanted = text_in(form, "topic"), text_in(form, "golden")
        return await self._done(request, lambda tx: questions.close(tx, staff, topic, wanted))

    async def _done(self, request: web.Request, work: Callable[[Transaction], None]) -> web.StreamResponse:
        try:
            await request.app[DATABASE].run(work)
        except (TopicRefused, NotFound) as error:
            return await self._page(request, problem(error), error.status)
        raise web.HTTPSeeOther(f"{HOME}/questions")

    async def _page(self, request: web.Request, wrong: str = "", status: int = 200) -> web.StreamResponse:
        staff, database = staff_of(request), request.app[DATABASE]
        topics = await gather(database, staff, self._desk.embedder, self._desk.rules.same_question.value)
        shelf = await database.run(lambda tx: _shelf(tx, staff))
        found = [_shown(one, shelf.people) for one in topics if one.questions]
        return request.app[TEMPLATES].page(
            "library/queue.html",
            status=status,
            staff=staff,
            may_write=True,
            topics=[one for one in found if one.state is not TopicState.CLOSED],
            closed=[one for one in found if one.state is TopicState.CLOSED],
            keepers=[(key, one.name) for key, one in shelf.people.items() if may(one, Permission.QUESTION_READ)],
            me=f"staff:{staff.id}",
            goldens=shelf.goldens,
            documents=shelf.documents,
            wrong=wrong,
        )


def _shelf(tx: Transaction, staff: Staff) -> Shelf:
    every = [one for one in library.documents(tx, staff) if one.retired_at is None]
    titles = {one.id: found.title if (found := document_of(one.newest)) else one.id for one in every}
    kept = golden.kept(tx, staff)
    grouped = [(titles[name], [one for one in kept if one.golden.document == name]) for name in titles]
    return Shelf(accounts.colleagues(tx, staff), [one for one in grouped if one[1]], sorted(titles.items()))


def _shown(one: Topic, people: People) -> ShownTopic:
    words = Counter(each.text.strip() for each in one.questions).most_common()
    keeper = people.get(f"staff:{one.assigned_to}") if one.assigned_to else None
    days = [each.at for each in one.questions]
    return ShownTopic(
        one.id,
        len(one.questions),
        words,
        min(days),
        max(days),
        one.state,
        keeper.name if keeper else "",
        one.document or "",
    )
