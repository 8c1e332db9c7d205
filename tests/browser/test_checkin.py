"""Whole check-ins in a real browser: what the patient said, what the journal holds, and what the browser played."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.app import load_packs
from server.checkin.thread import Thread
from server.checkin.visit import visit_on
from server.conversation.state import Decision
from server.demo import people
from server.speech.recognizer import Recognizer
from server.speech.voice import VoiceProcess
from tests.browser import visit
from tests.browser.conftest import OpenBrowser
from tests.browser.rehearsal import Rehearsal, rehearse
from tests.browser.sound import transcribe
from tests.fakes.easy_patient import easy_answer
from tests.fakes.service import Service
from tests.fakes.speakers import Speaker

KIND = "browser"

pytestmark = pytest.mark.timeout(600)

LEAD_SECONDS = 6.0
"""From the microphone's start to the persona's first word: the page connects in about a second."""


def answer_to(decision: Decision) -> str:
    return easy_answer(decision.lines[-1].script)


async def rehearsed() -> Rehearsal:
    """The easy patient's whole check-in as one recording."""
    pack = load_packs()["post-discharge"]
    today = datetime.now(UTC).date()  # the demo's people came home two days before it
    maria, _ = people(today)
    thread = Thread(pack, visit_on(maria, pack, today))
    persona = VoiceProcess("flite", "slt")
    async with Speaker("flite", "rms") as patient:
        plan = await rehearse(thread, answer_to, patient, persona, LEAD_SECONDS)
    await persona.close()
    return plan


async def journal(service: Service, checkin: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (await service.command("journal", checkin, "--json")).splitlines()]


def said(entries: list[dict[str, object]], kind: str, field: str) -> str:
    return " ".join(str(entry[field]) for entry in entries if entry["kind"] == kind)


async def test_a_whole_check_in_by_voice(service: Service, open_browser: OpenBrowser, recognizer_folder: Path) -> None:
    plan = await rehearsed()
    checkin, link = await service.new_link()
    async with open_browser(plan.recording) as browser:
        page = await visit.open_patient(browser, link)
        await visit.start_talking(page)
        await visit.record_persona(page)
        await page.wait_for_selector("#screen-goodbye:visible", timeout=(plan.seconds + 60) * 1000)
        captions = " ".join(await visit.captions(page))
        sound = await visit.recorded(page)
    entries = await journal(service, checkin)
    recognizer = Recognizer(recognizer_folder)
    played = await transcribe(recognizer, sound)
    recognizer.close()

    assert entries[-1]["kind"] == "check_in_ended"
    assert entries[-1]["reason"] == "completed"
    print(
        f"word error: patient {visit.word_error(' '.join(plan.answers), said(entries, 'patient_turn', 'text')):.2f}, "
        f"persona {visit.word_error(captions, played):.2f}"
    )
    assert visit.word_error(" ".join(plan.answers), said(entries, "patient_turn", "text")) <= 0.20
    assert visit.word_error(captions, said(entries, "speech_heard", "heard")) == 0.0
    assert visit.word_error(captions, played) <= 0.25
    assert [entry for entry in entries if entry["kind"] == "escalation_requested"] == []
    assert all(entry["allowed"] for entry in entries if entry["kind"] == "sentence_gated")
