"""The audit page and the clinician's list over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update

from server.oversight import agreements_page
from server.oversight.agreements_page import Agreed
from server.record import audit, patients
from server.record.schema import audit as audit_table
from server.vocabulary.principals import Role
from tests.fakes.records import COMPLIANCE, OTTO, ROSA
from tests.fakes.staff_pages import APPROVED_CANARY, StaffPages, staff_pages

KIND = "services"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


async def audit_html(pages: StaffPages, query: str = "") -> str:
    return await (await pages.get(f"/staff/audit{query}", await pages.cookie(Role.COMPLIANCE))).text()


async def test_a_whole_chain_is_verified_and_shows_no_patient(pages: StaffPages) -> None:
    patient = await pages.records.add(ROSA)
    html = await audit_html(pages)
    assert 'data-verified="yes"' in html
    assert patient in html
    assert "canary" not in html.casefold()


async def test_a_changed_row_is_named(pages: StaffPages) -> None:
    await pages.records.add(ROSA)
    change = update(audit_table).where(audit_table.c.seq == 2).values(actor="staff:somebody_else")
    await pages.records.database.run(lambda tx: tx.connection.execute(change))
    html = await audit_html(pages)
    assert 'data-verified="no"' in html
    assert "Chain broken at row 2" in html


async def test_a_search_shows_one_patients_rows(pages: StaffPages) -> None:
    rosa, otto = await pages.records.add(ROSA), await pages.records.add(OTTO)
    html = await audit_html(pages, f"?patient={rosa}")
    assert rosa in html
    assert otto not in html


async def test_who_saw_one_patient_is_shown_by_name(pages: StaffPages) -> None:
    rosa, otto = await pages.records.add(ROSA), await pages.records.add(OTTO)
    nurse, run = pages.staff[Role.NURSE], pages.records.database.run
    for _ in range(3):
        await run(lambda tx: patients.get(tx, nurse, rosa))
    html = await audit_html(pages, f"?patient={rosa}")
    row = next(line for line in html.splitlines() if "<b>" in line and "patient.read" in line)
    assert nurse.name in row
    assert '<td class="num end">3</td>' in row
    assert nurse.name not in await audit_html(pages, f"?patient={otto}")


async def test_a_search_without_result_says_what_to_check(pages: StaffPages) -> None:
    html = await audit_html(pages, "?patient=pt_<script>")
    assert "No rows about this patient id." in html
    assert "<script>" not in html.replace('<script type="module"', "")


async def looked_at(pages: StaffPages, times: int) -> None:
    """The audit log is read so often, each of which is a row."""
    for _ in range(times):
        await pages.records.database.run(lambda tx: audit.find(tx, COMPLIANCE, limit=1))


async def test_rows_that_do_not_fit_one_page_are_on_the_older_ones(pages: StaffPages) -> None:
    rosa = await pages.records.add(ROSA)
    await looked_at(pages, 230)
    newest = await audit_html(pages)
    assert rosa not in newest
    link = re.search(r'id="older" href="([^"]+)"', newest)
    assert link is not None
    older = await audit_html(pages, unescape(link.group(1)).removeprefix("/staff/audit"))
    assert rosa in older
    assert 'id="older"' not in older


@pytest.mark.parametrize("before", ["", "none", "-1", "9" * 40, "٣"])
async def test_a_row_that_is_none_is_the_newest_page(pages: StaffPages, before: str) -> None:
    rosa = await pages.records.add(ROSA)
    assert rosa in await audit_html(pages, f"?before={before}")


async def test_unsigned_words_are_marked_as_a_draft(pages: StaffPages) -> None:
    html = await (await pages.get("/staff/persona", await pages.cookie(Role.CLINICIAN))).text()
    assert APPROVED_CANARY in html
    assert "Draft until signed" in html


ENDED = Agreed(
    *("language model 1", "llm.example.org", "What patients say", "Example <Inc.>", "BAA 1234", "us"),
    *(date(2026, 3, 1), "danger", "Ended: nothing is sent"),
)


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.ADMIN])
async def test_agreements_are_shown_as_they_stand_today(tmp_path: Path, role: Role) -> None:
    rows: list[Agreed] = []
    async with staff_pages(tmp_path, extra=lambda app: agreements_page.add_routes(app, lambda: rows)) as pages:
        nobody = await (await pages.get("/staff/agreements", await pages.cookie(role))).text()
        rows.append(ENDED)
        html = await (await pages.get("/staff/agreements", await pages.cookie(role))).text()
    assert "Nobody outside is sent anything." in nobody
    assert [
        word for word in ("Example &lt;Inc.&gt;", "2026-03-01", "pill danger", ENDED.state) if word not in html
    ] == []
