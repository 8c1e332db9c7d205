"""What a patient allows to be noticed, sees while it is, and can take back; with the real service, its eyes included."""

import pytest
from playwright.async_api import Page

from tests.browser import visit
from tests.browser.house import House

KIND = "browser"

pytestmark = [pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

TITLE = "What I noticed"


async def consents(house: House, checkin: str) -> list[tuple[str, bool]]:
    entries = await house.journal(checkin)
    return [(entry["what"], entry["allowed"]) for entry in entries if entry["kind"] == "consent_changed"]


async def light(page: Page) -> tuple[str, str | None]:
    button = page.locator("#noticed-open")
    return await page.inner_text("#cues-words"), await button.get_attribute("data-on")


async def test_nothing_is_measured_unless_the_patient_says_yes(house: House) -> None:
    checkin, link = await house.service.new_link()
    page = await house.patient(link)
    assert await page.is_visible("#may-voice")
    assert not await page.is_visible("#may-camera")
    await visit.start_talking(page)
    assert await light(page) == (TITLE, "false")
    assert await consents(house, checkin) == [
        ("ai_talk", True),
        ("camera", False),
        ("voice_cues", False),
        ("camera_cues", False),
    ]


async def test_voice_and_face_are_allowed_each_by_itself_and_taken_back_in_the_call(house: House) -> None:
    checkin, link = await house.service.new_link()
    page = await house.patient(link)
    await page.click("#preview-toggle")
    await page.wait_for_selector("#may-camera:visible")
    await page.check("#may-camera-yes")
    await visit.start_talking(page)
    await page.wait_for_selector("#noticed-open[data-on=true]")
    assert await light(page) == ("Camera cues on", "true")
    await page.click("#noticed-open")
    await page.wait_for_selector("#noticed[open]")
    assert await page.is_visible("#noticed-none")
    await page.click("#allow-camera")
    await page.click("#allow-voice")
    await page.click("#noticed-close")
    assert await light(page) == ("Voice cues on", "true")
    await page.wait_for_selector("#mute:visible")
    assert (await consents(house, checkin))[-2:] == [("camera_cues", False), ("voice_cues", True)]


async def test_a_camera_that_is_off_is_not_said_to_be_looked_at(house: House) -> None:
    _, link = await house.service.new_link()
    page = await house.patient(link)
    await page.click("#preview-toggle")
    await page.wait_for_selector("#may-camera:visible")
    await page.check("#may-camera-yes")
    await visit.start_talking(page)
    await page.wait_for_selector("#noticed-open[data-on=true]")
    await page.click("#camera")
    await page.wait_for_selector("#noticed-open[data-on=false]")
    assert await light(page) == (TITLE, "false")


async def test_who_types_sees_the_panel_too(house: House) -> None:
    _, link = await house.service.new_link()
    page = await house.patient(link)
    await visit.start_typing(page)
    await page.click("#noticed-open")
    await page.wait_for_selector("#noticed[open]")
    assert await page.inner_text("#noticed-title") == TITLE
    assert "not a medical finding" in await page.inner_text("#noticed")
