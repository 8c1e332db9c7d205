"""The editor: a document's fields and text, read back as patients will hear it before anything is saved.

What was typed is never lost: whatever is wrong is said above the very same text.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace

from aiohttp import web

from server.knowledge import library, questions
from server.knowledge.desk import Desk, problem, text_in
from server.knowledge.document import parse
from server.knowledge.document_page import address, name_in
from server.knowledge.front_matter import DocumentError
from server.knowledge.manuscript import FIELDS, Manuscript, opened, typed, written
from server.knowledge.passage import Audience
from server.knowledge.questions import Topic
from server.knowledge.revisions import ReviewRefused
from server.knowledge.shown import Reading, reading_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record.transaction import Transaction
from server.vocabulary.principals import Staff

NEW = "new"
"""What a document is called while it has no name."""


class EditorPage:
    """Writes revisions, and nothing else."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def new(self, request: web.Request) -> web.StreamResponse:
        """An empty document, or one for a topic of questions nobody could answer."""
        staff, topic = staff_of(request), await self._topic(request, request.query.get("topic", ""))
        start = Manuscript(owner=staff.name, body=_begun("", topic))
        return self._page(request, "", 0, asdict(start), topic=topic)

    async def edit(self, request: web.Request) -> web.StreamResponse:
        staff, name = staff_of(request), name_in(request)
        topic = await self._topic(request, request.query.get("topic", ""))
        found = await request.app[DATABASE].run(lambda tx: library.get(tx, staff, name))
        newest = found.newest
        try:
            start = opened(f"{name}.md", newest.markdown)
        except DocumentError:
            start = Manuscript(status="", body=newest.markdown)
        start = replace(start, body=_begun(start.body, topic))
        return self._page(request, name, newest.number, asdict(start), topic=topic)

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Shows what would be heard, or makes a revision of it."""
        staff, form = staff_of(request), await request.post()
        topic = await self._topic(request, text_in(form, "topic"))
        values = {field: text_in(form, field) for field in (*FIELDS, "note", "name")}
        name = request.match_info.get("name") or values["name"].strip()
        expects = int(text_in(form, "expects")) if text_in(form, "expects").isdecimal() else 0
        known = request.match_info.get("name", "")
        try:
            text = await request.app[DATABASE].run(lambda tx: _composed(tx, staff, name, values))
            reading = reading_of(name, text, self._desk)
            if text_in(form, "act") == "preview":
                return self._page(request, known, expects, values, reading=reading, topic=topic)
            made = await request.app[DATABASE].run(
                lambda tx: library.write(tx, staff, name, text, values["note"].strip(), expects=expects)
            )
        except (ReviewRefused, DocumentError) as error:
            status = error.status if isinstance(error, ReviewRefused) else 422
            return self._page(request, known, expects, values, topic=topic, wrong=problem(error), status=status)
        raise web.HTTPSeeOther(address(name, f"?done={'same' if made.number == expects else 'saved'}"))

    async def heard(self, request: web.Request) -> web.StreamResponse:
        """What is being typed, as patients would hear it, or what is wrong with it: a part of the editor's page."""
        form = await request.post()
        name = text_in(form, "name").strip() or NEW
        try:
            text = written(f"{name}.md", "", typed({field: text_in(form, field) for field in FIELDS}))
            reading: Reading | str = reading_of(name, text, self._desk)
        except DocumentError as error:
            reading = problem(error)
        return request.app[TEMPLATES].page("library/heard.html", reading=reading)

    async def _topic(self, request: web.Request, wanted: str) -> Topic | None:
        """The topic that a passage is written for; None where there is none of this id."""
        staff = staff_of(request)
        return await request.app[DATABASE].run(lambda tx: questions.topic(tx, staff, wanted)) if wanted else None

    def _page(
        self,
        request: web.Request,
        name: str,
        expects: int,
        values: Mapping[str, str],
        *,
        reading: Reading | None = None,
        topic: Topic | None = None,
        wrong: str = "",
        status: int = 200,
    ) -> web.StreamResponse:
        return request.app[TEMPLATES].page(
            "library/editor.html",
            status=status,
            staff=staff_of(request),
            may_write=True,
            document=name,
            expects=expects,
            values={"note": "", "name": ""} | dict(values),
            audiences=[one.value for one in Audience],
            reading=reading,
            topic=topic.id if topic else "",
            asked=[one.text for one in topic.questions] if topic else [],
            wrong=wrong,
            too_hard=self._desk.rules.reading_grade_max.value,
        )


def _begun(body: str, topic: Topic | None) -> str:
    """With a section at the end for what was asked, headed by the shortest question."""
    if topic is None or not topic.questions:
        return body
    heading = min((one.text.strip() for one in topic.questions), key=len).rstrip("?.! ")
    return f"{body.rstrip()}\n\n## {heading}\n\n".lstrip()


def _composed(tx: Transaction, staff: Staff, name: str, values: Mapping[str, str]) -> str:
    """The Markdown of what was typed. Raises DocumentError."""
    found = library.find(tx, name) if name else None
    text = written(f"{name or NEW}.md", found.newest.markdown if found else "", typed(values))
    parse(f"{name}.md", text)
    return text
