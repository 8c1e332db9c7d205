"""Chest pain, said aloud: on the open nurse page within 1.5 s of the words, and still there after `kill -9`."""

import json

import numpy as np
import pytest
from playwright.async_api import Page

from tests.browser import visit
from tests.browser.conftest import OpenBrowser
from tests.fakes.canaries import files_of, leaks
from tests.fakes.service import Service
from tests.fakes.speakers import RATE, Speaker, spaced

KIND = "browser"

pytestmark = pytest.mark.timeout(240)

CHEST = "There is a tight feeling in my chest and it goes down my left arm."
SAID_AT = 9.0
"""Second of the recording: after the greeting has begun."""
_ROW = "[data-tier='emergency'][data-escalation]"
_WATCH_QUEUE = f"""() => {{
  const look = () => {{ if (!window.emergencySince && document.querySelector("{_ROW}")) window.emergencySince = Date.now(); }};
  new MutationObserver(look).observe(document.body, {{ childList: true, subtree: true, attributes: true }});
  look();
}}"""


PRIVATE = (
    "Alvarez",
    "tight feeling",
    "left arm",
    "Oak Street",
    "202-555-0143",
    "water pill, for swelling",
    "CHEST_PAIN",
)
"""Of the patient, her words and what they mean: none of it may stand in the clear in a file or in the log. The names of her
medicines alone do, in the library, which is about nobody."""


async def talk_about_the_chest(page: Page) -> None:
    await visit.start_talking(page)
    await page.wait_for_selector("#escalation:visible", timeout=30_000)


async def test_an_emergency_reaches_the_nurse_and_survives_the_server(
    service: Service, open_browser: OpenBrowser
) -> None:
    async with Speaker("flite", "rms") as speaker:
        words = await speaker.say(CHEST)
    recording = spaced([(SAID_AT, words)], SAID_AT + 60)
    checkin, link = await service.new_link()
    async with open_browser(recording) as phone, open_browser(None) as desk:
        nurse = await visit.open_nurse(desk, service.address)
        await nurse.evaluate(_WATCH_QUEUE)
        patient = await visit.open_patient(phone, link)
        await talk_about_the_chest(patient)
        await nurse.wait_for_selector(_ROW)
        ended = await patient.evaluate("window.microphoneSince") + 1000 * (SAID_AT + len(words) / RATE)
        waited = (await nurse.evaluate("window.emergencySince") - ended) / 1000
        print(f"end of the words to the nurse's open page: {waited:.2f} s")
        await visit.transcript_says(patient, "911", timeout=8)

        await service.kill()
        await visit.connection(patient, "reconnecting")
        await service.start()
        await visit.connection(patient, "connected")
        await visit.transcript_says(patient, "still here")
        await nurse.reload()
        rows = await nurse.locator(_ROW).count()
        quote = await nurse.inner_text("#queue")
    entries = [json.loads(line) for line in (await service.command("journal", checkin, "--json")).splitlines()]

    printed = "\n".join(service.output).encode()

    assert leaks({**files_of(service.data), "printed": printed}, PRIVATE) == []
    assert waited <= 1.5
    assert rows == 1
    assert "Maria" in quote
    assert [entry["kind"] for entry in entries].count("check_in_started") == 2
    assert [entry["kind"] for entry in entries].count("escalation_requested") == 1


async def test_the_nurse_answers_and_the_patient_sees_who_even_after_a_reload(
    service: Service, open_browser: OpenBrowser
) -> None:
    _, link = await service.new_link()
    async with open_browser(np.zeros(RATE, np.int16)) as phone, open_browser(None) as desk:
        nurse = await visit.open_nurse(desk, service.address)
        patient = await visit.open_patient(phone, link)
        await visit.start_talking(patient)
        await patient.click("#type")
        await patient.fill("#typed-text", "I have crushing chest pain")
        await patient.click("#typed-send")
        await nurse.wait_for_selector(_ROW)
        await nurse.click(_ROW)
        await nurse.click("#acknowledge")
        await patient.locator("#escalation", has_text="Denise").wait_for()
        await patient.reload()
        await visit.connection(patient, "connected")
        await patient.locator("#escalation", has_text="Denise").wait_for()
        shown = await patient.inner_text("#escalation")
    assert "Denise" in shown
