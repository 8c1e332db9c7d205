"""The second factor over HTTP: set up, asked for, guessed at, and taken away by whoever looks after accounts."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pyotp
import pytest
from aiohttp import ClientResponse, web

from server.oversight import people_page
from server.pages.lockout import LOCK, LOCKING_FAILURES
from server.pages.staff import lands
from server.vocabulary.principals import Role
from tests.fakes.staff_pages import StaffPages, staff_pages

KIND = "services"
PAGE = "/staff/second-factor"


ELSEWHERE = "/staff/library"
"""Where a stage says that somebody starts."""


def add(app: web.Application) -> None:
    people_page.add_routes(app)
    lands(app, frozenset({Role.CLINICIAN}), ELSEWHERE)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path, extra=add) as pages:
        yield pages


def given(reply: ClientResponse) -> str:
    """The session's new cookie."""
    return f"nightlight_staff={reply.cookies['nightlight_staff'].value}"


def code_of(pages: StaffPages, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(pages.records.clock.now() + steps * timedelta(seconds=30))


async def begun(pages: StaffPages, cookie: str) -> str:
    """The secret as the page shows it."""
    html = await (await pages.post(f"{PAGE}/begin", [], cookie)).text()
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', html)
    assert found is not None, html
    return found.group(1).replace(" ", "")


async def set_up(pages: StaffPages, role: Role = Role.NURSE) -> tuple[str, str, list[str]]:
    """A session's cookie, the secret and the recovery codes."""
    cookie = await pages.cookie(role)
    secret = await begun(pages, cookie)
    reply = await pages.post(f"{PAGE}/confirm", [("code", code_of(pages, secret, -1))], cookie)
    codes = re.findall(r"<li>([a-z2-9 ]+)</li>", await reply.text())
    return given(reply), secret, codes


async def test_it_leads_where_the_password_alone_would(pages: StaffPages) -> None:
    _, secret, _ = await set_up(pages, Role.CLINICIAN)
    half = given(await pages.sign_in(Role.CLINICIAN))
    proven = await pages.post(PAGE, [("code", code_of(pages, secret))], half)
    assert proven.headers["Location"] == ELSEWHERE


async def test_set_up_and_asked_for_at_the_next_sign_in(pages: StaffPages) -> None:
    cookie, secret, codes = await set_up(pages)
    assert ((await pages.get("/staff/", cookie)).status, len(codes)) == (200, 10)
    reply = await pages.sign_in(Role.NURSE)
    half = given(reply)
    assert (await pages.get("/staff/", half)).headers["Location"] == PAGE
    assert "One more step" in await (await pages.get(PAGE, half)).text()
    proven = await pages.post(PAGE, [("code", code_of(pages, secret))], half)
    assert (proven.status, proven.headers["Location"]) == (303, "/staff/")
    assert (await pages.get("/staff/", given(proven))).status == 200
    assert (await pages.get("/staff/", half)).headers["Location"] == "/staff/sign-in"


async def test_a_recovery_code_lets_in_once(pages: StaffPages) -> None:
    _, _, codes = await set_up(pages)
    first, second = given(await pages.sign_in(Role.NURSE)), given(await pages.sign_in(Role.NURSE))
    assert (await pages.post(PAGE, [("code", codes[3])], first)).status == 303
    assert (await pages.post(PAGE, [("code", codes[3])], second)).status == 422


async def test_the_picture_holds_what_an_app_needs_and_comes_from_nowhere(pages: StaffPages) -> None:
    html = await (await pages.post(f"{PAGE}/begin", [], await pages.cookie(Role.NURSE))).text()
    source = re.search(r'<img class="qr"[^>]* src="(data:image/svg[^"]+)"', html)
    assert source is not None
    assert unquote(source.group(1)).count("<path") == 2
    assert "nurse@clinic.example" not in html


async def test_a_wrong_first_code_may_be_tried_again(pages: StaffPages) -> None:
    cookie = await pages.cookie(Role.NURSE)
    secret = await begun(pages, cookie)
    wrong = await pages.post(f"{PAGE}/confirm", [("code", "000000x")], cookie)
    assert (wrong.status, "Try the next code" in await wrong.text()) == (422, True)
    assert (await pages.post(f"{PAGE}/confirm", [("code", code_of(pages, secret))], cookie)).status == 200


@pytest.mark.parametrize("step", ["begin", "confirm"])
async def test_a_password_alone_sets_up_no_other_phone(pages: StaffPages, step: str) -> None:
    _, secret, _ = await set_up(pages)
    half = given(await pages.sign_in(Role.NURSE))
    assert (await pages.post(f"{PAGE}/{step}", [("code", code_of(pages, secret))], half)).status == 403
    assert (await pages.post(PAGE, [("code", code_of(pages, secret))], half)).status == 303


async def test_guessing_locks(pages: StaffPages) -> None:
    _, secret, _ = await set_up(pages)
    half = given(await pages.sign_in(Role.NURSE))
    for _ in range(LOCKING_FAILURES):
        await pages.post(PAGE, [("code", "123")], half)
        pages.records.clock.move(timedelta(seconds=65))
    locked = await pages.post(PAGE, [("code", code_of(pages, secret))], half)
    assert (locked.status, "minutes" in await locked.text()) == (429, True)
    pages.records.clock.move(LOCK)
    later = given(await pages.sign_in(Role.NURSE))
    assert (await pages.post(PAGE, [("code", code_of(pages, secret))], later)).status == 303


async def test_where_it_is_required_nothing_opens_before_it_is_set_up(tmp_path: Path) -> None:
    async with staff_pages(tmp_path, factor_required=True) as pages:
        cookie = await pages.cookie(Role.NURSE)
        assert (await pages.get("/staff/", cookie)).headers["Location"] == PAGE
        assert (await pages.get("/staff/fragments/queue", cookie, "application/json")).status == 403
        assert "Nobody opens a patient here with a password alone" in await (await pages.get(PAGE, cookie)).text()
        secret = await begun(pages, cookie)
        reply = await pages.post(f"{PAGE}/confirm", [("code", code_of(pages, secret))], cookie)
        assert (await pages.get("/staff/", given(reply))).status == 200


async def test_where_it_is_not_required_the_page_says_so(pages: StaffPages) -> None:
    assert "does not ask for one" in await (await pages.get(PAGE, await pages.cookie(Role.NURSE))).text()


async def test_an_admin_takes_a_lost_one_away(pages: StaffPages) -> None:
    nurse, _, _ = await set_up(pages)
    admin = await pages.cookie(Role.ADMIN)
    fields = [("member", pages.staff[Role.NURSE].id), ("act", "factor")]
    assert "Second factor" in await (await pages.get("/staff/people", admin)).text()
    assert (await pages.post("/staff/people", fields, admin)).status == 303
    assert (await pages.get("/staff/", nurse)).headers["Location"] == "/staff/sign-in"
    assert (await pages.get("/staff/", given(await pages.sign_in(Role.NURSE)))).status == 200


async def test_an_admin_shuts_an_account_and_not_their_own(pages: StaffPages) -> None:
    admin, nurse = await pages.cookie(Role.ADMIN), await pages.cookie(Role.NURSE)
    shut = [("member", pages.staff[Role.NURSE].id), ("act", "shut")]
    assert (await pages.post("/staff/people", shut, admin)).status == 303
    assert (await pages.get("/staff/", nurse)).headers["Location"] == "/staff/sign-in"
    assert (await pages.sign_in(Role.NURSE)).status == 403
    own = [("member", pages.staff[Role.ADMIN].id), ("act", "shut")]
    assert (await pages.post("/staff/people", own, admin)).status == 403


async def test_compliance_sees_who_has_an_account_and_changes_nothing(pages: StaffPages) -> None:
    html = await (await pages.get("/staff/people", await pages.cookie(Role.COMPLIANCE))).text()
    assert "nurse@clinic.example" in html
    assert 'name="act"' not in html


async def test_no_secret_and_no_code_is_logged(pages: StaffPages, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    _, secret, codes = await set_up(pages)
    half = given(await pages.sign_in(Role.NURSE))
    used = code_of(pages, secret)
    await pages.post(PAGE, [("code", used)], half)
    found = [word for word in (secret, used, codes[0].replace(" ", ""), half.split("=")[1]) if word in caplog.text]
    assert found == []
