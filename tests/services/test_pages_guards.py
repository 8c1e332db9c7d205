"""What guards every page: headers, the origin check, errors without a word of the patient, roles."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from server.pages.doors import OPENED, Door, Open
from server.pages.headers import HEADERS
from server.pages.staff import add_page
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Role
from tests.fakes.records import ROSA
from tests.fakes.staff_pages import APPROVED_CANARY, StaffPages, staff_pages

KIND = "services"

CANARIES = {
    Role.NURSE: ROSA.name,
    Role.CLINICIAN: APPROVED_CANARY,
    Role.COMPLIANCE: "patient.added",
}
"""What only one role's pages may hold."""


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


@pytest.fixture
async def checkin(pages: StaffPages) -> CheckInId:
    patient = await pages.records.add()
    checkin = await pages.begin(patient)
    await pages.page(patient, checkin)
    return checkin


async def ask(pages: StaffPages, method: str, path: str, cookie: str, accept: str = "text/html") -> tuple[int, str]:
    headers = {"Accept": accept, "Origin": pages.origin, "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    async with pages.client.request(method, path, headers=headers, allow_redirects=False) as reply:
        return reply.status, await reply.text()


@pytest.mark.parametrize(
    ("role", "path"), [(Role.NURSE, "/staff/"), (Role.CLINICIAN, "/staff/persona"), (Role.COMPLIANCE, "/staff/audit")]
)
async def test_a_role_sees_its_own_canary_and_no_other(
    pages: StaffPages, checkin: CheckInId, role: Role, path: str
) -> None:
    _, body = await ask(pages, "GET", path, await pages.cookie(role))
    assert {owner for owner, canary in CANARIES.items() if canary in body} == {role}


@pytest.mark.parametrize("path", ["/staff/forgotten", "/api/forgotten", "/forgotten"])
@pytest.mark.parametrize("role", Role)
async def test_a_new_route_that_is_not_in_the_table_is_closed(tmp_path: Path, path: str, role: Role) -> None:
    async def forgotten(_request: web.Request) -> web.Response:
        return web.Response(text="open door")

    async with staff_pages(tmp_path, extra=lambda app: app.router.add_get(path, forgotten)) as pages:
        status, body = await ask(pages, "GET", path, await pages.cookie(role))
    assert status == 403
    assert "open door" not in body


async def test_a_page_that_is_not_in_the_table_cannot_be_added(pages: StaffPages) -> None:
    async def forgotten(_request: web.Request) -> web.Response:
        return web.Response(text="open door")

    with pytest.raises(KeyError):
        add_page(pages.client.app, "GET", "/staff/forgotten", forgotten)


async def test_headers_are_on_every_answer(pages: StaffPages, checkin: CheckInId) -> None:
    paths = ["/staff/sign-in", "/staff", "/staff/", "/nowhere", "/static/assets/staff-1.js", "/static/none.js"]
    replies = [await pages.get(path, await pages.cookie(Role.NURSE)) for path in paths]
    assert [reply.status for reply in replies] == [200, 303, 200, 404, 200, 404]
    for reply in replies:
        assert {name: reply.headers[name] for name in HEADERS} == HEADERS
    caching = [reply.headers["Cache-Control"] for reply in replies]
    assert caching[:4] == ["no-store"] * 4
    assert caching[4:] == ["public, max-age=31536000, immutable", "no-store"]


async def test_pages_hold_no_inline_script_or_style(pages: StaffPages, checkin: CheckInId) -> None:
    cookies = {role: await pages.cookie(role) for role in Role}
    got = [("/staff/", Role.NURSE), ("/staff/audit", Role.COMPLIANCE), ("/staff/persona", Role.CLINICIAN)]
    bodies = [(await ask(pages, "GET", path, cookies[role]))[1] for path, role in got]
    for body in bodies:
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", body) == []


@pytest.mark.parametrize("path", ["..%2f..%2fpyproject.toml", ".vite/manifest.json", "assets", "%2e%2e/records.db"])
async def test_static_files_stay_in_their_folder(pages: StaffPages, path: str) -> None:
    assert (await pages.get(f"/static/{path}")).status == 404


@pytest.mark.parametrize("path", ["/staff/sign-in", "/staff/sign-out", "/staff/acknowledge", "/staff/check-ins"])
async def test_another_site_can_change_nothing(pages: StaffPages, path: str) -> None:
    cookie = await pages.cookie(Role.NURSE)
    reply = await pages.post(path, [], cookie, "application/json", origin="https://evil.example")
    assert reply.status == 403
    assert (await reply.json())["error"]["code"] == "cross_site"


async def test_a_socket_opened_by_another_site_is_refused(pages: StaffPages) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Origin": "https://evil.example"}
    reply = await pages.client.get("/api/visit/socket", headers=headers)
    assert (await reply.json())["error"]["code"] == "cross_site"


async def test_an_unforeseen_error_shows_an_id_and_logs_no_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_request: web.Request) -> web.Response:
        raise ValueError("my chest hurts canary")

    def add(app: web.Application) -> None:
        app[OPENED][("GET", "/api/fail")] = Door(Open.ANYBODY)
        app.router.add_get("/api/fail", fail)

    async with staff_pages(tmp_path, extra=add) as pages:
        reply = await pages.get("/api/fail")
        error = (await reply.json())["error"]
    assert (reply.status, error["code"]) == (500, "internal")
    assert error["id"] in caplog.text
    assert "ValueError" in caplog.text
    assert "canary" not in caplog.text + str(error)


async def test_people_get_errors_as_a_page(pages: StaffPages) -> None:
    body = await (await pages.get("/nowhere")).text()
    assert "We could not find that page." in body


async def test_without_a_web_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    async with staff_pages(tmp_path, built=False) as pages:
        reply = await pages.get("/staff/sign-in")
        assert reply.status == 503
        assert "npm run build" in await reply.text()
