"""As many check-ins at once as the machine carries; who dropped off makes room for who is there."""

from pathlib import Path

from tests.fakes.patient import SimulatedPatient
from tests.fakes.service import Service

KIND = "services"


async def seated(patient: SimulatedPatient) -> None:
    """Link, birth date, Start, and the persona's first sound."""
    await patient.enter()
    await patient.connect()
    await patient.first_sound_after(0.0)


async def arrival(service: Service) -> SimulatedPatient:
    _, link = await service.new_link()
    return SimulatedPatient(service.address, link.split("#")[1])


async def test_one_seat(tmp_path: Path) -> None:
    settings = {"NIGHTLIGHT_MAX_CHECKINS": "1", "NIGHTLIGHT_END_OF_TURN_MODEL": "false"}
    async with Service(tmp_path / "data", settings) as service:
        async with await arrival(service) as first, await arrival(service) as second:
            await seated(first)
            await second.enter()
            refused = await second.refusal()
        async with await arrival(service) as third:
            await seated(third)
            taken = (await service.health())["checkins"]
    assert refused["code"] == "all_seats_taken"
    assert refused["retryable"] is True
    assert taken == 1
