"""The real service starts with a page that a former process left: it is sent within seven seconds, before the rest is loaded.

Plain time on the wall, from before the process to the message that has arrived: interpreter, imports and records included.
"""

import asyncio
import base64
import json
from pathlib import Path

import pytest

from server.record.database import Database
from server.vocabulary.clock import SystemClock
from tests.fakes.ladder_child import call
from tests.fakes.receiver import Receiver
from tests.fakes.records import KEY
from tests.fakes.service import Service
from tests.fakes.waiting import until

KIND = "services"

pytestmark = pytest.mark.timeout(180)

SECONDS = 7.0
"""Issue 5: first effect after a restart."""
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()


async def want_nurse(url: str) -> str:
    """What a former process left: a page that nobody has been rung for."""
    database = await Database.open(url, KEY, SystemClock())
    page = await database.run(call)
    await database.close()
    return page


def service_on(url: str, folder: Path, receiver: Receiver) -> Service:
    """The service on these records; whoever catches everything has a webhook."""
    site = folder / "escalation.yaml"
    line = {"channel": "chat", "url": receiver.address.replace("http://", "json://")}
    site.write_text(json.dumps({"catch_all": [line]}))
    site.chmod(0o600)
    settings = {
        "NIGHTLIGHT_DATABASE_URL": url,
        "NIGHTLIGHT_MASTER_KEY": MASTER_KEY,
        "NIGHTLIGHT_ESCALATION": str(site),
    }
    return Service(folder / "data", settings)


async def test_a_page_that_waits_goes_out_first(records_url: str, tmp_path: Path) -> None:
    page = await want_nurse(records_url)
    async with Receiver() as receiver:
        service = service_on(records_url, tmp_path, receiver)
        await service.launch()
        await asyncio.wait_for(receiver.arrived.wait(), 60)
        at, key = receiver.taken[0]
        await service.kill()
    print(f"the first message {at - service.launched:.2f} s after the start")
    assert f":{page}:" in key
    assert at - service.launched <= SECONDS


async def test_a_page_whose_message_was_under_way_goes_out_again(records_url: str, tmp_path: Path) -> None:
    """The lease of the process that died lasts five seconds: the next one sends while it loads the rest of itself."""
    await want_nurse(records_url)
    async with Receiver(answers=False) as receiver:
        service = service_on(records_url, tmp_path, receiver)
        await service.launch()
        await asyncio.wait_for(receiver.arrived.wait(), 60)
        await service.kill()
        before = len(receiver.taken)
        await service.launch()
        await until(lambda: len(receiver.taken) > before, 60)
        at, key = receiver.taken[before]
        await service.kill()
    print(f"the same message {at - service.launched:.2f} s after the start")
    assert key in receiver.keys[:before]
    assert at - service.launched <= SECONDS
