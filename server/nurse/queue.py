"""Who needs a nurse, in what order; pure. One row is one patient, however often the same call asked for help."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from server.nurse.neighbors import Page, PersonaChoice
from server.nurse.states import Standing, standing
from server.nurse.wording import Titles, age, plain
from server.record.checkins import CheckInRow
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId, PatientId, StaffId


@dataclass(frozen=True)
class PageRow:
    """One patient for whom a nurse was called, by the most urgent of their pages."""

    escalation: EscalationId
    checkin: CheckInId
    patient_name: str
    tier: Tier
    topic: str
    quote: str
    where: str
    callback: str
    requested_at: datetime
    due_at: datetime
    more: int
    """Further open pages of the same patient."""
    standing: Standing


@dataclass(frozen=True)
class CallRow:
    """A check-in that needs nobody."""

    checkin: CheckInId
    patient_name: str
    about: str
    running: bool
    """The patient is connected and the persona is with them."""
    dropped: bool
    """The patient had started and is not connected any more."""
    since: datetime
    age: str


@dataclass(frozen=True)
class CallGroup:
    """Check-ins under one heading."""

    title: str
    calls: tuple[CallRow, ...]


@dataclass(frozen=True)
class Queue:
    """The console's list, top to bottom."""

    waiting: tuple[PageRow, ...]
    held: tuple[PageRow, ...]
    """Answered and not closed: what rings again unless it is claimed comes first."""
    closed: tuple[PageRow, ...]
    calls: tuple[CallGroup, ...]


def page_rows(
    pages: Iterable[Page],
    on_line: Collection[CheckInId],
    staff: Mapping[StaffId, str],
    me: StaffId,
    title: Titles,
    now: datetime,
) -> tuple[PageRow, ...]:
    """Most urgent first, then by the time left to answer.

    Of equally urgent pages of one patient, the row leads to the check-in in which they are `on_line` now.
    """
    ordered = sorted(pages, key=lambda page: (page.tier.rank, page.due_at, page.id))
    of_patient: dict[PatientId, list[Page]] = {}
    for page in ordered:
        of_patient.setdefault(page.patient, []).append(page)
    rows = []
    for group in of_patient.values():
        page = min(group, key=lambda page: (page.tier.rank, page.checkin not in on_line))
        rows.append(_page_row(page, len(group) - 1, standing(page, staff, me, now), title))
    return tuple(rows)


def call_groups(
    checkins: Sequence[CheckInRow], names: Mapping[PatientId, str], personas: Mapping[str, PersonaChoice], now: datetime
) -> tuple[CallGroup, ...]:
    """Running calls by the persona who holds them, then patients who dropped off, then links that wait for theirs."""

    def persona_name(row: CheckInRow) -> str:
        return personas[row.persona].name if row.persona in personas else row.persona

    def call(row: CheckInRow) -> CallRow:
        about = personas[row.persona].title if row.persona in personas else plain(row.persona)
        since = row.started_at or row.created_at
        dropped = row.status == "running" and not row.connected
        return CallRow(row.id, names[row.patient], about, row.connected, dropped, since, age(since, None, now))

    on_call = sorted((row for row in checkins if row.connected), key=persona_name)
    groups = [
        CallGroup(f"On a call with {name}", tuple(map(call, rows))) for name, rows in groupby(on_call, persona_name)
    ]
    dropped = tuple(call(row) for row in checkins if row.status == "running" and not row.connected)
    invited = tuple(call(row) for row in checkins if row.status == "invited")
    rest = (CallGroup("Dropped off, not finished", dropped), CallGroup("Invited", invited))
    return (*groups, *(group for group in rest if group.calls))


def _page_row(page: Page, more: int, stands: Standing, title: Titles) -> PageRow:
    return PageRow(
        escalation=page.id,
        checkin=page.checkin,
        patient_name=page.patient_name,
        tier=page.tier,
        topic=title(page.trigger),
        quote=page.quote,
        where=page.where,
        callback=page.callback,
        requested_at=page.requested_at,
        due_at=page.due_at,
        more=more,
        standing=stands,
    )
