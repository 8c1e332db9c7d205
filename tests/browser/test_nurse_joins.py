"""A nurse joins a patient's call, each in a browser of their own: they hear and see each other, and the persona is silent."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import visit
from tests.browser.conftest import OpenBrowser
from tests.browser.levels import NOT_HEARD, hears, hears_no_more, humming, listen, strength
from tests.fakes.service import Service

KIND = "browser"

pytestmark = pytest.mark.timeout(240)

PATIENT, NURSE = 440.0, 700.0
"""Pitches in hertz of the two microphones."""


async def picture_moves(page: Page, video: str) -> None:
    """Wait until a picture is shown, then until it has changed."""
    await expect(page.locator(video)).to_have_attribute("data-live", "true", timeout=20_000)
    await expect(page.locator(video)).to_be_visible()


async def test_a_nurse_joins_by_voice_and_video_and_hands_back(service: Service, open_browser: OpenBrowser) -> None:
    checkin, link = await service.new_link()
    async with open_browser(None) as phones, open_browser(None) as desks:
        patient = await visit.open_patient(phones, link, humming(PATIENT))
        await visit.start_talking(patient)
        await visit.transcript_says(patient, "Hello Maria", 60)
        nurse = await visit.open_nurse(desks, service.address, humming(NURSE))
        await nurse.click(f"#queue [data-checkin={checkin}]")

        await nurse.click("#join")
        await expect(nurse.locator("#room-mode")).to_have_text("Listening", timeout=20_000)
        await expect(patient.locator("#nurse-title")).to_have_text("Denise Carter is listening", timeout=20_000)
        await listen(nurse, "room-sound")
        await listen(patient, "persona-audio")
        await hears(nurse, PATIENT)
        assert await strength(patient, NURSE) < NOT_HEARD
        await visit.transcript_says(patient, "A nurse, Denise Carter, is listening now.")

        await patient.click("#camera")
        await picture_moves(nurse, "#room-patient")
        await nurse.click("#room-camera")
        await nurse.keyboard.press("t")
        await expect(nurse.locator("#room-mode")).to_have_text("You are talking", timeout=20_000)
        await expect(patient.locator("#nurse-title")).to_have_text("Denise Carter is here with you", timeout=20_000)
        await hears(patient, NURSE)
        await hears(nurse, PATIENT)
        await picture_moves(patient, "#nurse-picture")
        before = await visit.captions(patient)
        assert before[-1].startswith("Your nurse, Denise Carter, is here with you now.")

        await patient.click("#type")
        await visit.write(patient, "I feel a bit better now")
        await expect(nurse.locator("#transcript")).to_contain_text("I feel a bit better now")
        assert await visit.captions(patient) == before

        await nurse.keyboard.press("b")
        await expect(nurse.locator("#room-mode")).to_have_text("Listening")
        await visit.transcript_says(patient, "Denise Carter asked me to go on with you.")
        await hears_no_more(patient, NURSE)
        await expect(patient.locator("#nurse-title")).to_have_text("Denise Carter is still listening", timeout=20_000)

        await nurse.keyboard.press("x")
        await expect(nurse.locator("#room-hint")).to_have_text("You left. Ana is with Maria.")
        await expect(patient.locator("#nurse-note")).to_be_hidden()
        await hears_no_more(nurse, PATIENT)
