"""The clinicians' list of everything in the library, and where each document stands."""

from collections.abc import Sequence

from aiohttp import web

from server.knowledge import library, questions, releases
from server.knowledge.desk import Desk
from server.knowledge.passage import Audience
from server.knowledge.revisions import RevisionState
from server.knowledge.shown import STATES, Row, row_of
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record.access import Permission, may
from server.record.transaction import Transaction
from server.vocabulary.principals import Staff

DUE = "due"
"""Filter for what must be read again soon, or expires."""


class ListPage:
    """Read by all who care for patients; changed from by none."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff, query = staff_of(request), request.query
        words, state, audience = query.get("q", ""), query.get("state", ""), query.get("audience", "")

        def read(tx: Transaction) -> tuple[list[Row], int]:
            return read_rows(tx, staff, self._desk), questions.waiting(tx, staff)

        rows, unanswered = await request.app[DATABASE].run(read)
        found = [one for one in rows if one.has(words) and _is(one, state) and audience in ("", one.audience)]
        return request.app[TEMPLATES].page(
            "library/list.html",
            staff=staff,
            may_write=may(staff, Permission.LIBRARY_WRITE),
            rows=found,
            count=len(rows),
            waiting=sum(one.state is RevisionState.IN_REVIEW for one in rows),
            unanswered=unanswered,
            q=words,
            state=state,
            audience=audience,
            states=[*((one.value, STATES[one]) for one in RevisionState), (DUE, "Review or expiry near")],
            audiences=[one.value for one in Audience],
            release=self._desk.room.current,
            today=self._desk.today,
            published=query.get("done", "") == "published",
        )


def read_rows(tx: Transaction, staff: Staff, desk: Desk) -> list[Row]:
    """Every document, by title."""
    told = told_now(tx, staff)
    rows = [row_of(one, told.get(one.id), desk) for one in library.documents(tx, staff)]
    return sorted(rows, key=lambda one: one.title.casefold())


def told_now(tx: Transaction, staff: Staff) -> dict[str, int]:
    """The revision of each document that the current release tells, without what was retired since."""
    current = releases.current(tx)
    if current is None:
        return {}
    gone = releases.retired_in(tx, staff, current)
    told = releases.told_in(tx, staff, current)
    return {one.document: one.number for one in told if (one.document, str(one.number)) not in gone}


def titles(rows: Sequence[Row]) -> dict[str, str]:
    return {one.id: one.title for one in rows}


def _is(row: Row, state: str) -> bool:
    if state == DUE:
        return bool(row.due)
    return state in ("", row.state.value)
