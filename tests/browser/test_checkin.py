"""Whole check-ins in a real browser: what the patient said, what the journal holds, and what the browser played."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Page

from server.speech.recognizer import Recognizer
from tests.browser import visit
from tests.browser.conftest import OpenBrowser
from tests.browser.microphone import WAITING, speak
from tests.browser.sound import transcribe
from tests.fakes.easy_patient import GOODBYE, asked, easy_answer
from tests.fakes.service import Service
from tests.fakes.speakers import Speaker

KIND = "browser"

pytestmark = pytest.mark.timeout(600)

MOST_ANSWERS = 50


async def talk(page: Page, patient: Speaker) -> list[str]:
    """Answer aloud whatever is asked until the goodbye; what was said."""
    answers: list[str] = []
    while (said := await visit.question(page)) is not None and len(answers) < MOST_ANSWERS:
        answers.append(easy_answer(asked("post-discharge", said)))
        await speak(page, await patient.say(answers[-1]))
        await visit.is_answered(page)
    return answers


async def journal(service: Service, checkin: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (await service.command("journal", checkin, "--json")).splitlines()]


def said(entries: list[dict[str, object]], kind: str, field: str) -> str:
    return " ".join(str(entry[field]) for entry in entries if entry["kind"] == kind)


async def test_a_whole_check_in_by_voice(service: Service, open_browser: OpenBrowser, recognizer_folder: Path) -> None:
    checkin, link = await service.new_link()
    async with Speaker("flite", "rms") as patient, open_browser(None) as browser:
        page = await visit.open_patient(browser, link, WAITING)
        await visit.start_talking(page)
        await visit.record_persona(page)
        answers = await talk(page, patient)
        captions = " ".join(await visit.captions(page))
        sound = await visit.recorded(page)
    entries = await journal(service, checkin)
    recognizer = Recognizer(recognizer_folder)
    played = await transcribe(recognizer, sound)
    recognizer.close()
    of_patient = visit.word_error(" ".join(answers), said(entries, "patient_turn", "text"))
    of_persona = visit.word_error(captions, played)
    print(f"{len(answers)} answers; word error: patient {of_patient:.2f}, persona {of_persona:.2f}")

    assert entries[-1]["kind"] == "check_in_ended"
    assert entries[-1]["reason"] == "completed"
    assert GOODBYE in captions
    assert len(answers) >= 20
    assert of_patient <= 0.20
    assert visit.word_error(captions, said(entries, "speech_heard", "heard")) == 0.0
    assert of_persona <= 0.25
