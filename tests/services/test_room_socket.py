"""The socket of a nurse who joins, over a real connection: who gets in, what passes, and who is cut off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from server.checkin.room import RoomTaken
from server.record import staff as accounts
from server.signaling.candidate import Candidate, CandidatePolicy
from server.signaling.door import Mode, Send
from server.signaling.ice import IceSettings
from server.signaling.line import CloseCode
from server.signaling.messages import RoomMessage
from server.signaling.room_socket import RoomSocket
from server.vocabulary.clock import MovableClock
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Role, Staff
from tests.fakes.records import NOON
from tests.fakes.staff_pages import StaffPages, staff_pages
from tests.fakes.waiting import until
from tests.unit.offers import CHROME_VIDEO

KIND = "services"

PATH = "/staff/check-ins/ci_1/room"


@dataclass
class Seat:
    """Keeps what reached it."""

    staff: Staff
    send: Send
    hang_up: Callable[[], None]
    heard: list[object] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    attended: bool = False

    async def offer(self, sdp: str, mode: Mode) -> str:
        self.heard.append((mode, sdp.count("m=")))
        return "v=0 answer"

    async def candidate(self, candidate: Candidate | None) -> None:
        self.heard.append(candidate)

    async def message(self, message: RoomMessage) -> None:
        self.heard.append(message.k)
        self.send({"k": "room", "mode": "talking", "patient": "here"})

    async def left(self) -> None:
        self.gone.set()


@dataclass
class Door:
    """Gives every nurse a seat, but in one check-in."""

    seats: list[Seat] = field(default_factory=list)

    async def enter(self, staff: Staff, checkin: CheckInId, send: Send, hang_up: Callable[[], None]) -> Seat:
        for _ in {CheckInId("ci_taken")} & {checkin}:
            raise RoomTaken("Otto Other")
        self.seats.append(Seat(staff, send, hang_up))
        return self.seats[-1]


@dataclass
class House:
    """Staff pages with a room behind them."""

    pages: StaffPages
    door: Door
    rooms: RoomSocket

    async def open(self, role: Role = Role.NURSE, path: str = PATH, origin: str = "") -> ClientWebSocketResponse:
        cookie = await self.pages.cookie(role)
        headers = {"Cookie": cookie, "Origin": origin or self.pages.origin}
        return await self.pages.client.ws_connect(path, headers=headers)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    door = Door()
    ice = IceSettings(stun=("stun:stun.example.org",))
    rooms = RoomSocket(door, ice, CandidatePolicy(), MovableClock(NOON))
    async with staff_pages(tmp_path, extra=rooms.add_routes) as pages:
        yield House(pages, door, rooms)


async def closed_with(page: ClientWebSocketResponse) -> int | None:
    while (await page.receive()).type is WSMsgType.TEXT:
        pass
    return page.close_code


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COMPLIANCE])
async def test_only_nurses_come_in(house: House, role: Role) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await house.open(role)
    assert refused.value.status == 403
    assert house.door.seats == []


async def test_nobody_comes_in_without_a_session_or_from_another_site(house: House) -> None:
    with pytest.raises(WSServerHandshakeError) as stranger:
        await house.pages.client.ws_connect(PATH, headers={"Origin": house.pages.origin, "Accept": "application/json"})
    with pytest.raises(WSServerHandshakeError) as elsewhere:
        await house.open(origin="https://elsewhere.example")
    assert (stranger.value.status, elsewhere.value.status) == (401, 403)
    assert house.door.seats == []


async def test_offers_are_guarded_and_buttons_passed_on(house: House) -> None:
    page = await house.open()
    assert (await page.receive_json())["type"] == "ice"
    await page.send_json({"type": "offer", "sdp": CHROME_VIDEO, "mode": "video"})
    assert await page.receive_json() == {"type": "answer", "sdp": "v=0 answer"}
    await page.send_json({"type": "offer", "sdp": "v=0\r\nnothing of ours", "mode": "video"})
    assert (await page.receive_json())["code"] == "offer_refused"
    for kind in ("talk", "unheard_of", "back", "end", "leave"):
        await page.send_json({"k": kind})
    for _ in range(4):
        assert (await page.receive_json())["mode"] == "talking"
    seat = house.door.seats[0]
    assert seat.heard == [("video", CHROME_VIDEO.count("m=")), "talk", "back", "end", "leave"]
    assert seat.staff.name == "Nurse Person"
    await page.close()
    await asyncio.wait_for(seat.gone.wait(), 5)


async def test_a_taken_room_says_who_is_in_it(house: House) -> None:
    page = await house.open(path="/staff/check-ins/ci_taken/room")
    assert (await page.receive_json())["type"] == "ice"
    refused = await page.receive_json()
    assert refused["message"] == "Otto Other is already in this call."
    assert await closed_with(page) == CloseCode.NOT_LET_IN


async def test_a_page_that_sends_too_fast_is_cut_off(house: House) -> None:
    page = await house.open()
    for _ in range(100):
        await page.send_json({"k": "unheard_of"})
    assert await closed_with(page) == CloseCode.TOO_FAST
    await asyncio.wait_for(house.door.seats[0].gone.wait(), 5)


async def test_the_door_hangs_up_and_a_shutdown_closes_what_is_open(house: House) -> None:
    first, second = await house.open(), await house.open()
    for page in (first, second):
        await page.receive_json()
    await until_seated(house, 2)
    house.door.seats[0].hang_up()
    await house.rooms.close()
    codes = {await closed_with(first), await closed_with(second)}
    assert codes == {CloseCode.VISIT_OVER, CloseCode.GOING_AWAY}


async def test_who_is_signed_out_is_out_of_the_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.signaling.room_socket.ASK_AGAIN_S", 0.05)
    cookie = await house.pages.cookie(Role.NURSE)
    page = await house.pages.client.ws_connect(PATH, headers={"Cookie": cookie, "Origin": house.pages.origin})
    await page.receive_json()
    await until_seated(house, 1)
    token = cookie.split("=", 1)[1]
    await house.pages.records.database.run(lambda tx: accounts.close_session(tx, token))
    assert await closed_with(page) == CloseCode.NOT_LET_IN
    await asyncio.wait_for(house.door.seats[0].gone.wait(), 5)


async def until_seated(house: House, count: int) -> None:
    await until(lambda: len(house.door.seats) == count)
