"""The eyes: looks at the faces of all sessions in one child process, so that sound is never delayed by vision.

A frame waits in its session until the child is free and is replaced by a newer one; there is never a second one waiting.
A child that dies or hangs is started again; until then every face is unknown. Frames are dropped as soon as they are sent.
"""

import asyncio
import contextlib
import itertools
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import numpy as np

from perception.face import wire
from perception.face.landmarker import FaceUnavailable
from perception.face.look import Look
from perception.face.pace import USUAL, Pace, pace
from perception.face.session import Desk, FaceSession, Waiting

_START_SECONDS = 60.0
"""Longest wait for a child to be ready; it needs 2 s, on a busy machine 10."""
_ANSWER_SECONDS = 5.0
"""Longest wait for one frame; it needs 15 ms, a session's first one 100."""
_PATIENCE = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each new start; the last one again and again."""
_WELL = 60.0
"""Seconds after which a child that dies is not the last one's fault."""
_CHILD = "perception.face.child"
_FALLS = (OSError, EOFError, ValueError, TimeoutError, FaceUnavailable)
"""What a child that died, hangs or will not start comes to."""


class EyesState(StrEnum):
    """Whether faces can be seen."""

    STARTING = "starting"
    SEEING = "seeing"
    BLIND = "blind"
    """The child died or hangs; another start is under way."""
    CLOSED = "closed"


class FaceEyes:
    """Owns the child process."""

    def __init__(
        self, model: Path, *, frames_a_second: float = USUAL, on_state: Callable[[EyesState], None] | None = None
    ) -> None:
        """`on_state` is called on the event loop with every change of `state`."""
        self.state = EyesState.STARTING
        self.restarts = 0
        """How often the child had to be started again."""
        self._model = model
        self._on_state = on_state
        self._desk = Desk(pace(frames_a_second), asyncio.Event())
        self._sessions: list[FaceSession] = []
        self._keys = itertools.count()
        self._process: asyncio.subprocess.Process | None = None
        self._death: asyncio.Task[int] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The child's, None while there is none."""
        return self._process.pid if self._process else None

    @property
    def pace(self) -> Pace:
        """How often each session is looked at now."""
        return self._desk.pace

    async def start(self) -> None:
        """Returns when faces can be looked at; raises `FaceUnavailable`, which says what to do about it."""
        try:
            await self._begin()
        except _FALLS as problem:
            await self._end()
            if isinstance(problem, FaceUnavailable):
                raise
            raise FaceUnavailable("the process that looks at faces does not start; see `nightlight doctor`") from None
        self._task = asyncio.create_task(self._run(), name="face-eyes")

    def session(self, on_look: Callable[[Look], None]) -> FaceSession:
        """A patient to look at; `on_look` is called on the event loop with each answer and must not raise."""
        session = FaceSession(str(next(self._keys)), on_look, self._desk)
        self._sessions.append(session)
        return session

    async def close(self) -> None:
        """End the child; frames still waiting are dropped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._end()
        self._become(EyesState.CLOSED)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        falls, since = 0, loop.time()
        while True:
            try:
                if self._process is None:
                    await asyncio.sleep(_PATIENCE[min(falls, len(_PATIENCE)) - 1])
                    self.restarts += 1
                    await self._begin()
                    since = loop.time()
                await self._serve()
            except _FALLS:
                falls = 1 if loop.time() - since > _WELL else falls + 1
                await self._fall()

    async def _fall(self) -> None:
        await self._end()
        self._become(EyesState.BLIND)
        for session in self._sessions:
            session.lost()

    async def _serve(self) -> None:
        """Wait for work and do it, one frame of each session; raises what a dead child comes to."""
        await self._desk.work.wait()
        self._desk.work.clear()
        if self._process is None or self._process.returncode is not None:
            raise EOFError
        for session in list(self._sessions):
            if session.closed:
                self._sessions.remove(session)
                self._send(wire.pack(wire.EndLine(session.key)))
            elif (frame := session.take()) is not None:
                await self._look(session, frame)

    async def _look(self, session: FaceSession, frame: Waiting) -> None:
        async with asyncio.timeout(_ANSWER_SECONDS):
            answer = wire.unpack_seen(await self._ask(session.key, frame))
        if answer is None:
            session.answer(None)
            return
        seen, took = answer
        self._desk.pace = self.pace.after(took, len(self._sessions), session.dropped_lately())
        session.answer(seen)

    async def _ask(self, key: str, frame: Waiting) -> bytes:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EOFError
        height, width = frame.rgb.shape[:2]
        self._send(wire.pack(wire.FrameLine(key, frame.at, frame.spoke, height, width)))
        self._send(np.ascontiguousarray(frame.rgb).data.cast("B"))
        await process.stdin.drain()
        return await process.stdout.readline()

    def _send(self, data: bytes | memoryview) -> None:
        if self._process is None or self._process.stdin is None:
            raise EOFError
        self._process.stdin.write(data)

    async def _begin(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _CHILD, str(self._model)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # MediaPipe writes about every start there, and would go around the log's own formatter.
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._process = process
        self._death = asyncio.create_task(process.wait(), name="face-child")
        # Wakes `_serve` when the child dies while nobody asks it anything.
        self._death.add_done_callback(lambda _: self._desk.work.set())
        if process.stdout is None:
            raise EOFError
        async with asyncio.timeout(_START_SECONDS):
            problem = wire.unpack_ready(await process.stdout.readline())
        if problem is not None:
            raise FaceUnavailable(problem)
        self._become(EyesState.SEEING)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if self._death is not None:
            await self._death

    def _become(self, state: EyesState) -> None:
        self._desk.seeing = state is EyesState.SEEING
        if state is not self.state:
            self.state = state
            if self._on_state is not None:
                self._on_state(state)
