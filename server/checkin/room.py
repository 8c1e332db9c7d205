"""Who of the staff is in one check-in's call: comes in listening, takes the floor, gives it back, goes, or is lost.

What a nurse does becomes true when it is on record, and only then opens or closes a way for sound and pictures. It must never
let anybody listen of whom the patient was not told, and never leave a patient with a floor that nobody has.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, Protocol, assert_never

from server.checkin.journal import Also, RecordsUnavailable
from server.checkin.nurse_words import NurseWords
from server.checkin.setting import Setting
from server.checkin.thread import Thread
from server.conversation.state import Decision
from server.media.peer import PeerCall
from server.record.checkins import EndReason
from server.vocabulary import events as e
from server.vocabulary.errors import ServiceError
from server.vocabulary.principals import Staff

Mode = Literal["empty", "listening", "introducing", "talking"]
Present = Literal["here", "gone", "reads"]
"""How the patient is reached: by sound, not at all, or by captions only."""
State = Literal["listening", "talking", "handed_back", "left", "lost"]
Send = Callable[[Mapping[str, object]], None]
_GIVES = ("listening", "talking")
"""What lets a nurse hear, or be heard."""

INTRODUCED_WITHIN = 8.0
"""Seconds the persona's introduction may take; it is 4 s long. After that the nurse has the floor whatever became of it."""
SILENT_LINE = 4.0
"""Seconds without a packet of a talking nurse's microphone, which sends fifty a second, after which her line counts as cut."""
_LOOK = 0.5
"""Seconds between looks at it."""


class RoomTaken(ServiceError):
    """Another member of staff is in the call."""

    code = "room_taken"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__("another member of staff is in this call")
        self.patient_sees = f"{name} is already in this call."


class NotBegun(ServiceError):
    """There is no call to join."""

    code = "not_begun"
    status = 409
    retryable = True
    patient_sees = "This check-in is not running right now."


class Conductor(Protocol):
    """What a room needs of its check-in."""

    def do(self, name: str, work: Callable[[], Awaitable[None]]) -> "asyncio.Future[None]": ...
    async def hush(self) -> None: ...
    async def emit(self, *events: e.Event, also: Also | None = None) -> None: ...
    async def tell(self, decision: Decision, *first: e.Event, over_patient: bool = True) -> None: ...
    async def end_at_once(
        self, reason: EndReason, ended: Callable[[], Decision], *first: e.Event, also: Also | None = None
    ) -> None: ...


