"""The patient's way in over HTTP: what the page is told before and after the birth date."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from server.invitation import store
from server.invitation.addresses import MOST_AT_ONCE
from server.invitation.errors import NotClaimed
from server.invitation.link import mint
from server.invitation.routes import COOKIE, Clinic, Greeter, InvitationRoutes
from server.pages.errors import answer_errors
from server.pages.templates import TEMPLATES, Templates
from server.record import patients
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.clock import MovableClock
from server.vocabulary.events import Consent
from server.vocabulary.findings import TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Patient
from tests.services.test_invitation_store import COMMAND, FACTS

KIND = "services"

RIGHT = {"month": 3, "day": 14}
WRONG = {"month": 12, "day": 24}
ANAS_CLINIC = Clinic("Riverside Clinic", "555-0188", "112")


@dataclass
class House:
    """The routes of one clinic, one invited patient, and browsers without cookies of their own."""

    client: TestClient[web.Request, web.Application]
    routes: InvitationRoutes
    token: str
    patient: PatientId
    checkin: CheckInId
    started: list[tuple[Patient, Mapping[Consent, bool]]] = field(default_factory=list)
    locked: list[TriggerHit] = field(default_factory=list)
    address: str = "198.51.100.1"

    async def post(self, path: str, body: object, device: str = "") -> ClientResponse:
        return await self.client.post(path, json=body, cookies={COOKIE: device} if device else {})

    async def claim(self, answer: dict[str, int], device: str = "") -> ClientResponse:
        return await self.post("/api/claim", {"token": self.token, **answer}, device)

    async def device(self) -> str:
        """The cookie of a device that answered right."""
        return (await self.claim(RIGHT)).cookies[COOKIE].value


@pytest.fixture
def may_notice() -> bool:
    """Whether there is anything to notice what voice and face show."""
    return False


@pytest.fixture
async def house(database: Database, clock: MovableClock, tmp_path: Path, may_notice: bool) -> AsyncIterator[House]:
    patient = await database.run(lambda tx: patients.add(tx, COMMAND, FACTS))
    link = await database.run(lambda tx: store.create(tx, COMMAND, patient, "discharge", timedelta(days=1)))

    async def started(who: Patient, allowed: Mapping[Consent, bool]) -> None:
        here.started.append((who, allowed))

    def tell(tx: Transaction, checkin: CheckInId, who: PatientId, hit: TriggerHit) -> None:
        here.locked.append(hit)

    routes = InvitationRoutes(
        database,
        clock,
        Clinic("Hillside Clinic", "555-0199", "911"),
        {"discharge": Greeter("Ana", ANAS_CLINIC)}.__getitem__,
        tell,
        started,
        secure_cookie=True,
        may_notice=may_notice,
        address_of=lambda _: here.address,
    )
    app = web.Application(middlewares=[answer_errors])
    app[TEMPLATES] = templates(tmp_path)
    app.add_routes(routes.routes())
    async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as client:
        here = House(client, routes, link.token, patient, link.checkin)
        yield here


def templates(folder: Path) -> Templates:
    """A page with everything it is given, in place of the real one."""
    (folder / "patient").mkdir()
    (folder / "patient" / "visit.html").write_text("{{ clinic }} {{ nurse_phone }} {{ emergency_number }}")
    return Templates(folder, folder)


async def error_of(response: ClientResponse) -> dict[str, Any]:
    body = await response.json()
    return dict(body["error"])


async def test_the_page_names_the_clinic_and_nobody_else(house: House) -> None:
    page = await house.client.get("/c")
    assert await page.text() == "Hillside Clinic 555-0199 911"


async def test_a_link_says_what_it_is_good_for(house: House) -> None:
    assert await (await house.post("/api/link", {"token": house.token})).json() == {"state": "ready"}
    assert await (await house.post("/api/link", {"token": "?"})).json() == {"state": "unknown"}
    assert await (await house.post("/api/link", {"token": mint(bytes(32))})).json() == {"state": "unknown"}


async def test_the_right_birthday_opens_the_check_in(house: House) -> None:
    reply = await house.claim(RIGHT)
    assert reply.status == 200
    assert await reply.json() == {
        "first_name": "Canary",
        "persona": {"id": "discharge", "name": "Ana"},
        "clinic": "Riverside Clinic",
        "nurse_phone": "555-0188",
        "emergency_number": "112",
        "checkin": house.checkin,
        "status": "invited",
    }


async def test_the_cookie_is_for_this_site_and_no_script(house: House) -> None:
    cookie: SimpleCookie = (await house.claim(RIGHT)).cookies
    attributes = cookie[COOKIE]
    assert (attributes["httponly"], attributes["secure"], attributes["samesite"]) == (True, True, "Strict")
    assert (attributes["path"], attributes["max-age"]) == ("/", "86400")


async def test_a_wrong_birthday_says_how_many_tries_are_left_and_no_name(house: House) -> None:
    reply = await house.claim(WRONG)
    assert reply.status == 403
    error = await error_of(reply)
    assert (error["code"], error["tries_left"], error["retryable"]) == ("wrong_birth_date", 4, True)
    assert error["message"].endswith("You have 4 more tries.")
    assert "Canary" not in await reply.text()
    assert COOKIE not in reply.cookies


async def test_the_fifth_wrong_birthday_locks_and_tells_a_nurse(house: House) -> None:
    for _ in range(5):
        reply = await house.claim(WRONG)
    assert (reply.status, (await error_of(reply))["code"]) == (403, "link_locked")
    assert house.locked == [store.LINK_LOCKED]
    assert await (await house.post("/api/link", {"token": house.token})).json() == {"state": "locked"}


async def test_no_reply_before_the_birthday_tells_unknown_tokens_apart(house: House) -> None:
    replies = [await house.post("/api/claim", {"token": token, **RIGHT}) for token in ("", "?", mint(bytes(32)))]
    assert {reply.status for reply in replies} == {403}
    assert len({await reply.text() for reply in replies}) == 1


@pytest.mark.parametrize(
    ("body", "code", "names"),
    [
        ({"month": 13, "day": 1}, "bad_month", "from 1 to 12"),
        ({"month": "March", "day": 1}, "bad_month", "from 1 to 12"),
        ({"day": 1}, "bad_month", "from 1 to 12"),
        ({"month": 3, "day": 0}, "bad_day", "from 1 to 31"),
        ({"month": 2, "day": 30}, "bad_day", "does not have that day"),
        ({"month": 3, "day": True}, "bad_day", "from 1 to 31"),
    ],
)
async def test_a_bad_field_is_named_with_its_remedy_and_costs_no_try(
    house: House, body: dict[str, object], code: str, names: str
) -> None:
    reply = await house.post("/api/claim", {"token": house.token, **body})
    error = await error_of(reply)
    assert (reply.status, error["code"]) == (422, code)
    assert names in error["message"]
    assert (await error_of(await house.claim(WRONG)))["tries_left"] == 4


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"token": 7}', b'{"token": "' + b"x" * 300 + b'"}', b"\xff"])
@pytest.mark.parametrize("path", ["/api/link", "/api/claim", "/api/start"])
async def test_a_body_that_is_no_request_of_ours_is_refused(house: House, path: str, body: bytes) -> None:
    reply = await house.client.post(path, data=body, headers={"Content-Type": "application/json"})
    assert reply.status == 422


async def test_a_form_of_another_site_is_refused(house: House) -> None:
    reply = await house.client.post("/api/link", data=b'{"token": "x"}', headers={"Content-Type": "text/plain"})
    assert (reply.status, (await error_of(reply))["code"]) == (422, "bad_content_type")


async def test_a_device_resumes_with_its_cookie_alone(house: House) -> None:
    device = await house.device()
    reply = await house.post("/api/resume", {}, device)
    assert (reply.status, (await reply.json())["first_name"]) == (200, "Canary")


@pytest.mark.parametrize("device", ["", "forged", mint(bytes(32))])
async def test_nobody_resumes_without_a_claim(house: House, device: str) -> None:
    reply = await house.post("/api/resume", {}, device)
    assert (reply.status, (await error_of(reply))["code"]) == (401, "link_unknown")


async def test_start_binds_and_begins_the_visit(house: House) -> None:
    device = await house.device()
    reply = await house.post("/api/start", {"camera": False}, device)
    assert (reply.status, await reply.json()) == (200, {})
    assert house.started == [(Patient(house.patient, house.checkin), {"camera": False})]
    taken = await house.claim(RIGHT)
    assert (taken.status, (await error_of(taken))["code"]) == (403, "link_taken")
    assert "on another phone or browser" in (await error_of(taken))["message"]


async def test_start_without_a_claim_starts_nothing(house: House) -> None:
    assert (await house.post("/api/start", {"camera": True})).status == 401
    assert house.started == []


@pytest.mark.parametrize("may_notice", [True])
async def test_voice_and_face_are_allowed_each_by_itself_and_never_by_default(house: House) -> None:
    device = await house.device()
    for said in ({}, {"voice_cues": True}, {"camera_cues": True}):
        assert (await house.post("/api/start", {"camera": True, **said}, device)).status == 200
    nothing = {"camera": True, "voice_cues": False, "camera_cues": False}
    expected = [nothing, {**nothing, "voice_cues": True}, {**nothing, "camera_cues": True}]
    assert [allowed for _, allowed in house.started] == expected


async def test_the_socket_lets_in_a_started_device_only(house: House) -> None:
    device = await house.device()
    request = make_mocked_request("GET", "/api/visit/socket", headers={"Cookie": f"{COOKIE}={device}"})
    with pytest.raises(NotClaimed):
        await house.routes.patient_at(request)
    await house.post("/api/start", {"camera": False}, device)
    assert await house.routes.patient_at(request) == Patient(house.patient, house.checkin)


async def test_of_many_claims_at_once_exactly_one_device_goes_on(house: House) -> None:
    replies = await asyncio.gather(*(house.claim(RIGHT) for _ in range(MOST_AT_ONCE)))
    house.address = "198.51.100.2"
    resumed = [await house.post("/api/resume", {}, reply.cookies[COOKIE].value) for reply in replies]
    assert sorted(reply.status for reply in resumed) == [200] + [401] * (MOST_AT_ONCE - 1)


async def test_one_address_cannot_knock_forever(house: House, clock: MovableClock) -> None:
    for _ in range(MOST_AT_ONCE):
        await house.post("/api/link", {"token": "?"})
    stopped = await house.post("/api/link", {"token": house.token})
    assert (stopped.status, (await error_of(stopped))["code"]) == (429, "too_many_tries")
    clock.move(timedelta(minutes=1))
    assert (await house.post("/api/link", {"token": house.token})).status == 200
