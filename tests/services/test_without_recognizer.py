"""Without the recognizer's files, and with no network to fetch them, the service runs: patients type and hear the persona."""

from pathlib import Path

from tests.fakes.patient import SimulatedPatient
from tests.fakes.peer import PatientPeer
from tests.fakes.service import Service

KIND = "services"

DEAD = "http://127.0.0.1:9"
"""A proxy that is not there: no download succeeds."""


async def test_a_patient_can_type_and_hear(tmp_path: Path) -> None:
    settings = {
        "NIGHTLIGHT_MODEL_MIRROR": str(tmp_path),
        "NIGHTLIGHT_MODEL_CACHE": str(tmp_path / "cache"),
        "HTTPS_PROXY": DEAD,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
    }
    async with Service(tmp_path / "data", settings) as service:
        parts = (await service.health())["parts"]
        async with SimulatedPatient(service.address, service.link.split("#")[1]) as patient:
            await patient.enter()
            await patient.connect(PatientPeer(microphone=False))
            await patient.until_listening()
            patient.peer.send({"k": "typed", "text": "no"})
            reply = await patient.peer.until(lambda m: m.get("k") == "cap" and m["done"] and "breathing" in m["text"])
            heard = patient.sound()
    assert isinstance(parts, dict)
    assert parts["stt"]["state"] == "missing"
    assert "NIGHTLIGHT_MODEL_MIRROR" in parts["stt"]["what"]
    assert parts["triage"]["state"] == "fallback"
    assert "trouble breathing" in reply["text"]
    assert abs(heard).max() > 1000
