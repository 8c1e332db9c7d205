"""A shift is handed over, and a drill rings for nobody, over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from server.escalation import callbacks, desk, history, wording, work
from server.escalation.ladder import About, Address, Channel
from server.pages.staff import cookie_name
from server.record import checkins, staff
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId, is_drill
from server.vocabulary.principals import Role, Staff
from tests.fakes.records import CONDUCTOR, NURSE, OTTO, ROSA, SIGN_IN
from tests.fakes.staff_pages import StaffPages, staff_pages

KIND = "services"

JSON = "application/json"
WOUND = TriggerHit("WOUND_INFECTION", 1, Tier.URGENT, "it looks redderwren")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


@pytest.fixture
async def nurse(pages: StaffPages) -> str:
    return await pages.cookie(Role.NURSE)


async def incoming(pages: StaffPages) -> tuple[Staff, str]:
    """Nia, who comes on, and her cookie."""
    member = await pages.records.hire()
    token = await pages.records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, member.id))
    return member, f"{cookie_name(https=False)}={token}"


async def text(pages: StaffPages, path: str, cookie: str) -> str:
    reply = await pages.get(path, cookie)
    assert reply.status == 200
    return unescape(await reply.text())


async def called(pages: StaffPages, hit: TriggerHit = WOUND) -> tuple[CheckInId, EscalationId]:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    return checkin, await pages.page(rosa, checkin, hit)


async def close(pages: StaffPages, checkin: str, page: str, cookie: str, outcome: str, follow_up: str = "") -> None:
    fields = [("checkin", checkin), ("escalation", page), ("asked_911", "not_needed"), ("outcome", outcome)]
    fields += [(f"worth-{page}", "useful"), ("follow_up", follow_up)]
    assert (await pages.post("/staff/close", fields, cookie, JSON)).status == 204


async def test_a_sheet_without_anything_open_says_so(pages: StaffPages, nurse: str) -> None:
    html = await text(pages, "/staff/hand-off", nurse)
    for expected in ("Nothing is open.", "No follow-up was written down", "Nobody is missing."):
        assert expected in html


async def test_an_open_patient_is_told_in_full(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    await pages.post("/staff/claim", [("checkin", checkin), ("escalation", page)], nurse)
    html = await text(pages, "/staff/hand-off", nurse)
    for expected in (
        ROSA.name,
        "Wound infection",
        WOUND.quote,
        "heartcanary failure",
        "in the kitchencanary",
        ROSA.callback,
    ):
        assert expected in html
    assert f'name="escalation" value="{page}"' in html
    assert "You are on it" in html


async def test_what_nobody_has_answered_cannot_be_handed_over(pages: StaffPages, nurse: str) -> None:
    _, page = await called(pages)
    html = await text(pages, "/staff/hand-off", nurse)
    assert "Nobody has answered. Answer it before you hand over" in html
    reply = await pages.post("/staff/hand-off", [("escalation", page)], nurse, JSON)
    assert reply.status == 409
    assert (await pages.post("/staff/hand-off", [], nurse, JSON)).status == 422


async def test_what_is_read_back_is_the_incoming_nurses_and_the_patient_is_told(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    await pages.post("/staff/claim", [("checkin", checkin), ("escalation", page)], nurse)
    pages.records.clock.move(timedelta(minutes=9))
    nia, cookie = await incoming(pages)
    assert (await pages.post("/staff/hand-off", [("escalation", page)], cookie)).status == 303
    found = await pages.records.database.run(lambda tx: desk.get(tx, NURSE, page))
    assert (found.claimed_by, found.state) == (nia.id, "claimed")
    assert [told.staff.name for told in pages.answered] == ["Nurse Person", "Nia Nurse"]
    story = await pages.records.database.run(lambda tx: history.read(tx, NURSE, page))
    assert [event.kind for event in story[-2:]] == ["taken_over", "read_back"]
    html = await text(pages, "/staff/hand-off", cookie)
    assert "Read back by Nia Nurse at" in html
    assert 'id="read-back-now"' not in html


async def test_a_page_that_came_since_is_not_read_back(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    first = await pages.page(rosa, checkin, WOUND)
    await pages.post("/staff/claim", [("checkin", checkin), ("escalation", first)], nurse)
    await pages.post("/staff/hand-off", [("escalation", first)], nurse)
    second = await pages.page(rosa, checkin)
    await pages.post("/staff/claim", [("checkin", checkin), ("escalation", second)], nurse)
    assert "Read back by" not in await text(pages, "/staff/hand-off", nurse)


async def test_notes_and_those_nobody_reached_are_on_the_sheet(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    await pages.post("/staff/claim", [("checkin", checkin), ("escalation", page)], nurse)
    await close(pages, checkin, page, nurse, "not_reached", "call the daughtercanary")
    pages.records.clock.move(timedelta(minutes=1))
    otto = await pages.records.add(OTTO)
    dropped = await pages.begin(otto)
    await pages.records.database.run(lambda tx: checkins.set_connected(tx, CONDUCTOR, dropped, False))
    html = await text(pages, "/staff/hand-off", nurse)
    assert "call the daughtercanary" in html
    missed = html[html.index('id="missed"') :]
    assert re.findall(r"<td>(Dropped off, not finished|Called, not reached)</td>", missed) == [
        "Called, not reached",
        "Dropped off, not finished",
    ]
    assert f'aria-label="Call {OTTO.name}, {OTTO.callback}"' in missed


async def test_a_drill_rings_like_an_emergency_and_says_drill_everywhere(pages: StaffPages, nurse: str) -> None:
    assert "There was none yet." in await text(pages, "/staff/fragments/drill", nurse)
    assert (await pages.post("/staff/drill", [("persona", "after-discharge")], nurse, JSON)).status == 204
    (page,) = await pages.records.database.run(lambda tx: desk.open_pages(tx, NURSE))
    assert (page.tier, page.state, is_drill(page.id)) == (Tier.EMERGENCY, "requested", True)
    assert page.due_at - page.requested_at == timedelta(minutes=2)
    assert "DRILL, no patient" in await text(pages, "/staff/fragments/queue", nurse)
    chart = await text(pages, f"/staff/fragments/checkin/{page.checkin}", nurse)
    assert 'id="drill-note"' in chart
    assert 'id="packet"' not in chart
    address = Address("sms-1", Channel.SMS)
    message = work.Page("dl_1", page.id, "emergency", 1, "st_1", address, About.PAGE, 1, 1, "key")
    assert wording.title(message) == "Nightlight DRILL EMERGENCY"
    assert wording.body(message, "link").startswith("This is a drill, nobody is in danger.")
    glance = await pages.records.database.run(lambda tx: desk.glance(tx, NURSE, page.id))
    assert glance.drill


async def test_a_drill_is_not_counted_and_its_answer_is_timed(pages: StaffPages, nurse: str) -> None:
    await pages.post("/staff/drill", [("persona", "after-discharge")], nurse, JSON)
    (page,) = await pages.records.database.run(lambda tx: desk.open_pages(tx, NURSE))
    pages.records.clock.move(timedelta(seconds=42))
    await pages.post("/staff/claim", [("checkin", page.checkin), ("escalation", page.id)], nurse)
    await close(pages, page.checkin, page.id, nurse, "nothing_needed")
    assert "No page has been closed yet." in await text(pages, "/staff/attention", nurse)
    assert 'answered after <b class="num">0:42</b>' in await text(pages, "/staff/fragments/drill", nurse)


async def test_one_drill_at_a_time_and_its_patient_is_invited_by_nobody(pages: StaffPages, nurse: str) -> None:
    await pages.records.add(ROSA)
    for _ in range(2):
        await pages.post("/staff/drill", [("persona", "after-discharge")], nurse, JSON)
    assert len(await pages.records.database.run(lambda tx: desk.open_pages(tx, NURSE))) == 1
    choice = await text(pages, "/staff/fragments/new-check-in", nurse)
    assert ROSA.name in choice
    assert "DRILL" not in choice
    assert (await pages.post("/staff/drill", [("persona", "stranger")], nurse, JSON)).status == 422


@pytest.mark.parametrize("path", ["/staff/hand-off", "/staff/fragments/drill"])
async def test_who_is_no_nurse_sees_none_of_it(pages: StaffPages, path: str) -> None:
    assert (await pages.get(path, await pages.cookie(Role.COMPLIANCE))).status == 403


async def lost(pages: StaffPages) -> CheckInId:
    """Rosa dropped off in danger and is to be called at once and after two minutes."""
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    after = (timedelta(0), timedelta(minutes=2))
    await pages.records.database.run(lambda tx: callbacks.plan(tx, CONDUCTOR, checkin, rosa, after))
    return checkin


def attempt_in(html: str) -> str:
    found = re.search(r'name="call_back" value="([^"]+)"', html)
    assert found is not None
    return found.group(1)


async def ticked(pages: StaffPages, cookie: str, outcome: str) -> str:
    """The sheet after this tick of the attempt that is next."""
    attempt = attempt_in(await text(pages, "/staff/hand-off", cookie))
    reply = await pages.post("/staff/call-back", [("call_back", attempt), ("outcome", outcome)], cookie)
    assert reply.status in (200, 303)
    return await text(pages, "/staff/hand-off", cookie)


async def test_who_was_lost_in_danger_is_to_be_called_back(pages: StaffPages, nurse: str) -> None:
    await lost(pages)
    html = await text(pages, "/staff/hand-off", nurse)
    for expected in ("Call back now", ROSA.name, ROSA.callback, "Try 1, due"):
        assert expected in html


async def test_a_try_that_nobody_answered_leads_to_the_next(pages: StaffPages, nurse: str) -> None:
    await lost(pages)
    assert "is calling (try 1)" in await ticked(pages, nurse, "attempted")
    html = await ticked(pages, nurse, "no_answer")
    assert "Try 2, due" in html
    assert "1 without an answer" in html


async def test_who_was_reached_is_no_longer_on_the_list(pages: StaffPages, nurse: str) -> None:
    await lost(pages)
    assert "Call back now" not in await ticked(pages, nurse, "reached")


@pytest.mark.parametrize("outcome", ["", "due", "not_needed", "maybe"])
async def test_a_tick_must_say_what_came_of_it(pages: StaffPages, nurse: str, outcome: str) -> None:
    await lost(pages)
    attempt = attempt_in(await text(pages, "/staff/hand-off", nurse))
    reply = await pages.post("/staff/call-back", [("call_back", attempt), ("outcome", outcome)], nurse)
    assert reply.status == 422
    assert "whether somebody answered" in await reply.text()
