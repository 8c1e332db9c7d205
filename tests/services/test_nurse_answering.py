"""What a nurse does with a page over HTTP: see it, be on it, take it over, close it with what came of it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from server.escalation import desk, oncall
from server.pages.staff import cookie_name
from server.record import audit, journal, staff
from server.vocabulary import events
from server.vocabulary.findings import CueEvidence, Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId
from server.vocabulary.principals import Role
from tests.fakes.records import COMMAND, COMPLIANCE, NURSE, ROSA, SIGN_IN
from tests.fakes.staff_pages import StaffPages, staff_pages

KIND = "services"

JSON = "application/json"
WOUND = TriggerHit("WOUND_INFECTION", 1, Tier.URGENT, "it looks redderwren")
NOTE = "call the daughtercanary on monday"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


@pytest.fixture
async def nurse(pages: StaffPages) -> str:
    return await pages.cookie(Role.NURSE)


@pytest.fixture
async def colleague(pages: StaffPages) -> str:
    """Nia Nurse's cookie."""
    member = await pages.records.hire()
    token = await pages.records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, member.id))
    return f"{cookie_name(https=False)}={token}"


async def called(pages: StaffPages, hit: TriggerHit = WOUND) -> tuple[CheckInId, EscalationId]:
    """A nurse is wanted for Rosa."""
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    return checkin, await pages.page(rosa, checkin, hit)


async def do(pages: StaffPages, what: str, fields: list[tuple[str, str]], cookie: str) -> tuple[int, str]:
    """Status, and the sentence of a refusal."""
    reply = await pages.post(f"/staff/{what}", fields, cookie, JSON)
    return reply.status, (await reply.json())["error"]["message"] if reply.status >= 400 else ""


async def page_of(pages: StaffPages, page: EscalationId) -> desk.Escalation:
    return await pages.records.database.run(lambda tx: desk.get(tx, NURSE, page))


async def text(pages: StaffPages, path: str, cookie: str) -> str:
    return unescape(await (await pages.get(path, cookie)).text())


def words(html: str) -> str:
    """Without its markup."""
    return re.sub(r"<[^>]+>", "", html)


async def happened(pages: StaffPages, checkin: CheckInId) -> list[events.Event]:
    return [entry.event for entry in await pages.records.database.run(lambda tx: journal.read(tx, NURSE, checkin))]


def closing(checkin: str, page: str, **changes: str) -> list[tuple[str, str]]:
    """The close sheet, filled in; a change to nothing leaves a field out."""
    fields = {"checkin": checkin, "escalation": page, "asked_911": "not_needed", "outcome": "advised"}
    fields |= {f"worth-{page}": "useful", **{name.replace("PAGE", page): value for name, value in changes.items()}}
    return [(name, value) for name, value in fields.items() if value]


async def test_a_page_before_a_nurse_is_seen_once_and_still_unanswered(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    assert f'data-fresh="{page}"' in await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)
    fields = [("checkin", checkin), ("escalation", page)]
    assert [await do(pages, "seen", fields, nurse) for _ in range(2)] == [(204, ""), (204, "")]
    found = await page_of(pages, page)
    assert (found.state, found.acknowledged_by) == ("seen", None)
    assert "data-fresh" not in await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)
    assert "Seen on a console, nobody has answered" in await text(pages, "/staff/fragments/queue", nurse)
    rows = await pages.records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    assert [row.actor for row in rows if row.action == "page.seen"] == [f"staff:{pages.staff[Role.NURSE].id}"]


async def test_claiming_answers_and_tells_the_conductor_once(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    fields = [("checkin", checkin), ("escalation", page)]
    assert [await do(pages, "claim", fields, nurse) for _ in range(2)] == [(204, ""), (204, "")]
    me = pages.staff[Role.NURSE].id
    found = await page_of(pages, page)
    assert (found.state, found.acknowledged_by, found.claimed_by) == ("claimed", me, me)
    assert [told.escalation for told in pages.answered] == [page]
    pages.records.clock.move(timedelta(seconds=65))
    assert "You are on it for 1:05" in words(await text(pages, "/staff/fragments/queue", nurse))
    chart = await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)
    assert 'id="close"' in chart
    assert 'id="claim"' not in chart
    assert "Nurse Person is on it" in chart


