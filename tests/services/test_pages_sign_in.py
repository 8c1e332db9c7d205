"""Signing in and out over HTTP, against real records."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.pages.lockout import LOCK, LOCKING_FAILURES
from server.record import audit
from server.record.staff import ABSOLUTE, IDLE
from server.vocabulary.principals import Role
from tests.fakes.records import COMPLIANCE
from tests.fakes.staff_pages import EMAILS, PASSWORD, StaffPages, staff_pages

KIND = "services"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


async def actions(pages: StaffPages) -> list[str]:
    rows = await pages.records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    return [row.action for row in rows]


@pytest.mark.parametrize(
    ("role", "landing"),
    [(Role.NURSE, "/staff/"), (Role.CLINICIAN, "/staff/persona"), (Role.COMPLIANCE, "/staff/audit")],
)
async def test_each_role_lands_on_its_own_page(pages: StaffPages, role: Role, landing: str) -> None:
    cookie = await pages.cookie(role)
    home = await pages.get("/staff", cookie)
    assert home.headers["Location"] == landing
    assert (await pages.get(landing, cookie)).status == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(pages: StaffPages) -> None:
    reply = await pages.sign_in(Role.NURSE)
    (cookie,) = reply.cookies.values()
    assert reply.status == 303
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")


async def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    async with staff_pages(tmp_path, https=True) as pages:
        reply = await pages.sign_in(Role.NURSE)
        assert reply.cookies["__Host-nightlight_staff"]["secure"] is True


async def test_a_wrong_password_and_an_unknown_account_read_the_same(pages: StaffPages) -> None:
    wrong = await pages.sign_in(Role.NURSE, "wrong")
    unknown = await pages.post("/staff/sign-in", [("email", "nurse@nowhere.example"), ("password", "wrong")])
    assert (wrong.status, unknown.status) == (403, 403)
    assert (await wrong.text()).replace(EMAILS[Role.NURSE], "") == (await unknown.text()).replace(
        "nurse@nowhere.example", ""
    )
    assert (await actions(pages))[:2] == ["staff.sign_in_refused", "staff.sign_in_refused"]


async def test_what_was_typed_is_shown_again_only_as_text(pages: StaffPages) -> None:
    reply = await pages.post("/staff/sign-in", [("email", '"><script>x</script>'), ("password", "secretcanary")])
    body = await reply.text()
    assert "<script>x" not in body
    assert "secretcanary" not in body


async def test_ten_wrong_passwords_lock_the_account_for_a_while(pages: StaffPages) -> None:
    for _ in range(LOCKING_FAILURES):
        await pages.sign_in(Role.NURSE, "wrong")
        pages.records.clock.move(timedelta(seconds=65))
    locked = await pages.sign_in(Role.NURSE)
    assert locked.status == 429
    assert "14 minutes" in await locked.text()
    assert (await pages.sign_in(Role.CLINICIAN)).status == 303
    pages.records.clock.move(LOCK)
    assert (await pages.sign_in(Role.NURSE)).status == 303


async def test_guesses_sent_at_once_are_not_all_looked_at(pages: StaffPages) -> None:
    replies = await asyncio.gather(*(pages.sign_in(Role.NURSE, f"wrong {number}") for number in range(12)))
    assert sorted(reply.status for reply in replies) == [403] * 3 + [429] * 9


async def test_signing_out_ends_the_session_on_the_server(pages: StaffPages) -> None:
    cookie = await pages.cookie(Role.NURSE)
    assert (await pages.post("/staff/sign-out", [], cookie)).headers["Location"] == "/staff/sign-in"
    assert (await pages.get("/staff/", cookie)).headers["Location"] == "/staff/sign-in"
    assert (await actions(pages))[0] == "staff.signed_out"


async def test_an_idle_session_ends_though_its_page_keeps_asking(pages: StaffPages) -> None:
    cookie = await pages.cookie(Role.NURSE)
    pages.records.clock.move(IDLE - timedelta(minutes=1))
    assert (await pages.get("/staff/fragments/queue", cookie)).status == 200
    pages.records.clock.move(timedelta(minutes=1))
    assert (await pages.get("/staff/fragments/queue", cookie, "application/json")).status == 401


async def test_somebody_at_the_page_keeps_it_until_the_shift_is_over(pages: StaffPages) -> None:
    cookie = await pages.cookie(Role.NURSE)
    for _ in range(ABSOLUTE // timedelta(minutes=14)):
        pages.records.clock.move(timedelta(minutes=14))
        assert (await pages.post("/staff/here", [], cookie)).status == 204
    pages.records.clock.move(timedelta(minutes=14))
    assert (await pages.post("/staff/here", [], cookie, "application/json")).status == 401


async def test_a_monstrous_password_costs_no_more_than_a_short_one(pages: StaffPages) -> None:
    assert (await pages.sign_in(Role.NURSE, PASSWORD + "x" * 500_000)).status == 403
