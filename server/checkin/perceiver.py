"""The check-in's senses as `perception` gives them: voice by the turn and as it runs, faces by the frame, findings five times a
second. Everything costly is done on a worker thread or in the eyes' process; the sound never waits for it.
"""

import asyncio
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from perception.face.look import Look
from perception.face.process import FaceEyes
from perception.face.session import FaceSession
from perception.finding import Finding, Observable
from perception.fusion.absence import Line
from perception.fusion.baseline import VoiceUsual
from perception.fusion.calibration import Calibration
from perception.fusion.mismatch import SaidOk
from perception.fusion.model import EvidenceModel
from perception.reading import Modality, Reading, Word
from perception.session import PerceptionSession
from perception.voice.limits import limits
from perception.voice.stream import VoiceStream
from perception.voice.turn import VoiceTurn, turn_readings
from server.checkin.senses import Sense

_TICK = 0.2
"""Seconds between steps of fusion (research/perception.md section 4: 5 a second)."""
_FULL_SCALE = 32768.0


class Perceiver:
    """Implements `Perception`; one for the process."""

    def __init__(self, model: EvidenceModel, eyes: FaceEyes | None, calibration: Calibration | None = None) -> None:
        """`eyes`: None where faces cannot be looked at; `calibration`: the site's, None for the prior."""
        self._model = model
        self._eyes = eyes
        self._calibration = calibration

    @property
    def eyes_state(self) -> str:
        """Whether faces are looked at right now: a state of the eyes, or `none` where there are none."""
        return self._eyes.state.value if self._eyes is not None else "none"

    @property
    def frames_every(self) -> float:
        """See `Perception.frames_every`: follows the load that the eyes see."""
        return self._eyes.pace.interval if self._eyes is not None else 1.0

    def watch(
        self, found: Callable[[Finding], None], stopped: Callable[[float], None], usual: VoiceUsual | None = None
    ) -> "PatientSenses":
        """See `Perception.watch`."""
        session = PerceptionSession(self._model, self._calibration, self._carried(usual))
        return PatientSenses(self._model, self._eyes, found, stopped, session)

    def _carried(self, usual: VoiceUsual | None) -> VoiceUsual | None:
        """Without what another version of the table may have carried."""
        if usual is None or usual.turns < 1:
            return None
        rows = [row.cue for row in self._model.table.cues if row.carries and row.cue in usual.centers]
        return VoiceUsual(
            usual.turns, {cue: usual.centers[cue] for cue in rows}, {cue: usual.spreads[cue] for cue in rows}
        )


class PatientSenses:
    """Implements `Senses`."""

    def __init__(
        self,
        model: EvidenceModel,
        eyes: FaceEyes | None,
        found: Callable[[Finding], None],
        stopped: Callable[[float], None],
        session: PerceptionSession,
    ) -> None:
        self._session = session
        self._voice = VoiceStream()
        self._face: FaceSession | None = eyes.session(self._looked) if eyes is not None else None
        self._found = found
        self._stopped = stopped
        self._said = model.table.mismatch.said
        self._voiced = limits().pause.voiced
        self._zero: float | None = None
        """The event loop's time at the check-in's second 0; None until anything came."""
        self._window_ended = 0.0
        self._turn_began = 0.0
        self._persona_ended: float | None = None
        self._voiced_at: float | None = None
        self._levels_trusted = False
        self._measured: asyncio.Task[None] | None = None
        self._ticking = asyncio.create_task(self._tick(), name="perceiving")

    def allow(self, sense: Sense, on: bool) -> None:
        """See `Senses.allow`."""
        modality: Modality = "voice" if sense == "voice" else "face"
        if on:
            self._session.allow(modality)
            return
        self._session.withdraw(modality)
        if sense == "voice":
            self._voice.forget()

    def levels(self, trusted: bool) -> None:
        """See `Senses.levels`."""
        self._levels_trusted = trusted

    def sound(self, at: float, samples: npt.NDArray[np.int16], probability: float) -> None:
        """See `Senses.sound`."""
        self._clock(at)
        self._window_ended = at
        self._session.arrived(at)
        if probability >= self._voiced:
            self._voiced_at = at
            self._session.heard(at)
        self._voice.push((samples / np.float32(_FULL_SCALE)).astype(np.float32, copy=False), probability)
        running = self._voice.running() if self._voice.pausing else None
        if running is not None and running.filler:
            self._stopped(running.filler)

    def turn_began(self, at: float) -> None:
        """See `Senses.turn_began`."""
        self._turn_began = at

    def turn_ended(self, at: float, text: str, says_fine: bool) -> None:
        """See `Senses.turn_ended`."""
        latency = None
        if self._persona_ended is not None and self._turn_began > self._persona_ended:
            latency = self._turn_began - self._persona_ended
        self._persona_ended = None
        words = tuple(Word(word, 0.0, 0.0) for word in text.split())
        turn = self._voice.finish(self._window_ended, words, latency, levels_trusted=self._levels_trusted)
        said = SaidOk(text, self._turn_began, at, self._said) if says_fine else None
        if turn is not None:
            self._measured = asyncio.create_task(self._measure(turn, said), name="perceiving-turn")

    def persona_speaks(self, at: float, *, on: bool) -> None:
        """See `Senses.persona_speaks`."""
        self._clock(at)
        self._persona_ended = None if on else at
        self._session.spoken_to(at, on=on)

    def picture(self, at: float, rgb: npt.NDArray[np.uint8]) -> None:
        """See `Senses.picture`."""
        if self._face is not None:
            self._face.look(rgb, at, self._voiced_at)

    def line(self, at: float, *, muted: bool, camera: bool, connected: bool) -> None:
        """See `Senses.line`."""
        self._clock(at)
        self._session.line(Line(muted=muted, camera=camera and self._face is not None))

    def dispute(self, observable: str) -> None:
        """See `Senses.dispute`."""
        self._session.dispute(Observable(observable))

    def voice_usual(self) -> VoiceUsual:
        """See `Senses.voice_usual`."""
        return self._session.voice_usual()

    async def settle(self) -> Sequence[Finding]:
        """See `Senses.settle`."""
        if self._measured is not None:
            await asyncio.shield(self._measured)
        if (now := self._now()) is not None:
            self._session.step(now)
        current = (self._session.current(observable) for observable in Observable)
        return [finding for finding in current if finding is not None and finding.observable is not Observable.ABSENCE]

    async def close(self) -> None:
        """See `Senses.close`."""
        tasks = [task for task in (self._ticking, self._measured) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._face is not None:
            self._face.close()

    async def _measure(self, turn: VoiceTurn, said: SaidOk | None) -> None:
        readings: tuple[Reading, ...] = await asyncio.to_thread(turn_readings, turn)
        self._session.feed(readings)
        self._session.turn(said_ok=said)

    def _looked(self, look: Look) -> None:
        self._session.feed(look.readings)
        if look.presence is not None:
            self._session.presence(look.presence)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            now = self._now()
            if now is None:
                continue
            risen = self._session.step(now)
            hesitates = self._session.current(Observable.HESITATION)  # counts from a lower score than the others
            for finding in dict.fromkeys([*risen, *([hesitates] if hesitates is not None else [])]):
                self._found(finding)

    def _clock(self, at: float) -> None:
        self._zero = asyncio.get_running_loop().time() - at

    def _now(self) -> float | None:
        return asyncio.get_running_loop().time() - self._zero if self._zero is not None else None