async def test_claiming_after_acknowledging_does_not_tell_the_patient_twice(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    fields = [("checkin", checkin), ("escalation", page)]
    await do(pages, "acknowledge", fields, nurse)
    assert "It rings again unless you say that you are on it." in await text(
        pages, f"/staff/check-ins/{checkin}", nurse
    )
    await do(pages, "claim", fields, nurse)
    assert len(pages.answered) == 1


async def test_a_colleagues_page_is_taken_over_only_after_a_warning(
    pages: StaffPages, nurse: str, colleague: str
) -> None:
    checkin, page = await called(pages)
    fields = [("checkin", checkin), ("escalation", page)]
    await do(pages, "claim", fields, nurse)
    assert await do(pages, "claim", fields, colleague) == (
        409,
        "Nurse Person has this now. If you still want it, choose “Take over”.",
    )
    chart = await text(pages, f"/staff/fragments/checkin/{checkin}", colleague)
    assert 'data-over="Nurse Person"' in chart
    over = re.findall(r'name="over" value="(\w+)"', chart)
    assert over == [pages.staff[Role.NURSE].id]
    assert await do(pages, "claim", [*fields, ("over", over[0])], colleague) == (204, "")
    assert [told.staff.name for told in pages.answered] == ["Nurse Person", "Nia Nurse"]
    assert "Nia Nurse is on it" in await text(pages, "/staff/fragments/queue", nurse)
    rows = await pages.records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    assert "page.taken_over" in [row.action for row in rows]


async def test_a_warning_about_somebody_else_does_not_count(pages: StaffPages, nurse: str, colleague: str) -> None:
    checkin, page = await called(pages)
    fields = [("checkin", checkin), ("escalation", page), ("over", "st_another")]
    await do(pages, "claim", fields, nurse)
    assert (await do(pages, "claim", fields, colleague))[0] == 409
    assert (await page_of(pages, page)).claimed_by == pages.staff[Role.NURSE].id


async def test_a_claimed_page_stays_in_view_until_it_is_closed(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
    pages.records.clock.move(timedelta(hours=13))
    fresh = await pages.cookie(Role.NURSE)
    assert "You are on it for 13 h 00" in words(await text(pages, "/staff/fragments/queue", fresh))
    await do(pages, "close", closing(checkin, page), fresh)
    assert "on it" not in await text(pages, "/staff/fragments/queue", fresh)


async def test_closing_keeps_what_came_of_it_and_nothing_in_the_clear(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
    fields = closing(checkin, page, **{"worth-PAGE": "noise", "noise-PAGE": "misheard", "follow_up": NOTE})
    assert await do(pages, "close", fields, nurse) == (204, "")
    me = pages.staff[Role.NURSE]
    assert (await happened(pages, checkin))[-1] == events.EscalationClosed(
        *(page, Tier.URGENT, "WOUND_INFECTION", 1, me.id, me.name, "not_needed", "advised", "noise", "misheard", NOTE)
    )
    found = await page_of(pages, page)
    assert (found.state, found.closed_by) == ("closed", me.id)
    queue = await text(pages, "/staff/fragments/queue", nurse)
    assert "Closed by Nurse Person" in queue
    assert "Closed in the last 12 hours" in queue
    stored = b"".join(path.read_bytes() for path in pages.records.path.parent.glob("records.db*"))
    assert b"daughtercanary" not in stored
    assert b"misheard" not in stored


async def test_a_page_that_nobody_answered_is_not_closed(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages)
    before = await happened(pages, checkin)
    assert await do(pages, "close", closing(checkin, page), nurse) == (
        409,
        "Nobody has answered this page yet. Choose “I’m on it” first, then close it.",
    )
    assert await happened(pages, checkin) == before
    assert "Choose “I’m on it” first" in await text(pages, f"/staff/fragments/close/{checkin}", nurse)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"asked_911": ""}, "Please say whether 911 was asked about."),
        ({"outcome": "cured"}, "Please choose what came of it."),
        ({"worth-PAGE": ""}, "Please say for each page whether it was useful or noise."),
        ({"worth-PAGE": "noise"}, "Please say why it was noise."),
        ({"escalation": "esc_none"}, "There is no page here to close."),
    ],
)
async def test_a_close_sheet_with_a_gap_names_it_and_closes_nothing(
    pages: StaffPages, nurse: str, changes: dict[str, str], sentence: str
) -> None:
    checkin, page = await called(pages)
    await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
    assert await do(pages, "close", closing(checkin, page, **changes), nurse) == (422, sentence)
    assert (await page_of(pages, page)).state == "claimed"


async def test_a_colleagues_page_is_not_closed_over_their_head(pages: StaffPages, nurse: str, colleague: str) -> None:
    checkin, page = await called(pages)
    await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
    before = await happened(pages, checkin)
    sentence = "A colleague has this page. Choose “Take over” first, then close it."
    assert await do(pages, "close", closing(checkin, page), colleague) == (409, sentence)
    assert await happened(pages, checkin) == before
    assert "A colleague has this." in await text(pages, f"/staff/fragments/close/{checkin}", colleague)
    assert 'id="close"' not in await text(pages, f"/staff/fragments/checkin/{checkin}", colleague)


async def test_the_charge_nurse_closes_what_a_colleague_holds(pages: StaffPages, nurse: str, colleague: str) -> None:
    checkin, page = await called(pages)
    await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
    nia = (await pages.records.database.run(lambda tx: staff.enabled(tx, COMMAND)))["nia@clinic.example"]
    hour = timedelta(hours=1)
    await pages.records.database.run(
        lambda tx: oncall.override(tx, COMMAND, oncall.CHARGE, nia.id, tx.now, tx.now + hour)
    )
    assert 'id="close"' in await text(pages, f"/staff/fragments/checkin/{checkin}", colleague)
    assert await do(pages, "close", closing(checkin, page), colleague) == (204, "")


