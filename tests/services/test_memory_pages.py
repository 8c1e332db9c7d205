"""What staff see of a patient's memory, today and as known on a day, and what they make of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.checkin.remembering import Remembering
from server.memory.facts import Claim
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Role
from tests.fakes.remembered import PACK, proposed, talked
from tests.fakes.staff_pages import StaffPages, staff_pages
from tests.unit.test_memory_records import SICK, SWOLLEN, timeline

KIND = "services"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    async with staff_pages(tmp_path) as pages:
        yield pages


@pytest.fixture
async def rosa(pages: StaffPages) -> PatientId:
    patient = await pages.records.add(SICK)
    await talked(pages.records, patient, *SWOLLEN)
    await Remembering(pages.records.database, {PACK.id: PACK}).take_in_all()
    pages.records.clock.move(timedelta(days=2))
    return patient


async def shown(pages: StaffPages, patient: PatientId, query: str = "") -> str:
    reply = await pages.get(f"/staff/memory/{patient}{query}", await pages.cookie(Role.NURSE))
    assert reply.status == 200
    return await reply.text()


async def test_a_fact_is_shown_with_its_words(pages: StaffPages, rosa: PatientId) -> None:
    html = await shown(pages, rosa)
    assert "Swelling, left ankle" in html
    assert "yes, my left ankle is swollen" in html


async def test_before_it_was_recorded_nothing_was_known(pages: StaffPages, rosa: PatientId) -> None:
    day = pages.records.clock.now().date()
    assert "Nothing is remembered as of that day." in await shown(pages, rosa, f"?on={day - timedelta(days=3)}")
    assert "Swelling, left ankle" in await shown(pages, rosa, f"?on={day - timedelta(days=1)}")


async def test_a_wrong_day_is_refused(pages: StaffPages, rosa: PatientId) -> None:
    reply = await pages.get(f"/staff/memory/{rosa}?on=yesterday", await pages.cookie(Role.NURSE))
    assert reply.status == 400


async def test_a_nurse_confirms_a_proposal_and_deletes_it(pages: StaffPages, rosa: PatientId) -> None:
    claim = Claim(predicate="side_effect", value="yes", aspect="dizzy")
    made = await proposed(pages.records, rosa, claim)
    cookie, path = await pages.cookie(Role.NURSE), f"/staff/memory/{rosa}"
    assert (await pages.post(path, [("fact", made), ("act", "confirm")], cookie)).status == 303
    (fact,) = [one for one in (await timeline(pages.records, rosa)).facts if one.claim.predicate == "side_effect"]
    assert (fact.state, fact.confirmed_by) == ("held", pages.staff[Role.NURSE].id)
    assert (await pages.post(path, [("fact", fact.id), ("act", "forget")], cookie)).status == 303
    assert "side_effect" not in {one.claim.predicate for one in (await timeline(pages.records, rosa)).facts}


@pytest.mark.parametrize(("act", "status"), [("burn", 400), ("reject", 404)])
async def test_what_cannot_be_done_is_refused(pages: StaffPages, rosa: PatientId, act: str, status: int) -> None:
    cookie = await pages.cookie(Role.NURSE)
    reply = await pages.post(f"/staff/memory/{rosa}", [("fact", "mf_none"), ("act", act)], cookie)
    assert reply.status == status


async def test_the_patients_panel_leads_there(pages: StaffPages, rosa: PatientId) -> None:
    checkin = await pages.begin(rosa)
    reply = await pages.get(f"/staff/fragments/checkin/{checkin}", await pages.cookie(Role.NURSE))
    assert f'href="/staff/memory/{rosa}"' in await reply.text()
