"""Everything that is kept of one patient, for them to have: one file to read, one for a program, in one archive.

Held back: keys, and the trails of other patients. What is written is PHI, so the archive is for its owner's eyes only.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from server.escalation import desk, history
from server.escalation.desk import Escalation
from server.escalation.history import PageEvent
from server.memory import store
from server.memory.facts import Fact
from server.memory.timeline import Timeline, read_timeline
from server.record import audit_readings, checkins, journal
from server.record.audit_readings import Sight
from server.record.checkins import CheckInRow
from server.record.journal import Entry
from server.record.patients import PatientCard
from server.record.transaction import Transaction
from server.vocabulary import events as e
from server.vocabulary.principals import Service

_COMMAND = Service("command")


@dataclass(frozen=True)
class Visit:
    """One check-in, whole."""

    checkin: CheckInRow
    journal: list[Entry]
    pages: list[tuple[Escalation, list[PageEvent]]]


@dataclass(frozen=True)
class Everything:
    """What is kept of one patient."""

    made_at: datetime
    card: PatientCard
    visits: list[Visit]
    memory: Timeline
    """What is known now."""
    facts: list[Fact]
    """And every version of it that ever was, but for what was deleted."""
    seen_by: list[Sight]


def everything(tx: Transaction, card: PatientCard) -> Everything:
    """In one transaction, so that it is whole; every part of it is audited as read. Raises NotPermitted, Unreadable."""
    rows = checkins.find_for_patient(tx, _COMMAND, card.id)
    visits = [_visit(tx, row) for row in sorted(rows, key=lambda row: row.created_at)]
    memory = read_timeline(tx, _COMMAND, card.id)
    facts = store.every_fact(tx, card.id)
    return Everything(tx.now, card, visits, memory, facts, audit_readings.who_saw(tx, _COMMAND, card.id))


def _visit(tx: Transaction, row: CheckInRow) -> Visit:
    pages = desk.for_checkin(tx, _COMMAND, row.id)
    return Visit(
        row, journal.read(tx, _COMMAND, row.id), [(page, history.read(tx, _COMMAND, page.id)) for page in pages]
    )


def write(found: Everything, file: Path) -> None:
    """A ZIP archive that only its owner may read. Raises FileExistsError where there is a file already."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("everything.json", json.dumps(asdict(found), default=str, ensure_ascii=False, indent=2))
        archive.writestr("read-me.txt", "\n".join(readable(found)) + "\n")


def readable(found: Everything) -> Iterator[str]:
    """The same for a person: what was said, what a nurse was told, what is remembered, and who has looked."""
    yield f"What is kept of {found.card.name}, as of {_moment(found.made_at)}"
    yield "Everything, with every time and number, is in everything.json."
    yield from _part("About you", _about(found.card))
    for visit in found.visits:
        yield from _part(f"Check-in of {_moment(visit.checkin.created_at)}", _of_visit(visit))
    yield from _part("What is remembered", _remembered(found.memory))
    yield from _part("Who has seen or changed your record", map(_sight, found.seen_by))


def _part(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield from ("", title, "=" * len(title))
    yield from list(lines) or ["nothing"]


def _about(card: PatientCard) -> Iterator[str]:
    for name, value in asdict(card).items():
        if value not in (None, "", (), []):
            yield f"{name.replace('_', ' ')}: {_plain(value)}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items() if one not in (None, "", ()))
    return "; ".join(_plain(one) for one in value) if isinstance(value, list | tuple) else str(value)


def _of_visit(visit: Visit) -> Iterator[str]:
    how = visit.checkin.end_reason or visit.checkin.status
    yield f"with {visit.checkin.persona}, {how.replace('_', ' ')}"
    for entry in visit.journal:
        if said := _said(entry.event):
            yield f"  {entry.at:%H:%M:%S}  {said}"
    for page, steps in visit.pages:
        yield f"  A nurse was asked for ({page.tier}, {page.trigger}): “{page.quote}”"
        yield from (f"    {_moment(step.at)}  {step.kind.replace('_', ' ')}" for step in steps)


def _said(event: e.Event) -> str:
    """What a person would call part of the talk; the rest is in the other file."""
    match event:
        case e.PatientTurn():
            return f"you: {event.text}"
        case e.SpeechHeard():
            return f"helper: {event.heard}" if event.heard else ""
        case e.ConsentChanged():
            return f"you said {'yes' if event.allowed else 'no'} to: {event.what.replace('_', ' ')}"
        case e.CueNoticed():
            return f"noticed: {event.cue.replace('_', ' ')}"
        case e.CueDisputed():
            return f"you said that this was not right: {event.cue.replace('_', ' ')}"
        case _:
            return ""


def _remembered(memory: Timeline) -> Iterator[str]:
    for fact in memory.facts:
        claim = fact.claim
        about = " ".join(filter(None, (claim.subject, claim.predicate, claim.aspect, claim.value)))
        yield f"{about.replace('_', ' ')}, since {fact.valid_from:%Y-%m-%d}: “{claim.quote}”"


def _sight(sight: Sight) -> str:
    who = f"{sight.name} ({sight.role})" if sight.name else sight.actor
    return f"{who}: {sight.action}, {sight.times} times, last on {_moment(sight.last)}"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"
