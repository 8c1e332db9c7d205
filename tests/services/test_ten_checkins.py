"""Ten check-ins in a row leave memory, threads and open files where the first one left them."""

import re
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

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


async def numbers(service: Service) -> dict[str, float]:
    """What Prometheus reads, without labels: the sum of each number."""
    address = re.search(r"http://\S+/metrics", "\n".join(service.output))
    assert address is not None
    async with aiohttp.ClientSession() as session, session.get(address.group()) as answer:
        told = await answer.text()
    samples = [sample for family in text_string_to_metric_families(told) for sample in family.samples]
    return {name: sum(one.value for one in samples if one.name == name) for name in {one.name for one in samples}}


async def test_ten_check_ins_leave_nothing_behind(tmp_path: Path) -> None:
    async with Speaker() as speaker, Service(tmp_path / "data", {"NIGHTLIGHT_METRICS_PORT": "0"}) as service:
        answer = await speaker.say("No, no chest pain.")
        await check_in(service, answer)
        first = await service.settled()
        for _ in range(9):
            await check_in(service, answer)
        tenth = await service.settled()
        health = await service.health()
        told = await numbers(service)
    assert health["checkins"] == told["nightlight_checkins_running"] == 0
    assert told["nightlight_checkins_started_total"] == told["nightlight_checkins_ended_total"] == 10
    assert told["nightlight_reply_seconds_count"] > 0
    assert told["nightlight_event_loop_lag_seconds_count"] > 0
    assert tenth.threads <= first.threads
    assert tenth.files <= first.files
    assert tenth.megabytes <= first.megabytes + MOST_GROWTH
