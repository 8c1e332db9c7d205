"""What guards every page: headers, the origin check, errors without a word of the patient, roles."""

import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from server.pages.headers import HEADERS
from server.pages.staff import ROLES
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


def routes(pages: StaffPages, checkin: str) -> list[tuple[str, str, frozenset[Role]]]:
    """Method, path and roles of every page that names its roles."""
    roles = pages.client.app[ROLES]
    found = {"{checkin}": checkin, "{patient}": "pt_1"}
    return [(method, filled(path, found), open_to) for (method, path), open_to in roles.items()]


def filled(path: str, found: dict[str, str]) -> str:
    for name, value in found.items():
        path = path.replace(name, value)
    return path


async def ask(pages: StaffPages, method: str, path: str, cookie: str, accept: str = "text/html") -> tuple[int, str]:
    headers = {"Accept": accept, "Origin": pages.origin, "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    async with pages.client.request(method, path, headers=headers, allow_redirects=False) as reply:
        return reply.status, await reply.text()


async def test_every_route_under_staff_names_its_roles(pages: StaffPages) -> None:
    under_staff = {
        (route.method, route.resource.canonical)
        for route in pages.client.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/staff") and route.method != "HEAD"
    }
    signed_out = {("GET", "/staff/sign-in"), ("POST", "/staff/sign-in")}
    named = pages.client.app[ROLES]
    assert under_staff - signed_out == named.keys()


async def test_no_page_is_open_to_the_wrong_role(pages: StaffPages, checkin: CheckInId) -> None:
    cookies = {role: await pages.cookie(role) for role in Role}
    closed = [
        (method, path, role)
        for (method, path, open_to), role in itertools.product(routes(pages, checkin), Role)
        if role not in open_to
    ]
    answers = {(method, path, role): await ask(pages, method, path, cookies[role]) for method, path, role in closed}
    assert {key: status for key, (status, _) in answers.items()} == dict.fromkeys(closed, 403)
    leaks = {key for key, (_, body) in answers.items() if any(canary in body for canary in CANARIES.values())}
    assert leaks == set()


@pytest.mark.parametrize(
    ("role", "path"), [(Role.NURSE, "/staff/"), (Role.CLINICIAN, "/staff/persona"), (Role.COMPLIANCE, "/staff/audit")]
)
async def test_a_role_sees_its_own_canary_and_no_other(
    pages: StaffPages, checkin: CheckInId, role: Role, path: str
) -> None:
    _, body = await ask(pages, "GET", path, await pages.cookie(role))
    assert {owner for owner, canary in CANARIES.items() if canary in body} == {role}


async def test_nobody_sees_anything_signed_out(pages: StaffPages, checkin: CheckInId) -> None:
    answers = [await ask(pages, method, path, "") for method, path, _ in routes(pages, checkin)]
    assert {status for status, _ in answers} == {303, 401}
    assert not any(canary in body for _, body in answers for canary in CANARIES.values())


async def test_a_new_route_that_names_no_role_is_closed(tmp_path: Path) -> None:
    async def forgotten(_request: web.Request) -> web.Response:
        return web.Response(text="open door")

    async with staff_pages(tmp_path, extra=lambda app: app.router.add_get("/staff/forgotten", forgotten)) as pages:
        status, body = await ask(pages, "GET", "/staff/forgotten", await pages.cookie(Role.NURSE))
    assert status == 403
    assert "open door" not in body


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

    async with staff_pages(tmp_path, extra=lambda app: app.router.add_get("/api/fail", fail)) as pages:
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
