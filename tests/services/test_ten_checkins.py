"""Ten check-ins in a row leave memory, threads and open files where the first one left them."""

from pathlib import Path

import pytest

from tests.fakes.patient import SimulatedPatient
from tests.fakes.service import Service
from tests.fakes.speakers import Pcm, Speaker

KIND = "services"

pytestmark = pytest.mark.timeout(400)

MOST_GROWTH = 12.0
"""Megabytes between the first and the tenth; what one check-in uses while it runs is 20 to 25 (research/speech.md §4)."""


async def check_in(service: Service, answer: Pcm) -> None:
    """One short check-in by voice: the patient speaks into the greeting, is answered, and ends it."""
    _, link = await service.new_link()
    async with SimulatedPatient(service.address, link.split("#")[1]) as patient:
        await patient.enter()
        await patient.connect()
        await patient.first_sound_after(0.0)
        ended = await patient.speak(answer)
        await patient.first_sound_after(ended)
        patient.peer.send({"k": "end"})
        await patient.peer.until(lambda message: message.get("k") == "end")


async def test_ten_check_ins_leave_nothing_behind(tmp_path: Path) -> None:
    async with Speaker() as speaker, Service(tmp_path / "data") as service:
        answer = await speaker.say("No, no chest pain.")
        await check_in(service, answer)
        first = await service.settled()
        for _ in range(9):
            await check_in(service, answer)
        tenth = await service.settled()
        health = await service.health()
    assert health["checkins"] == 0
    assert tenth.threads <= first.threads
    assert tenth.files <= first.files
    assert tenth.megabytes <= first.megabytes + MOST_GROWTH
