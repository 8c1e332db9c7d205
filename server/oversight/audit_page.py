"""The audit page: the latest rows of the chain and whether it is whole. Shows ids, never a patient's name or words."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import hdrs, web

from server.pages.staff import DATABASE, add_page, staff_of
from server.pages.templates import TEMPLATES
from server.record import audit, audit_readings
from server.record.audit_readings import Sight
from server.record.chain import AuditRow
from server.record.database import Database
from server.record.proof import Finding
from server.record.transaction import Transaction
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Staff

ROWS = 200
"""Rows on one page."""
_DIGITS = 18
"""A row number of as many does not fit a database's integer."""
VERIFY_EVERY = timedelta(minutes=1)
"""Checking a million rows takes seconds on the records' only thread, so reloading the page must not repeat it."""


@dataclass(frozen=True)
class ShownRow:
    """One audit row as people read it."""

    seq: int
    at: str
    who: str
    action: str
    patient: str
    about: str


@dataclass(frozen=True)
class Verdict:
    """What the last check of the chain found."""

    at: datetime
    wrong: Finding | None
    """The first row that is wrong, and how; None when the chain is whole."""


class AuditPage:
    """The compliance officer's page."""

    def __init__(self) -> None:
        self._verdict: Verdict | None = None

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff, patient = staff_of(request), request.query.get("patient", "").strip()
        before = _row(request.query.get("before", ""))

        database = request.app[DATABASE]

        def read(tx: Transaction) -> tuple[list[ShownRow], list[Sight], datetime]:
            rows = find(tx, staff, patient, before)
            wanted = PatientId(patient) if rows and patient and before is None else None
            return rows, audit_readings.who_saw(tx, staff, wanted) if wanted else [], tx.now

        rows, saw, now = await database.run(read)
        verdict = await self._verified(database, now)
        return request.app[TEMPLATES].page(
            "staff/audit.html",
            staff=staff,
            patient=patient,
            rows=rows,
            saw=saw,
            before=before,
            older=rows[-1].seq if len(rows) == ROWS else None,
            wrong=verdict.wrong,
            verified_at=verdict.at,
        )

    async def _verified(self, database: Database, now: datetime) -> Verdict:
        if self._verdict is None or now - self._verdict.at >= VERIFY_EVERY:
            found = await database.examine()
            self._verdict = Verdict(now, found[0] if found else None)
        return self._verdict


def _row(text: str) -> int | None:
    """A row's number as the links of the page write it; anything else is the newest page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else None


def find(tx: Transaction, staff: Staff, patient: str, before: int | None) -> list[ShownRow]:
    """The newest rows first, of those older than row `before` if it is given; all patients if `patient` is empty."""
    rows = audit.find(tx, staff, patient=PatientId(patient) if patient else None, before=before, limit=ROWS)
    return [shown(row) for row in rows]


def shown(row: AuditRow) -> ShownRow:
    detail = " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in json.loads(row.detail).items())
    about = " · ".join(part for part in (row.subject, detail) if part)
    return ShownRow(
        row.seq, f"{row.at:%Y-%m-%d %H:%M:%S}", row.actor.removeprefix("staff:"), row.action, row.patient or "", about
    )


def add_routes(app: web.Application) -> None:
    """Call after `pages.install`."""
    add_page(app, hdrs.METH_GET, "/staff/audit", AuditPage().show)
