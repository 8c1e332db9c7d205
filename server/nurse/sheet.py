"""The sheet of a hand-off (I-PASS): each open patient as the nurse who goes says it, and the nurse who comes reads it back.

Starmer et al. 2014 (N Engl J Med 371:1803): illness severity, patient summary, action list, situation awareness, synthesis
by the receiver. Pure but for its reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.nurse.board import ANSWERED_SHOWN, staff_names
from server.nurse.calling_back import Lost, read_lost
from server.nurse.chart import patient_line
from server.nurse.neighbors import Catalog, Neighbors, Page, PersonaChoice
from server.nurse.states import Standing, standing
from server.nurse.wording import dialable, plain
from server.record import checkins, journal, patients
from server.record.transaction import Transaction
from server.vocabulary.events import EscalationClosed
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId, PatientId, StaffId, is_drill
from server.vocabulary.principals import Staff

NOT_REACHED_SHOWN = timedelta(days=7)
"""How long somebody who could not be reached stays on the list, unless they were since."""


@dataclass(frozen=True)
class Item:
    """One patient with something open."""

    checkin: CheckInId
    name: str
    tier: Tier
    drill: bool
    summary: str
    topics: tuple[str, ...]
    quote: str
    standing: Standing
    actions: tuple[str, ...]
    """What to ask or look up, and what a nurse wrote down to do."""
    suggested: str
    """The draft for its tier."""
    where: str
    callback: str
    dial: str
    pages: tuple[EscalationId, ...]
    """What can be read back: answered and open."""
    read_back: str
    """Who did, empty while nobody has."""
    read_back_at: datetime | None


@dataclass(frozen=True)
class ToDo:
    """What a nurse wrote down as she closed a page in this shift."""

    checkin: CheckInId
    name: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Missed:
    """Somebody whom nobody could reach."""

    checkin: CheckInId
    name: str
    why: str
    callback: str
    dial: str
    since: datetime
    attempts: int
    """Pages closed as not reached; 0: not tried since the call dropped."""


@dataclass(frozen=True)
class Sheet:
    """Everything that one shift leaves to the next."""

    items: tuple[Item, ...]
    follow_ups: tuple[ToDo, ...]
    missed: tuple[Missed, ...]
    lost: tuple[Lost, ...]
    """Who is to be called back now."""


def read_sheet(tx: Transaction, staff: Staff, neighbors: Neighbors, catalog: Catalog) -> Sheet:
    """Most urgent first, what nobody has answered before what somebody holds."""
    names = staff_names(tx)
    pages = [page for page in neighbors.desk.open_pages(tx, staff, answered_since=tx.now) if page.state != "closed"]
    groups: dict[PatientId, list[Page]] = {}
    for page in sorted(pages, key=lambda page: (page.tier.rank, page.acknowledged_by is not None, page.due_at)):
        groups.setdefault(page.patient, []).append(page)
    closed = journal.find(tx, staff, "escalation_closed", since=tx.now - NOT_REACHED_SHOWN)
    closings = [
        (checkin, entry.at, entry.event)
        for checkin, entry in closed
        if isinstance(entry.event, EscalationClosed) and not is_drill(entry.event.escalation)
    ]
    items = tuple(_item(tx, staff, neighbors, catalog, names, group) for group in groups.values())
    lost = read_lost(tx, staff, neighbors.call_backs)
    return Sheet(items, _follow_ups(tx, staff, closings), _missed(tx, staff, closings), lost)


def _item(
    tx: Transaction,
    staff: Staff,
    neighbors: Neighbors,
    catalog: Catalog,
    names: Mapping[StaffId, str],
    pages: Sequence[Page],
) -> Item:
    first = pages[0]
    card = patients.get(tx, staff, first.patient)
    row = checkins.get(tx, staff, first.checkin)
    persona = catalog.personas.get(row.persona) or PersonaChoice(row.persona, plain(row.persona), "", "")
    held = tuple(page.id for page in pages if page.acknowledged_by is not None)
    backs = [neighbors.handing_over.last_read_back(tx, staff, page) for page in held]
    # All of a patient's pages are read back together; one that came since is not.
    last = max((back for back in backs if back), key=lambda back: back[1], default=None) if all(backs) else None
    actions = dict.fromkeys(need for page in pages for need in catalog.needs.get(page.trigger, ()))
    return Item(
        checkin=first.checkin,
        name=card.name,
        tier=first.tier,
        drill=is_drill(first.id),
        summary=patient_line(card, persona, tx.now.date()),
        topics=tuple(dict.fromkeys(catalog.title(page.trigger) for page in pages)),
        quote=first.quote,
        standing=standing(first, names, staff.id, tx.now),
        actions=tuple(actions),
        suggested=persona.suggests.get(first.tier, ""),
        where=next((page.where for page in pages if page.where), "") or card.address,
        callback=card.callback or card.phone,
        dial=dialable(card.callback or card.phone),
        pages=held,
        read_back=names.get(StaffId(last[0].removeprefix("staff:")), "A colleague") if last else "",
        read_back_at=last[1] if last else None,
    )


Closings = Sequence[tuple[CheckInId, datetime, EscalationClosed]]


def _follow_ups(tx: Transaction, staff: Staff, closings: Closings) -> tuple[ToDo, ...]:
    recent = [one for one in closings if one[2].follow_up and one[1] >= tx.now - ANSWERED_SHOWN]
    # Pages closed together carry the same note.
    notes = {(checkin, event.follow_up): (at, event.staff_name) for checkin, at, event in recent}
    return tuple(
        ToDo(checkin, _name(tx, staff, checkin)[0], words, by, at) for (checkin, words), (at, by) in notes.items()
    )


def _missed(tx: Transaction, staff: Staff, closings: Closings) -> tuple[Missed, ...]:
    """Who dropped off and is not back, and who was called and not reached since; the longest first."""
    dropped = [row for row in checkins.find_running(tx, staff) if not row.connected]
    last: dict[CheckInId, tuple[datetime, bool]] = {}
    attempts: dict[CheckInId, int] = {}
    for checkin, at, event in closings:
        unreached = event.disposition == "not_reached"
        attempts[checkin] = attempts.get(checkin, 0) + unreached
        last[checkin] = (at, unreached)
    since = {row.id: (row.started_at or row.created_at, "Dropped off, not finished") for row in dropped}
    since |= {checkin: (at, "Called, not reached") for checkin, (at, unreached) in last.items() if unreached}
    found = [
        Missed(checkin, name, why, callback, dialable(callback), at, attempts.get(checkin, 0))
        for checkin, (at, why) in since.items()
        for name, callback in [_name(tx, staff, checkin)]
    ]
    return tuple(sorted(found, key=lambda one: one.since))


def _name(tx: Transaction, staff: Staff, checkin: CheckInId) -> tuple[str, str]:
    """And the number."""
    contact = patients.contact(tx, staff, checkins.get(tx, staff, checkin).patient)
    return contact.name, contact.callback or contact.phone
