"""The nurse's console over HTTP: the queue, one patient, answering a page, making a link."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from server.escalation import desk
from server.invitation import store
from server.invitation.link import LinkState
from server.record import audit, checkins
from server.vocabulary import events
from server.vocabulary.findings import CueEvidence, Tier, TriggerHit
from server.vocabulary.principals import Role
from tests.fakes.records import COMPLIANCE, CONDUCTOR, INVITATION, OTTO, ROSA
from tests.fakes.staff_pages import CHEST, StaffPages, staff_pages

KIND = "services"

LOST = TriggerHit("LOST", 1, Tier.EMERGENCY, "")
WOUND = TriggerHit("WOUND_INFECTION", 1, Tier.URGENT, "it looks redderwren")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


@pytest.fixture
async def nurse(pages: StaffPages) -> str:
    return await pages.cookie(Role.NURSE)


async def text(pages: StaffPages, path: str, cookie: str) -> str:
    reply = await pages.get(path, cookie)
    assert reply.status == 200
    return unescape(await reply.text())


def rows(html: str) -> list[tuple[str, str]]:
    """Page and tier of every row that waits for a nurse, top to bottom."""
    return re.findall(r'data-escalation="(\w+)" data-tier="(\w+)"', html)


async def test_an_empty_queue_says_so(pages: StaffPages, nurse: str) -> None:
    html = await text(pages, "/staff/", nurse)
    assert "Nobody needs you right now." in html
    assert rows(html) == []


async def test_the_most_urgent_patient_is_on_top_and_open(pages: StaffPages, nurse: str) -> None:
    otto, rosa = await pages.records.add(OTTO), await pages.records.add(ROSA)
    urgent = await pages.page(otto, await pages.begin(otto), WOUND)
    pages.records.clock.move(timedelta(seconds=48))
    checkin = await pages.begin(rosa)
    emergency = await pages.page(rosa, checkin)
    html = await text(pages, "/staff/", nurse)
    assert rows(html) == [(emergency, "emergency"), (urgent, "urgent")]
    assert f'data-checkin="{checkin}"' in html
    assert "CHEST_PAIN@4" in html
    assert re.findall(r'data-left="[^"]+">([^<]+)<', html)[:2] == ["2:00 left", "1:12 left"]


async def test_the_chart_says_what_to_ask_beside_the_quote_and_escapes_it(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    await pages.page(rosa, checkin)
    html = await (await pages.get("/staff/", nurse)).text()
    assert "<li>when it began</li><li>&lt;b&gt;nitro&lt;/b&gt; taken?</li>" in html


async def test_a_row_says_who_where_why_and_which_number(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    await pages.page(rosa, await pages.begin(rosa))
    html = await text(pages, "/staff/fragments/queue", nurse)
    for expected in (ROSA.name, "in the kitchencanary", CHEST.quote, "Chest pain", ROSA.callback, "Emergency"):
        assert expected in html


async def test_one_patient_is_one_row_however_often_they_ask(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    await pages.page(rosa, checkin, WOUND)
    emergency = await pages.page(rosa, checkin)
    html = await text(pages, "/staff/fragments/queue", nurse)
    assert rows(html) == [(emergency, "emergency")]
    assert "and 1 more" in html


async def test_a_row_leads_to_the_call_the_patient_is_on(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    before = await pages.begin(rosa)
    await pages.records.database.run(lambda tx: checkins.set_connected(tx, CONDUCTOR, before, False))
    lost = await pages.page(rosa, before, LOST)
    pages.records.clock.move(timedelta(seconds=20))
    now = await pages.begin(rosa)
    chest = await pages.page(rosa, now)
    assert rows(await text(pages, "/staff/fragments/queue", nurse)) == [(chest, "emergency")]
    chart = await text(pages, f"/staff/fragments/checkin/{before}", nurse)
    assert f'id="elsewhere" href="/staff/check-ins/{now}"' in chart
    assert "Rosamunda needs a nurse in another call too" in chart
    await pages.post("/staff/claim", [("checkin", now), ("escalation", chest)], nurse)
    assert rows(await text(pages, "/staff/fragments/queue", nurse)) == [(lost, "emergency")]
    assert "elsewhere" not in await text(pages, f"/staff/fragments/checkin/{before}", nurse)


async def test_a_page_past_its_time_is_late(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    await pages.page(rosa, await pages.begin(rosa))
    pages.records.clock.move(timedelta(minutes=2, seconds=7))
    assert ">late 0:07<" in await text(pages, "/staff/fragments/queue", nurse)


async def test_calls_without_a_worry_are_listed_below(pages: StaffPages, nurse: str) -> None:
    rosa, otto = await pages.records.add(ROSA), await pages.records.add(OTTO)
    await pages.begin(rosa)
    await pages.records.order(otto)
    html = await text(pages, "/staff/fragments/queue", nurse)
    calls, invited = html.index("On a call with Ana"), html.index("Invited")
    assert calls < html.index(ROSA.name) < invited < html.index(OTTO.name)


async def test_a_patient_who_dropped_off_is_not_said_to_be_on_a_call(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    await pages.records.database.run(lambda tx: checkins.set_connected(tx, CONDUCTOR, checkin, False))
    queue = await text(pages, "/staff/fragments/queue", nurse)
    assert "On a call with" not in queue
    assert queue.index("Dropped off, not finished") < queue.index(ROSA.name)
    assert "Rosamunda is not connected" in await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)


async def test_a_link_that_ran_out_is_no_longer_listed(pages: StaffPages, nurse: str) -> None:
    await pages.records.order(await pages.records.add(OTTO))
    pages.records.clock.move(timedelta(hours=24))
    fresh = await pages.cookie(Role.NURSE)
    assert OTTO.name not in await text(pages, "/staff/fragments/queue", fresh)


async def test_the_panel_shows_what_was_said_and_marks_why(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(
        rosa,
        events.SpeechHeard(("How are you?",), "How are you?", False, 1.0),
        events.PatientTurn(1, "Well, my chest feels tightcanary.", False, False),
        events.TriggerFired(1, "CHEST_PAIN", 4, Tier.EMERGENCY, "my chest feels tightcanary"),
        events.SentenceGated(2, "I am getting a nurse.", True, "s", "script"),
        events.NegativeFound(1, "FALL", 1, "no"),
        events.ObjectiveClosed("took_medicine", "met", "Yes, at nine", (1,)),
    )
    await pages.page(rosa, checkin)
    html = await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)
    assert "<mark>my chest feels tightcanary</mark>" in html
    assert "How are you?" in html
    assert re.search(r'from-persona pending">.*?I am getting a nurse\.', html, re.DOTALL)
    for expected in (ROSA.address, ROSA.diagnosis, "furocanaryde", "November 23, 1947", "Yes, at nine", "Fall"):
        assert expected in html
    assert "Ana is with Rosamunda" in html


async def test_the_panel_shows_what_voice_and_face_showed_and_calls_it_no_diagnosis(
    pages: StaffPages, nurse: str
) -> None:
    rosa = await pages.records.add(ROSA)
    softer = CueEvidence("trail_off", 133.0, 9.0, 2.0, 2.6, 0.9)
    checkin = await pages.begin(
        rosa,
        events.CueNoticed("trailing_off", 0.61, 134.0, "turn", "hesitation", 0.8, evidence=(softer,)),
        events.CueDisputed("trailing_off", 134.0),
    )
    html = await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)
    card = html[html.index('id="noticed"') :]
    for expected in (
        "2:14",
        "The voice trailed off",
        "Softer at the end",
        "9.0 dB",
        "usual 2.0 dB",
        "2.6 spreads off",
        "+0.9",
    ):
        assert expected in card
    for expected in ("Not a diagnosis", "Draft", "From the voice only.", "The patient says this is not right"):
        assert expected in card


async def test_a_chart_without_anything_noticed_has_no_such_card(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    html = await text(pages, f"/staff/fragments/checkin/{await pages.begin(rosa)}", nurse)
    assert 'id="noticed"' not in html


async def test_words_of_a_patient_never_become_markup(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa, events.PatientTurn(1, "<img src=x onerror=alert(1)>", True, False))
    reply = await pages.get(f"/staff/fragments/checkin/{checkin}", nurse)
    assert "<img" not in await reply.text()


async def test_looking_at_a_patient_is_audited_under_the_nurses_name(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    await text(pages, f"/staff/fragments/checkin/{checkin}", nurse)
    found = await pages.records.database.run(lambda tx: audit.find(tx, COMPLIANCE, patient=rosa))
    seen = {row.action for row in found if row.actor == f"staff:{pages.staff[Role.NURSE].id}"}
    assert seen >= {"patient.read", "journal.read", "checkin.read"}


async def test_a_check_in_nobody_knows_is_not_found(pages: StaffPages, nurse: str) -> None:
    assert (await pages.get("/staff/check-ins/ci_none", nurse)).status == 404


async def test_answering_names_the_nurse_and_tells_the_conductor_once(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    page = await pages.page(rosa, checkin)
    fields = [("checkin", checkin), ("escalation", page)]
    first = await pages.post("/staff/acknowledge", fields, nurse, "application/json")
    again = await pages.post("/staff/acknowledge", fields, nurse, "application/json")
    assert (first.status, again.status) == (204, 204)
    assert [(told.escalation, told.staff.name) for told in pages.answered] == [(page, "Nurse Person")]
    html = await text(pages, "/staff/", nurse)
    assert rows(html) == []
    assert "Being helped" in html
    assert "You answered, not on it yet" in html


async def test_a_page_that_came_in_unseen_stays_open(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    seen = await pages.page(rosa, checkin, WOUND)
    unseen = await pages.page(rosa, checkin)
    await pages.post("/staff/acknowledge", [("checkin", checkin), ("escalation", seen)], nurse)
    assert rows(await text(pages, "/staff/fragments/queue", nurse)) == [(unseen, "emergency")]


async def test_a_page_of_another_check_in_is_not_answered(pages: StaffPages, nurse: str) -> None:
    rosa, otto = await pages.records.add(ROSA), await pages.records.add(OTTO)
    page = await pages.page(rosa, await pages.begin(rosa))
    other = await pages.begin(otto)
    await pages.post("/staff/acknowledge", [("checkin", other), ("escalation", page)], nurse)
    member = pages.staff[Role.NURSE]
    (still,) = await pages.records.database.run(lambda tx: desk.open_pages(tx, member))
    assert (still.id, still.acknowledged_by) == (page, None)


async def test_without_scripts_answering_leads_back_to_the_patient(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    checkin = await pages.begin(rosa)
    page = await pages.page(rosa, checkin)
    reply = await pages.post("/staff/acknowledge", [("checkin", checkin), ("escalation", page)], nurse)
    assert (reply.status, reply.headers["Location"]) == (303, f"/staff/check-ins/{checkin}")


async def test_a_new_link_is_shown_once_and_works(pages: StaffPages, nurse: str) -> None:
    rosa = await pages.records.add(ROSA)
    assert ROSA.name in await text(pages, "/staff/fragments/new-check-in", nurse)
    fields = [("patient", rosa), ("persona", "after-discharge")]
    html = await (await pages.post("/staff/check-ins", fields, nurse, "application/json")).text()
    (link,) = re.findall(r'value="(http[^"]+)"', html)
    address, token = link.split("#")
    assert address == f"{pages.origin}/c"
    state = await pages.records.database.run(lambda tx: store.look(tx, INVITATION, token, None))
    assert state is LinkState.READY
    assert token not in await text(pages, "/staff/", nurse)


@pytest.mark.parametrize(
    ("patient", "persona", "sentence"),
    [("", "after-discharge", "Please choose a patient."), ("pt_1", "stranger", "Please choose a check-in.")],
)
async def test_a_form_with_a_gap_names_it(
    pages: StaffPages, nurse: str, patient: str, persona: str, sentence: str
) -> None:
    fields = [("patient", patient), ("persona", persona)]
    reply = await pages.post("/staff/check-ins", fields, nurse, "application/json")
    assert reply.status == 422
    assert (await reply.json())["error"]["message"] == sentence
