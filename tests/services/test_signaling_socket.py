"""The visit's socket over a real connection: who gets in, what passes, and who is cut off."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer

from server.pages.errors import answer_errors
from server.signaling.candidate import Candidate, CandidatePolicy
from server.signaling.door import Mode, Send, VisitSeat
from server.signaling.ice import IceSettings
from server.signaling.line import QUEUE_LENGTH, CloseCode
from server.signaling.messages import PageMessage, Typed
from server.signaling.socket import VisitSocket
from server.vocabulary.clock import MovableClock
from server.vocabulary.errors import NotPermitted, ServiceError
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Patient
from tests.unit.offers import CHROME_VOICE

KIND = "services"

CANDIDATE = {"candidate": "candidate:1 1 udp 7 8.8.4.4 50000 typ host", "sdpMid": "0", "sdpMLineIndex": 0}
INNER = CANDIDATE | {"candidate": "candidate:1 1 udp 7 10.0.0.1 50000 typ host"}
END = {"type": "candidate", "candidate": None}


class NoRoom(ServiceError):
    """The far side refuses an offer."""

    code = "no_room"
    patient_sees = "We are full."


@dataclass
class Seat:
    """Keeps what reached it, in order, and waits for nothing."""

    send: Send
    heard: list[object] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None

    async def offer(self, sdp: str, mode: Mode) -> str:
        self.heard.append((mode, sdp.count("a=candidate")))
        return "v=0 answer"

    async def candidate(self, candidate: Candidate | None) -> None:
        self.heard.append(candidate and candidate.address)

    async def text_only(self) -> None:
        raise NoRoom("no more room")

    async def message(self, message: PageMessage) -> None:
        self.heard.append(message)
        self.send({"k": "you", "text": "ok"})

    async def left(self) -> None:
        self.gone.set()


class BrokenSeat(Seat):
    """Fails the way nobody foresaw."""

    async def message(self, message: PageMessage) -> None:
        raise RuntimeError("a patient's words")


class Door:
    """Gives every page the kind of seat the test wants."""

    def __init__(self, seat: type[Seat]) -> None:
        self.seat = seat
        self.seats: list[Seat] = []
        self.closed_for: set[CheckInId] = set()

    async def enter(self, patient: Patient, send: Send) -> VisitSeat:
        for _ in self.closed_for & {patient.checkin}:
            raise NotPermitted("closed")
        self.seats.append(self.seat(send))
        return self.seats[-1]


async def resume(request: web.Request) -> Patient:
    checkins = {"phone": CheckInId("ci_1"), "tablet": CheckInId("ci_1"), "other": CheckInId("ci_2")}
    try:
        return Patient(PatientId("pt_1"), checkins[request.cookies["device"]])
    except KeyError:
        raise NotPermitted("no such device") from None


@dataclass
class House:
    """The socket's server, its door and a browser."""

    door: Door
    sockets: VisitSocket
    client: TestClient[web.Request, web.Application]

    async def open(self, device: str = "phone", origin: str | None = None) -> ClientWebSocketResponse:
        ours = str(self.client.make_url("")).rstrip("/")
        headers = {"Origin": origin or ours, "Cookie": f"device={device}"}
        return await self.client.ws_connect("/api/visit/socket", headers=headers)

    async def enter(self, device: str = "phone") -> ClientWebSocketResponse:
        """Open and read the first message."""
        page = await self.open(device)
        assert (await page.receive_json())["type"] == "ice"
        return page


@pytest.fixture
async def house(clock: MovableClock) -> AsyncIterator[House]:
    door = Door(Seat)
    ice = IceSettings(stun=("stun:stun.example.org",))
    sockets = VisitSocket(door, resume, ice, CandidatePolicy(), clock)
    app = web.Application(middlewares=[answer_errors])
    app.router.add_get("/api/visit/socket", sockets.serve)
    async with TestClient(TestServer(app)) as client:
        yield House(door, sockets, client)


async def said(page: ClientWebSocketResponse, *messages: Mapping[str, object]) -> list[dict[str, Any]]:
    """Send these and return the answers up to the echo of a typed word."""
    for message in (*messages, {"k": "typed", "text": "over"}):
        await page.send_json(message)
    answers: list[dict[str, Any]] = []
    while {"k": "you", "text": "ok"} not in answers:
        answers.append(await page.receive_json(timeout=5))
    return answers[:-1]


async def close_code(page: ClientWebSocketResponse) -> int | None:
    """Read until the server closes."""
    async for _ in page:
        pass
    return page.close_code


async def test_the_first_message_names_the_ice_servers(house: House) -> None:
    page = await house.open()
    assert await page.receive_json() == {"type": "ice", "servers": [{"urls": ["stun:stun.example.org"]}]}


@pytest.mark.parametrize(("device", "origin"), [("nobody", None), ("phone", "https://elsewhere.example")])
async def test_strangers_stay_out(house: House, device: str, origin: str | None) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await house.open(device, origin)
    assert refused.value.status == 403
    assert house.door.seats == []


async def test_an_offer_is_guarded_and_answered(house: House) -> None:
    page = await house.enter()
    assert await said(page, {"type": "offer", "sdp": CHROME_VOICE, "mode": "voice"}) == [
        {"type": "answer", "sdp": "v=0 answer"}
    ]
    assert house.door.seats[0].heard[0] == ("voice", 0)


