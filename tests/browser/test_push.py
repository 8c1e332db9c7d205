"""A browser whose console is closed is rung: the worker shows what a push service delivers, and a click opens the console."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from server.demo import STAFF
from tests.browser.house import House

KIND = "browser"

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

NURSE = STAFF[0][0]
TEXT = {"title": "Nightlight EMERGENCY", "body": "Page 4821AB. Open the console.", "tag": "4821AB"}
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/staff/");
  return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
}"""


async def test_what_a_push_service_delivers_is_shown_while_no_console_is_open(house: House) -> None:
    nurse = await house.staff(NURSE)
    await nurse.context.grant_permissions(["notifications"], origin=house.service.address)
    await expect(nurse.locator("#push")).to_be_visible()
    session = await nurse.context.new_cdp_session(nurse)
    registered: asyncio.Queue[str] = asyncio.Queue()

    def note(event: dict[str, list[dict[str, str]]]) -> None:
        for worker in [one for one in event["registrations"] if one["scopeURL"].endswith("/staff/")]:
            registered.put_nowait(worker["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    await session.send("ServiceWorker.enable")
    registration = await asyncio.wait_for(registered.get(), 10)
    await nurse.goto("about:blank")
    about = {"origin": house.service.address, "registrationId": registration, "data": json.dumps(TEXT)}
    await session.send("ServiceWorker.deliverPushMessage", about)
    await nurse.goto(f"{house.service.address}/staff/hand-off")
    await nurse.wait_for_function(f"({SHOWN})().then((shown) => shown.length > 0)")
    assert await nurse.evaluate(SHOWN) == [TEXT]