async def test_an_emergency_in_which_nobody_asked_about_911_stays_open(pages: StaffPages, nurse: str) -> None:
    checkin, page = await called(pages, TriggerHit("CHEST_PAIN", 4, Tier.EMERGENCY, "tight"))
    await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
    assert (await do(pages, "close", closing(checkin, page, asked_911="no"), nurse)) == (
        422,
        "An emergency stays open until 911 was asked about. Ask, or choose “Not needed”.",
    )
    sheet = await text(pages, f"/staff/fragments/close/{checkin}", nurse)
    assert re.findall(r'name="asked_911" value="(\w+)"', sheet) == ["yes", "not_needed"]
    assert (await page_of(pages, page)).state == "claimed"
    assert await do(pages, "close", closing(checkin, page, asked_911="yes"), nurse) == (204, "")


@pytest.mark.parametrize(("tier", "chosen"), [(Tier.URGENT, ["not_needed"]), (Tier.EMERGENCY, [])])
async def test_only_an_emergency_must_say_whether_911_was_asked_about(
    pages: StaffPages, nurse: str, tier: Tier, chosen: list[str]
) -> None:
    checkin, page = await called(pages, TriggerHit("CHEST_PAIN", 4, tier, "tight"))
    await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
    sheet = await text(pages, f"/staff/fragments/close/{checkin}", nurse)
    assert re.findall(r'name="asked_911" value="(\w+)" required checked', sheet) == chosen


async def test_a_verdict_on_something_noticed_stays_beside_it(pages: StaffPages, nurse: str) -> None:
    softer = CueEvidence("trail_off", 133.0, 9.0, 2.0, 2.6, 0.9)
    noticed = events.CueNoticed(
        *("trailing_off", 0.61, 134.0, "turn", "hesitation", 0.8), evidence=(softer,), bias=-0.5, calibration="site-2"
    )
    checkin = await pages.begin(await pages.records.add(ROSA), noticed)
    about = [("checkin", checkin), ("cue", "trailing_off"), ("at", "134.0")]
    assert await do(pages, "judge", [*about, ("verdict", "right")], nurse) == (204, "")
    me = pages.staff[Role.NURSE]
    assert (await happened(pages, checkin))[-1] == events.CueJudged(
        *("trailing_off", 134.0, "hesitation", 0.4, "site-2", "right", me.id, me.name)
    )
    await do(pages, "judge", [*about, ("verdict", "cannot_tell")], nurse)
    chart = await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)
    assert re.findall(r'value="(\w+)" aria-pressed="true"', chart) == ["cannot_tell"]
    assert "Nurse Person on “the voice trailed off”: can’t tell." in chart


async def test_a_verdict_needs_something_to_be_about(pages: StaffPages, nurse: str) -> None:
    checkin = await pages.begin(await pages.records.add(ROSA))
    about = [("checkin", checkin), ("cue", "trailing_off"), ("at", "134.0")]
    assert (await do(pages, "judge", [*about, ("verdict", "right")], nurse))[0] == 404
    assert (await do(pages, "judge", [*about, ("verdict", "maybe")], nurse))[0] == 422


async def test_before_the_first_closing_the_attention_page_says_what_it_will_show(
    pages: StaffPages, nurse: str
) -> None:
    assert "No page has been closed yet." in await text(pages, "/staff/attention", nurse)


async def test_the_attention_page_counts_useful_and_noise_by_trigger(pages: StaffPages, nurse: str) -> None:
    for worth in ({}, {"worth-PAGE": "noise", "noise-PAGE": "known"}, {"worth-PAGE": "noise", "noise-PAGE": "known"}):
        checkin, page = await called(pages)
        await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
        await do(pages, "close", closing(checkin, page, **worth), nurse)
    html = await text(pages, "/staff/attention", nurse)
    for expected in ("Wound infection", "WOUND_INFECTION@1", "33 %", "of 3", "Known, already dealt with (2)"):
        assert expected in html
    assert "1 of 3 useful" in html


async def test_the_attention_page_tells_a_shift_from_what_was_before(pages: StaffPages) -> None:
    for after in (timedelta(hours=20), timedelta(0)):
        nurse = await pages.cookie(Role.NURSE)
        checkin, page = await called(pages)
        await do(pages, "claim", [("checkin", checkin), ("escalation", page)], nurse)
        await do(pages, "close", closing(checkin, page), nurse)
        pages.records.clock.move(after)
    found = [await text(pages, f"/staff/attention?span={span}", nurse) for span in ("shift", "week", "all", "nonsense")]
    assert [re.findall(r"(\d) of \d useful", html) for html in found] == [["1"], ["2"], ["2"], ["2"]]


@pytest.mark.parametrize("what", ["seen", "claim", "close", "judge"])
async def test_who_is_no_nurse_answers_nothing(pages: StaffPages, what: str) -> None:
    cookie = await pages.cookie(Role.COMPLIANCE)
    assert (await do(pages, what, [("checkin", "ci_1")], cookie))[0] == 403