async def test_a_hostile_offer_never_reaches_the_visit(house: House) -> None:
    page = await house.enter()
    [error] = await said(page, {"type": "offer", "sdp": "v=0\r\n", "mode": "voice"})
    assert (error["type"], error["code"]) == ("error", "offer_refused")
    assert house.door.seats[0].heard == [Typed(k="typed", text="over")]


async def test_only_allowed_candidates_pass(house: House) -> None:
    page = await house.enter()
    trickle = [{"type": "candidate", "candidate": fields} for fields in (CANDIDATE, INNER)]
    assert await said(page, *trickle, END) == []
    assert house.door.seats[0].heard[:-1] == ["8.8.4.4"]


async def test_the_end_of_candidates_passes_when_none_was_dropped(house: House) -> None:
    page = await house.enter()
    await said(page, {"type": "candidate", "candidate": CANDIDATE}, END)
    assert house.door.seats[0].heard[:-1] == ["8.8.4.4", None]


async def test_an_error_of_the_visit_is_told_and_the_line_stays(house: House) -> None:
    page = await house.enter()
    assert await said(page, {"type": "text_only"}) == [
        {"type": "error", "code": "no_room", "message": "We are full.", "retryable": False}
    ]


async def test_a_bad_message_is_logged_once_and_never_ends_the_visit(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    page = await house.enter()
    assert await said(page, {"k": "typed", "text": ""}, {"k": "typed"}, {"k": "from the future"}) == []
    assert caplog.text.count("visit_message_refused reason=bad_fields") == 1


async def test_a_newer_page_replaces_the_older_politely(house: House) -> None:
    older = await house.enter("phone")
    newer = await house.open("tablet")
    assert (await older.receive_json())["code"] == "replaced"
    assert await close_code(older) == CloseCode.REPLACED
    assert (await newer.receive_json())["type"] == "ice"
    assert [seat.gone.is_set() for seat in house.door.seats] == [True, False]


async def test_another_check_in_is_left_alone(house: House) -> None:
    first = await house.enter("phone")
    await house.enter("other")
    assert await said(first) == []


async def test_a_page_that_leaves_frees_its_seat(house: House) -> None:
    page = await house.enter()
    await said(page)
    await page.close()
    await asyncio.wait_for(house.door.seats[0].gone.wait(), 5)


async def test_a_closed_door_says_why(house: House) -> None:
    house.door.closed_for.add(CheckInId("ci_1"))
    page = await house.enter()
    assert (await page.receive_json())["code"] == "not_permitted"
    assert await close_code(page) == CloseCode.NOT_LET_IN


async def test_a_visit_that_ended_closes_after_its_last_words(house: House) -> None:
    page = await house.enter()
    await said(page)
    house.door.seats[0].send({"k": "end", "reason": "completed"})
    house.sockets.hang_up(CheckInId("ci_1"))
    assert await page.receive_json() == {"k": "end", "reason": "completed"}
    assert await close_code(page) == CloseCode.VISIT_OVER


async def test_the_application_closes_every_page_when_it_stops(house: House) -> None:
    pages = [await house.enter("phone"), await house.enter("other")]
    closing = asyncio.create_task(house.sockets.close())
    assert [await close_code(page) for page in pages] == [CloseCode.GOING_AWAY] * 2
    await closing
    assert all(seat.gone.is_set() for seat in house.door.seats)


async def flood(page: ClientWebSocketResponse, message: Mapping[str, object], times: int) -> list[str]:
    """Send the same message many times; the codes of the errors up to the close."""
    for _ in range(times):
        await page.send_json(message)
    return [frame.json()["code"] async for frame in page if frame.type is WSMsgType.TEXT and "code" in frame.json()]


@pytest.mark.parametrize(
    ("message", "times"),
    [({"k": "page", "visible": True}, 100), ({"type": "offer", "sdp": CHROME_VOICE, "mode": "voice"}, 25)],
    ids=["messages", "offers"],
)
async def test_a_page_that_sends_too_fast_is_cut_off(house: House, message: Mapping[str, object], times: int) -> None:
    page = await house.enter()
    assert await flood(page, message, times) == ["too_fast"]
    assert page.close_code == CloseCode.TOO_FAST
    await asyncio.wait_for(house.door.seats[0].gone.wait(), 5)


async def test_a_message_of_more_than_64_kib_closes_the_line(house: House) -> None:
    page = await house.enter()
    await page.send_str("x" * (64 * 1024 + 1))
    assert await close_code(page) == 1009
    await asyncio.wait_for(house.door.seats[0].gone.wait(), 5)


async def test_a_page_that_does_not_read_is_cut_off_without_holding_anybody_up(house: House) -> None:
    await house.enter()
    seat = house.door.seats[0]
    for _ in range(QUEUE_LENGTH + 1):
        seat.send({"k": "cap", "text": "x" * 60_000})
    await asyncio.wait_for(seat.gone.wait(), 5)


async def test_an_unforeseen_failure_frees_the_seat_and_tells_no_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.door.seat = BrokenSeat
    page = await house.enter()
    await page.send_json({"k": "nurse"})
    assert await close_code(page) == CloseCode.FAILED
    assert house.door.seats[0].gone.is_set()
    assert "visit_socket_failed checkin=ci_1 error=RuntimeError" in caplog.text
    assert "words" not in caplog.text