class Room:
    """One check-in's room beside the persona; at most one nurse at a time."""

    def __init__(self, conductor: Conductor, setting: Setting, thread: Thread, call: PeerCall) -> None:
        self._conductor = conductor
        self._setting = setting
        self._thread = thread
        self._call = call
        self._staff: Staff | None = None
        self._send: Send | None = None
        self._mode: Mode = "empty"
        self._patient: Present = "gone"
        self._begun = False
        self._watch: asyncio.Task[None] | None = None
        self._over: Callable[[], None] = lambda: None
        self._words = NurseWords(call, setting.kit)
        call.beside = self._overhear

    # What a nurse does

    @property
    def talks(self) -> bool:
        """Whether a nurse has the floor."""
        return self._mode == "talking"

    @property
    def nurse(self) -> Staff | None:
        """Who has the floor, to whom the patient's words are said."""
        return self._staff if self.talks else None

    async def enter(self, staff: Staff, send: Send, over: Callable[[], None]) -> None:
        """Let a nurse in, to listen; returns when that is on record and the patient's page is told. Raises `ServiceError`.

        `send` tells her page, `over` is called when she has no place in the room any more.
        """
        if not self._begun:
            raise NotBegun("the patient has not been greeted yet")
        if self._staff is not None and self._staff.id != staff.id:
            raise RoomTaken(self._staff.name)
        await self.leave()  # the same nurse in another window
        self._staff, self._send, self._over = staff, send, over
        await self._change("listening")
        if self._mode == "empty":
            self._staff = self._send = None
            raise NotBegun("that she came in could not be put on record")

    async def talk(self) -> None:
        """The nurse takes the floor; the persona introduces her first."""
        if self._mode == "listening" and self._patient == "here":
            await self._change("talking")

    async def hand_back(self) -> None:
        """The persona goes on; the nurse listens."""
        if self._mode in ("introducing", "talking"):
            await self._change("handed_back")

    async def leave(self) -> None:
        """The nurse goes; with the floor, she gives it back first."""
        await self.hand_back()
        await self._change("left")

    def lose(self) -> "asyncio.Future[None]":
        """The nurse is gone without a word."""
        return self._change("lost")

    async def end(self) -> None:
        """The nurse ends the check-in."""
        await self._conductor.do("end", self._end)

    async def _end(self) -> None:
        if (staff := self._staff) is not None and self._mode != "empty":
            change = _event(staff, "left")
            also = self._setting.audited(change, staff)
            await self._conductor.end_at_once("staff_ended", self._thread.ended_by_nurse, change, also=also)

    def _change(self, state: State) -> "asyncio.Future[None]":
        return self._conductor.do("room", lambda: self._step(state))

    async def _step(self, state: State) -> None:
        """One change. What takes something away does so at once; what gives something waits until it is on record."""
        staff = self._staff
        if staff is None or (self._mode == "empty") != (state == "listening"):
            return
        if state != "listening":
            await self._conductor.hush()
        gives = state in _GIVES
        if not gives:
            self._follow(state)
        if not await self._recorded(staff, state) and gives:
            state = "lost"  # whoever cannot be put on record is not let in
            await self._recorded(staff, state)
        decision = self._thread.room(_event(staff, state))
        if gives:
            self._follow(state)
        await self._conductor.tell(decision, over_patient=state != "listening")

    async def _recorded(self, staff: Staff, state: State) -> bool:
        change = _event(staff, state)
        try:
            await self._conductor.emit(change, also=self._setting.audited(change, None if state == "lost" else staff))
        except RecordsUnavailable:
            return False
        return True

    # What came of it

    def note(self, event: e.Event) -> None:
        """Something was recorded."""
        match event:
            case e.CheckInStarted():
                self._begun = True
            case e.ConnectionChanged(state=state):
                self._patient = _present(state)
                self._tell()
            case e.CheckInEnded(reason=reason):
                self._begun = False
                self._out(reason)
            case _:
                return

    def _follow(self, state: State) -> None:
        bridge = self._call.bridge
        match state:
            case "listening":
                self._mode = "listening"
                bridge.listen(on=True)
            case "handed_back":
                self._stop_watching()
                self._mode = "listening"
                bridge.speak(on=False)
                self._words.end()
            case "talking":
                self._mode = "introducing"
                self._stop_watching()
                self._watch = asyncio.create_task(self._watch_floor(), name="room-watch")
            case "left" | "lost":
                self._out(state)
            case _:
                assert_never(state)
        self._tell()

    def _out(self, reason: str) -> None:
        self._stop_watching()
        self._mode = "empty"
        self._call.bridge.listen(on=False)
        self._words.end()
        self._say({"k": "over", "reason": reason})
        self._staff = self._send = None
        over, self._over = self._over, lambda: None
        over()

    # The floor

    def said(self) -> None:
        """The persona has nothing more to say: where it was introducing the nurse, the floor is hers."""
        if self._mode == "introducing":
            self._mode = "talking"
            self._call.bridge.speak(on=True)
            if self._staff is not None:
                self._words.begin(self._staff.name)
            self._tell()

    async def _watch_floor(self) -> None:
        """See that the introduction ends, and that a nurse with the floor can be heard."""
        loop = asyncio.get_running_loop()
        latest, heard, since = loop.time() + INTRODUCED_WITHIN, -1, loop.time()
        while True:
            await asyncio.sleep(_LOOK)
            now, count = loop.time(), self._call.bridge.nurse.heard
            if count != heard:
                heard, since = count, now
            if self._mode == "introducing" and now >= latest:
                self.said()
            if self._mode == "talking" and now - since >= SILENT_LINE:
                self._change("lost")
                return

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    # What the nurse's page is told

    def _tell(self) -> None:
        self._say({"k": "room", "mode": self._mode, "patient": self._patient})

    def _overhear(self, message: Mapping[str, object]) -> None:
        if message.get("k") in ("cap", "you"):
            self._say(message)

    def _say(self, message: Mapping[str, object]) -> None:
        if self._send is not None:
            self._send(message)

    async def close(self) -> None:
        """Whoever is in the room has to go: there is no call any more."""
        staff, watch = self._staff, self._watch
        if staff is not None:
            self._out("over")
            await self._recorded(staff, "lost")
        await self._words.close()
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)


def _event(staff: Staff, state: State) -> e.RoomChanged:
    return e.RoomChanged(staff.id, staff.name, state)


def _present(state: str) -> Present:
    match state:
        case "connected" | "reconnected":
            return "here"
        case "typing_only":
            return "reads"
        case _:
            return "gone"
