"""While clinicians have not signed, every page of staff and the patient's first screens say so; afterwards none does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from server.pages.templates import TEMPLATES, Templates
from server.vocabulary.principals import Role
from tests.fakes.records import ROSA
from tests.fakes.staff_pages import WEB, staff_pages

KIND = "services"

STAFF_PAGES = [(Role.NURSE, "/staff/"), (Role.CLINICIAN, "/staff/persona"), (Role.COMPLIANCE, "/staff/audit")]
DIALOG = "/staff/fragments/new-check-in"
NOT_FOR_PATIENTS = "This is a test version. It is not for real patients yet."


def untold(app: web.Application) -> None:
    """Nobody says anything about signatures."""


def signed(app: web.Application) -> None:
    app[TEMPLATES].everywhere(signed=True)


@pytest.mark.parametrize(("told", "marks"), [(untold, 1), (signed, 0)])
@pytest.mark.parametrize(("role", "path"), STAFF_PAGES)
async def test_every_staff_page_has_the_mark(
    tmp_path: Path, role: Role, path: str, told: Callable[[web.Application], None], marks: int
) -> None:
    async with staff_pages(tmp_path, extra=told) as pages:
        html = await (await pages.get(path, await pages.cookie(role))).text()
    assert html.count('id="draft"') == marks


@pytest.mark.parametrize(("told", "marks"), [(untold, 1), (signed, 0)])
async def test_whoever_sends_a_link_is_told(
    tmp_path: Path, told: Callable[[web.Application], None], marks: int
) -> None:
    async with staff_pages(tmp_path, extra=told) as pages:
        patient, cookie = await pages.records.add(ROSA), await pages.cookie(Role.NURSE)
        dialog = await (await pages.get(DIALOG, cookie)).text()
        fields = [("patient", patient), ("persona", "after-discharge")]
        link = await (await pages.post("/staff/check-ins", fields, cookie)).text()
    assert (dialog.count("Do not send one to a real patient."), link.count("Do not send it to a real patient.")) == (
        marks,
        marks,
    )


async def test_without_patients_the_command_that_adds_one_is_named(tmp_path: Path) -> None:
    async with staff_pages(tmp_path) as pages:
        dialog = await (await pages.get(DIALOG, await pages.cookie(Role.NURSE))).text()
    assert "nightlight patients add FILE" in dialog


@pytest.mark.parametrize(("told", "marks"), [({}, 2), ({"signed": True}, 0)])
def test_the_patient_reads_it_first_and_where_consent_is_given(
    tmp_path: Path, told: dict[str, bool], marks: int
) -> None:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text('{"patient/visit.ts": {"file": "visit.js"}}')
    templates = Templates(WEB / "templates", tmp_path)
    templates.everywhere(**told)
    clinic = {"clinic": "Clinic", "nurse_phone": "555-0100", "emergency_number": "911"}
    html = templates.render("patient/visit.html", **clinic, may_notice=True)
    assert html.count(NOT_FOR_PATIENTS) == marks


def persona_html(tmp_path: Path, *, free_talk: bool) -> str:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text('{"staff/staff.ts": {"file": "staff.js"}}')
    templates = Templates(WEB / "templates", tmp_path)
    templates.everywhere(may_open=lambda staff, path: False, demo=False)
    nobody = {"role": Role.CLINICIAN, "name": "Amir"}
    return templates.render("staff/persona.html", staff=nobody, personas=(), free_talk=free_talk)


def test_that_nothing_else_is_spoken_is_said_only_where_it_is_true(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "with").mkdir()
    assert "never spoken" in persona_html(tmp_path / "without", free_talk=False)
    found = persona_html(tmp_path / "with", free_talk=True)
    assert "never spoken" not in found
    assert "must pass the output gate first" in found
