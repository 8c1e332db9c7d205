"""Senses that find what a test tells them to, and remember what they were given."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from perception.finding import AbsenceKind, Evidence, Finding, Observable
from perception.fusion.baseline import VoiceUsual
from perception.reading import Cue
from server.checkin.senses import Sense

SOFTER = Evidence(Cue.TRAIL_OFF, 1.0, 3.0, 9.0, 2.0, 2.6, 0.9)
SLOWER = Evidence(Cue.RESPONSE_LATENCY, 0.5, 2.5, 0.9, -0.4, 2.2, 1.1)
QUICKER = Evidence(Cue.ARTICULATION_RATE, 1.0, 3.0, 4.4, 4.2, -0.3, -0.2)


def finding(
    observable: Observable, score: float, at: float, *evidence: Evidence, absence: AbsenceKind | None = None
) -> Finding:
    """One as perception gives it."""
    return Finding(
        observable=observable,
        at=at,
        score=score,
        confidence=0.8,
        freshness=0.1,
        bias=-3.0,
        evidence=evidence,
        modalities=frozenset(one.cue.modality for one in evidence if one.contribution >= 0.7),
        model="00112233",
        calibration="prior",
        absence=absence,
    )


@dataclass
class ScriptedSenses:
    """Implements `Senses`."""

    found: Callable[[Finding], None]
    stopped: Callable[[float], None]
    """The voice has stopped on a filler of so many seconds."""
    allowed: dict[Sense, bool] = field(default_factory=dict)
    levels_kept: bool = False
    windows: int = 0
    voiced: int = 0
    turns: list[tuple[str, bool]] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    speaks: list[bool] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    lines: list[tuple[bool, bool, bool]] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    next_turn: list[Finding] = field(default_factory=list)
    """What the next turn shows."""
    usual: VoiceUsual = field(default_factory=lambda: VoiceUsual(0, {}, {}))
    """What was learned so far; at first what the check-in came with."""
    hangs: bool = False
    breaks: bool = False
    closed: bool = False

    def allow(self, sense: Sense, on: bool) -> None:
        self.allowed[sense] = on

    def levels(self, trusted: bool) -> None:
        self.levels_kept = trusted

    def sound(self, at: float, samples: npt.NDArray[np.int16], probability: float) -> None:
        assert samples.shape == (512,)
        if self.breaks:
            raise ValueError("senses that fail")
        self.windows += 1
        self.voiced += probability >= 0.5

    def turn_began(self, at: float) -> None:
        self.began.append(at)

    def turn_ended(self, at: float, text: str, says_fine: bool) -> None:
        self.turns.append((text, says_fine))

    def persona_speaks(self, at: float, *, on: bool) -> None:
        self.speaks.append(on)

    def picture(self, at: float, rgb: npt.NDArray[np.uint8]) -> None:
        self.pictures.append(at)

    def line(self, at: float, *, muted: bool, camera: bool, connected: bool) -> None:
        self.lines.append((muted, camera, connected))

    def dispute(self, observable: str) -> None:
        self.disputed.append(observable)

    def voice_usual(self) -> VoiceUsual:
        return self.usual

    async def settle(self) -> Sequence[Finding]:
        if self.breaks:
            raise ValueError("senses that fail")
        if self.hangs:
            await asyncio.Event().wait()
        shown, self.next_turn = self.next_turn, []
        return shown

    async def close(self) -> None:
        self.closed = True


class ScriptedPerception:
    """Implements `Perception`."""

    def __init__(self) -> None:
        self.frames_every = 0.2
        self.patients: list[ScriptedSenses] = []

    def watch(
        self, found: Callable[[Finding], None], stopped: Callable[[float], None], usual: VoiceUsual | None
    ) -> ScriptedSenses:
        self.patients.append(ScriptedSenses(found, stopped, usual=usual or VoiceUsual(0, {}, {})))
        return self.patients[-1]

    @property
    def patient(self) -> ScriptedSenses:
        """The newest."""
        return self.patients[-1]
