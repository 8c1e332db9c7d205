"""What perception costs a check-in, and how fresh it is: N patients who talk and are filmed, at the pace of their media.

Each is fed as the listener and the camera feed it: a window of sound every 32 ms, a frame five times a second, a turn every few
seconds. Freshness of the voice: the turn is over → what it showed can be used; of the face: a frame is handed over → its
readings are fed. Voice activity is the listener's and not counted; neither is what the patients themselves cost, which a run
in which nobody listens to them shows. Prints figures and judges nothing.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import numpy as np
import numpy.typing as npt
import psutil

from perception.face.look import Look
from perception.face.process import FaceEyes
from perception.face.session import FaceSession
from perception.fusion.model import EvidenceModel
from perception.fusion.table import load_table
from perception.voice.measuring import WINDOW
from perception.voice.spectrum import RATE
from server.checkin.perceiver import Perceiver
from server.checkin.senses import Senses
from tests.bench.perception_voice import turn
from tests.fakes.faces import astronaut, face_model, film
from tests.fakes.patients_voice import Planted
from tests.fakes.timing import pause
from tests.fakes.waiting import Heartbeat

SESSIONS = (1, 4, 8)
SECONDS = 20.0
WARMING = 7.0
"""Seconds of a first patient, one turn and more: what is loaded with the first use is no patient's cost."""
TURN = 6.0
"""Seconds of each turn of the patient's; the persona's are left out, so this is the most that talking can cost."""


@dataclass
class Taken:
    """Milliseconds of freshness."""

    voice: list[float] = field(default_factory=list)
    face: list[float] = field(default_factory=list)


class TimedEyes(FaceEyes):
    """Notes how long each frame took until its readings were fed."""

    taken = Taken()

    def session(self, on_look: Callable[[Look], None]) -> FaceSession:
        def looked(look: Look) -> None:
            on_look(look)
            self.taken.face.append(look.took_ms)

        return super().session(looked)


async def main(_turns: int) -> None:
    """Run the benchmark and print it."""
    said, pictures = turn(TURN), list(film(astronaut(face_model()), [{}] * 30))
    print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
    print(f"{SECONDS:.0f} s each; cores are processor time a session (voice and fusion here, face in its own process)")
    print(f"\n  {'sessions':>8}{'camera':>8}{'voice core':>12}{'face core':>11}", end="")
    print(f"{'voice p50':>11}{'p95 ms':>8}{'face p50':>10}{'p95 ms':>8}{'loop late ms':>14}")
    for camera in (False, True):
        for sessions in SESSIONS:
            await _measure(sessions, said, pictures if camera else [])
    print(f"load average after: {os.getloadavg()[0]:.2f}")


class _Deaf:
    """Senses that take what they are given and do nothing: what is left is the cost of the patients."""

    def sound(self, at: float, samples: npt.NDArray[np.int16], probability: float) -> None: ...
    def picture(self, at: float, rgb: npt.NDArray[np.uint8]) -> None: ...
    def turn_ended(self, at: float, text: str, says_fine: bool) -> None: ...
    async def settle(self) -> None: ...
    async def close(self) -> None: ...


async def _measure(sessions: int, said: Planted, pictures: list[np.ndarray]) -> None:
    eyes = TimedEyes(face_model())
    eyes.taken = taken = Taken()
    await eyes.start()
    perceiver = Perceiver(EvidenceModel(load_table()), eyes if pictures else None)

    def every() -> float:
        return perceiver.frames_every

    await _patient(_watched(perceiver, pictures), said, pictures, 0.0, WARMING, Taken(), every)
    taken.face.clear()
    child = psutil.Process(eyes.pid)
    async with Heartbeat() as heart:
        harness, _ = await _used([_Deaf() for _ in range(sessions)], said, pictures, Taken(), child, every)
        heart.longest = 0.0
        watching = [_watched(perceiver, pictures) for _ in range(sessions)]
        own, face = await _used(watching, said, pictures, taken, child, every)
    await eyes.close()
    cores = ((own - harness) / SECONDS / sessions, (face if pictures else 0.0) / SECONDS / sessions)
    print(f"  {sessions:>8}{'on' if pictures else 'off':>8}{cores[0]:>12.3f}{cores[1]:>11.3f}", end="")
    print(
        f"{_at(taken.voice, 50):>11}{_at(taken.voice, 95):>8}{_at(taken.face, 50):>10}{_at(taken.face, 95):>8}", end=""
    )
    print(f"{heart.longest * 1000:>14.0f}", flush=True)


async def _used(
    patients: Sequence["Senses | _Deaf"],
    said: Planted,
    pictures: list[np.ndarray],
    taken: Taken,
    child: psutil.Process,
    every: Callable[[], float],
) -> tuple[float, float]:
    """Processor seconds of this process and of the eyes' for so many patients at once."""
    own, face = time.process_time(), sum(child.cpu_times()[:2])
    offsets = [at / len(patients) for at in range(len(patients))]
    each = zip(patients, offsets, strict=True)
    await asyncio.gather(*(_patient(one, said, pictures, at, SECONDS, taken, every) for one, at in each))
    return time.process_time() - own, sum(child.cpu_times()[:2]) - face


def _watched(perceiver: Perceiver, pictures: list[np.ndarray]) -> Senses:
    senses = perceiver.watch(lambda finding: None, lambda seconds: None)
    for sense in ("voice", "camera") if pictures else ("voice",):
        senses.allow(sense, on=True)
    senses.line(0.0, muted=False, camera=bool(pictures), connected=True)
    return senses


async def _patient(
    senses: "Senses | _Deaf",
    said: Planted,
    pictures: list[np.ndarray],
    offset: float,
    seconds: float,
    taken: Taken,
    every: Callable[[], float],
) -> None:
    """`every`: seconds until the next picture."""
    sound = (said.sound * 32767).astype(np.int16)
    loop, frames = asyncio.get_running_loop(), cycle(pictures)
    began, due = loop.time() - offset * 0.2, 0.0
    windows = cycle(range(len(sound) // WINDOW))
    for count in range(int(seconds * RATE / WINDOW)):
        at = count * WINDOW / RATE
        await pause(max(0.0, began + at - loop.time()))
        window = next(windows)
        senses.sound(at, sound[window * WINDOW : (window + 1) * WINDOW], float(said.probabilities[window]))
        if pictures and at >= due:
            due += every()
            senses.picture(at, next(frames))
        if window == len(sound) // WINDOW - 1:
            taken.voice.append(await _end_turn(senses, at))
    await senses.close()


async def _end_turn(senses: "Senses | _Deaf", at: float) -> float:
    """Milliseconds until what the turn showed can be used."""
    began = time.perf_counter()
    senses.turn_ended(at, "well I took some of them", says_fine=False)
    await senses.settle()
    return (time.perf_counter() - began) * 1000


def _at(values: list[float], percent: float) -> str:
    return f"{np.percentile(values, percent):.0f}" if values else "-"
