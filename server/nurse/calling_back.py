"""Who is to be called back: patients lost in danger who have not come back, and what nurses tick of each attempt."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from server.nurse.board import staff_names
from server.nurse.form import FormIncomplete
from server.nurse.neighbors import CallBacks, Unreachable
from server.nurse.wording import dialable
from server.pages.live import LIVE
from server.pages.staff import DATABASE, staff_of
from server.record.transaction import Transaction
from server.vocabulary.call_backs import CallBackOutcome
from server.vocabulary.ids import CheckInId, StaffId
from server.vocabulary.principals import Staff

_OPEN = (CallBackOutcome.DUE, CallBackOutcome.ATTEMPTED)
_TEXTS = {
    "": "",
    "waiting": "A text with a way back is going out.",
    "sent": "A text with a way back was sent.",
    "failed": "No text could be sent: call.",
}


@dataclass(frozen=True)
class Lost:
    """One row of the list."""

    checkin: CheckInId
    name: str
    phone: str
    dial: str
    since: datetime
    text: str
    """What became of the text, in words; empty where none was to go out."""
    tried: int
    """Attempts that nobody answered."""
    attempt: str
    """Id of the attempt that is next; empty where all are over."""
    number: int
    due_at: datetime | None
    caller: str
    """Who is calling now, empty where nobody is."""


def read_lost(tx: Transaction, staff: Staff, call_backs: CallBacks) -> tuple[Lost, ...]:
    """Longest lost first."""
    names = staff_names(tx)
    return tuple(_lost(one, names) for one in call_backs.unreachable(tx, staff))


def _lost(one: Unreachable, names: dict[StaffId, str]) -> Lost:
    waiting = next((attempt for attempt in one.attempts if attempt.outcome in _OPEN), None)
    calling = waiting is not None and waiting.outcome is CallBackOutcome.ATTEMPTED
    by = waiting.by if waiting is not None and calling else None
    return Lost(
        checkin=one.checkin,
        name=one.name,
        phone=one.phone,
        dial=dialable(one.phone),
        since=one.since,
        text=_TEXTS[one.text],
        tried=sum(attempt.outcome is CallBackOutcome.NO_ANSWER for attempt in one.attempts),
        attempt=waiting.id if waiting is not None else "",
        number=waiting.number if waiting is not None else 0,
        due_at=waiting.due_at if waiting is not None else None,
        caller=names.get(by, "A colleague") if by is not None else "",
    )


class CallingBack:
    """Takes the ticks."""

    def __init__(self, call_backs: CallBacks) -> None:
        self._call_backs = call_backs

    async def tick(self, request: web.Request) -> web.StreamResponse:
        """One attempt: calling, reached or no answer."""
        staff, fields = staff_of(request), await request.post()
        wanted = str(fields.get("call_back", ""))
        try:
            outcome = CallBackOutcome(str(fields.get("outcome", "")))
        except ValueError:
            raise FormIncomplete("outcome", "Please say whether somebody answered.") from None
        if not wanted or outcome in (CallBackOutcome.DUE, CallBackOutcome.NOT_NEEDED):
            raise FormIncomplete("outcome", "Please say whether somebody answered.")
        await request.app[DATABASE].run(lambda tx: self._call_backs.tick(tx, staff, wanted, outcome))
        request.app[LIVE].publish("queue")
        raise web.HTTPSeeOther("/staff/hand-off#lost-title")
