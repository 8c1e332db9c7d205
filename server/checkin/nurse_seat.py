"""A nurse's place at a running check-in: her peer, her buttons, and what becomes of the call when she is gone."""

import asyncio
from collections.abc import Callable
from typing import assert_never

from server.checkin.registry import Registry
from server.checkin.room import NotBegun, Room
from server.media.link import IceServer, LinkState, RemoteCandidate
from server.media.nurse_call import NurseCall
from server.record.access import Permission, require
from server.signaling.candidate import Candidate
from server.signaling.door import Mode, Send
from server.signaling.messages import Back, End, Leave, RoomMessage, Talk
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Staff

GRACE = 5.0
"""Seconds in which her page may come back over a fresh peer before she counts as lost; a page makes one in about one."""


class NurseSeat:
    """Implements signaling's `RoomSeat`."""

    def __init__(self, room: Room, call: NurseCall, hang_up: Callable[[], None]) -> None:
        self._room = room
        self._call = call
        self._hang_up = hang_up
        self._out = False
        self._losing: asyncio.TimerHandle | None = None
        call.on_state = self._link_state

    @property
    def attended(self) -> bool:
        """See `RoomSeat.attended`."""
        return self._room.talks

    async def offer(self, sdp: str, mode: Mode) -> str:
        """See `VisitSeat.offer`."""
        return await self._call.offer(sdp)

    async def candidate(self, candidate: Candidate | None) -> None:
        """See `VisitSeat.candidate`."""
        if candidate is not None:
            await self._call.candidate(RemoteCandidate(candidate.text, candidate.mid, candidate.line))

    async def message(self, message: RoomMessage) -> None:
        """A button was pressed."""
        match message:
            case Talk():
                await self._room.talk()
            case Back():
                await self._room.hand_back()
            case Leave():
                await self._room.leave()
            case End():
                await self._room.end()
            case _:
                assert_never(message)

    async def left(self) -> None:
        """See `RoomSeat.left`: without a word before, she is lost."""
        self._stop_losing()
        try:
            if not self._out:
                self._out = True
                await self._room.lose()
        finally:
            await self._call.close()

    def over(self) -> None:
        """She has no place in the room any more."""
        self._out = True
        self._hang_up()

    def _link_state(self, state: LinkState) -> None:
        self._stop_losing()
        if state == "lost" and not self._out:
            self._losing = asyncio.get_running_loop().call_later(GRACE, self._room.lose)

    def _stop_losing(self) -> None:
        if self._losing is not None:
            self._losing.cancel()
            self._losing = None


class NurseDoor:
    """Implements signaling's `RoomDoor`."""

    def __init__(self, registry: Registry, servers: Callable[[CheckInId], list[IceServer]]) -> None:
        self._registry = registry
        self._servers = servers

    async def enter(self, staff: Staff, checkin: CheckInId, send: Send, hang_up: Callable[[], None]) -> NurseSeat:
        """See `RoomDoor.enter`."""
        require(staff, Permission.ROOM_JOIN, checkin=checkin)
        running = self._registry.running(checkin)
        if running is None:
            raise NotBegun("no such check-in runs in this process")
        seat = NurseSeat(running.checkin.room, NurseCall(running.call.bridge, self._servers(checkin)), hang_up)
        await running.checkin.room.enter(staff, send, seat.over)
        return seat
