"""Reads the queue from the records, in one transaction; every patient shown is audited by the stores it asks."""

from datetime import timedelta

from sqlalchemy import select

from server.nurse.neighbors import Catalog, Desk
from server.nurse.queue import Queue, call_groups, page_rows
from server.record import checkins, patients
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.checkins import CheckInRow
from server.record.schema import checkin as checkin_table
from server.record.schema import staff as staff_table
from server.record.transaction import Transaction
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Staff

ANSWERED_SHOWN = timedelta(hours=12)
"""How long an answered page stays in view: one shift."""


def read_queue(tx: Transaction, staff: Staff, desk: Desk, catalog: Catalog, link_lifetime: timedelta) -> Queue:
    pages = desk.open_pages(tx, staff, answered_since=tx.now - ANSWERED_SHOWN)
    waiting = [page for page in pages if page.acknowledged_by is None and page.state != "closed"]
    needing = {page.patient for page in waiting}
    held = [page for page in pages if page.acknowledged_by and page.state != "closed" and page.patient not in needing]
    # Of several pages of one patient, the row shows one that still rings again rather than one that somebody is on.
    unclaimed = [page for page in held if page.claimed_by is None]
    forgotten = {page.patient for page in unclaimed}
    claimed = [page for page in held if page.claimed_by and page.patient not in forgotten]
    busy = needing | {page.patient for page in held}
    closed = [page for page in pages if page.state == "closed" and page.patient not in busy]
    shown = {page.checkin for page in pages}
    running = checkins.find_running(tx, staff)
    on_line = {row.id for row in running if row.connected}
    calls = running + find_invited(tx, staff, link_lifetime)
    calls = [row for row in calls if row.id not in shown]
    names = {row.patient: patients.contact(tx, staff, row.patient).name for row in calls}
    colleagues = staff_names(tx)
    return Queue(
        page_rows(waiting, on_line, colleagues, staff.id, catalog.title, tx.now),
        page_rows(unclaimed, on_line, colleagues, staff.id, catalog.title, tx.now)
        + page_rows(claimed, on_line, colleagues, staff.id, catalog.title, tx.now),
        page_rows(closed, on_line, colleagues, staff.id, catalog.title, tx.now),
        call_groups(calls, names, catalog.personas, tx.now),
    )


def find_invited(tx: Transaction, staff: Staff, link_lifetime: timedelta) -> list[CheckInRow]:
    """Check-ins whose link can still be opened and has not been, newest first."""
    require(staff, Permission.CHECKIN_LIST)
    fresh = (checkin_table.c.status == "invited") & (checkin_table.c.created_at > tx.now - link_lifetime)
    query = select(checkin_table).where(fresh).order_by(checkin_table.c.id.desc())
    rows = [CheckInRow(**row) for row in tx.connection.execute(query).mappings()]
    for row in rows:
        tx.audit(staff, AuditAction.CHECKIN_LISTED, patient=row.patient, subject=row.id)
    return rows


def staff_names(tx: Transaction) -> dict[StaffId, str]:
    """Names of all colleagues, also of those who have left: they answered pages once."""
    return {StaffId(row.id): row.name for row in tx.connection.execute(select(staff_table.c.id, staff_table.c.name))}
