"""The check-in about medicines by voice, from its greeting to its goodbye; the one after discharge is in `tests/browser`."""

import json
from pathlib import Path

import pytest

from tests.fakes.easy_patient import GOODBYE, asked, easy_answer, prepare
from tests.fakes.patient import SimulatedPatient
from tests.fakes.service import Service
from tests.fakes.speakers import Speaker

KIND = "services"

pytestmark = pytest.mark.timeout(600)

PERSONA = "medication-check-in"
MOST_TURNS = 40


async def talk(patient: SimulatedPatient, speaker: Speaker) -> int:
    """Answer every question until the goodbye; how many were answered."""
    await patient.until_listening()
    for turn in range(MOST_TURNS):
        if GOODBYE in patient.captions()[-1]:
            return turn
        ended = await patient.speak(await speaker.say(easy_answer(asked(PERSONA, patient.captions()[-1]))))
        await patient.first_sound_after(ended)
        await patient.until_listening()
    raise AssertionError(f"no goodbye after {MOST_TURNS} answers: {patient.captions()[-1]}")


async def test_a_whole_check_in_about_medicines(tmp_path: Path) -> None:
    prepare(PERSONA)
    async with Speaker("flite", "rms") as speaker, Service(tmp_path / "data") as service:
        checkin, link = await service.new_link("Maria", PERSONA)
        async with SimulatedPatient(service.address, link.split("#")[1]) as patient:
            await patient.enter()
            await patient.connect()
            turns = await talk(patient, speaker)
            await patient.peer.until(lambda message: message.get("k") == "end")
        entries = [json.loads(line) for line in (await service.command("journal", checkin, "--json")).splitlines()]
    closed = {entry["objective"]: entry["status"] for entry in entries if entry["kind"] == "objective_closed"}
    assert entries[-1]["reason"] == "completed"
    assert turns >= 15
    assert closed["EMERGENCY_SCREEN"] == closed["MEDICINES"] == closed["MEDICINE_PLAN"] == "met"
    assert [entry for entry in entries if entry["kind"] == "escalation_requested"] == []
    assert all(entry["allowed"] for entry in entries if entry["kind"] == "sentence_gated")
