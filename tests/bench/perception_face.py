"""What looking at faces costs, and how fresh it is: processor time and memory of the child, frame in → readings out.

Sessions look at a filmed face at the usual rate, staggered as real ones are, with the pace that load leaves them. Prints
figures and judges nothing: `python -m tests.bench.perception_face [SECONDS]`.
"""

import asyncio
import os
import sys
from dataclasses import dataclass, field
from itertools import cycle
from statistics import quantiles

import psutil

from perception.face.landmarker import Detector, Landmarker
from perception.face.look import Look
from perception.face.picture import Picture
from perception.face.process import FaceEyes
from perception.face.watch import Watch
from tests.fakes.faces import astronaut, face_model, film
from tests.fakes.timing import pause, until
from tests.fakes.waiting import Heartbeat

SESSIONS = (1, 4, 8)
CAMERA = 15.0
"""Frames a second that a camera offers; those that are not due are left alone."""
FILM = 30


@dataclass
class Taken:
    """What came of one number of sessions."""

    fresh: list[float] = field(default_factory=list)
    """Milliseconds."""

    def note(self, look: Look) -> None:
        self.fresh.append(look.took_ms)


async def main(seconds: float) -> None:
    """Run the benchmark and print it."""
    pictures = list(film(astronaut(face_model()), [{}] * FILM))
    print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors; {pictures[0].shape} pictures")
    parts(pictures)
    print(f"\n  {'sessions':>8}{'fps':>7}{'ms/frame':>10}{'core/session':>14}{'RSS MB':>8}", end="")
    print(f"{'p50 ms':>8}{'p95 ms':>8}{'dropped':>9}{'loop late ms':>14}")
    for sessions in SESSIONS:
        await measure(sessions, seconds, pictures)
    print(f"load average after: {os.getloadavg()[0]:.2f}")


def parts(pictures: list[Picture]) -> None:
    """Processor milliseconds of each part, in this process."""
    detector = Detector(face_model())
    landmarker, watch = Landmarker(face_model(), detector), Watch()
    own = psutil.Process()
    sightings = [landmarker.see(picture, at / 5) for at, picture in enumerate(pictures)]
    began = _busy(own)
    for at, picture in enumerate(pictures * 3, start=FILM):
        landmarker.see(picture, at / 5)
    looked = _busy(own)
    for picture in pictures * 3:
        detector.suspects(picture)
    detected = _busy(own)
    for at, sighting in enumerate(sightings * 3, start=FILM):
        watch.step(sighting, at / 5, None)
    stepped = _busy(own)
    frames = 3 * FILM / 1000
    print(f"processor ms a frame: landmarks and detector {(looked - began) / frames:.1f}, ", end="")
    print(f"of these the detector {(detected - looked) / frames:.1f}; cues {(stepped - detected) / frames:.2f}")
    landmarker.close()
    detector.close()


async def measure(sessions: int, seconds: float, pictures: list[Picture]) -> None:
    """One line of the table."""
    eyes, taken = FaceEyes(face_model()), Taken()
    await eyes.start()
    assert eyes.pid is not None
    places = [eyes.session(taken.note) for _ in range(sessions)]
    child, loop = psutil.Process(eyes.pid), asyncio.get_running_loop()

    async def offer(index: int, ends: float) -> None:
        begins = loop.time() + index / CAMERA / sessions
        for count, picture in enumerate(cycle(pictures)):
            await until(begins + count / CAMERA)
            if loop.time() > ends:
                return
            if places[index].due(count / CAMERA + index * 1000):
                places[index].look(picture, count / CAMERA + index * 1000)

    warm = [asyncio.create_task(offer(index, loop.time() + 2)) for index in range(sessions)]
    await asyncio.gather(*warm)
    for place in places:
        place.close()
    places[:] = [eyes.session(taken.note) for _ in range(sessions)]
    taken.fresh.clear()
    began, busy = loop.time(), _busy(child)
    async with Heartbeat() as heartbeat:
        await asyncio.gather(*(offer(index, began + seconds) for index in range(sessions)))
        await pause(0.5)
    busy = _busy(child) - busy
    frames, length = len(taken.fresh), seconds
    cuts = quantiles(taken.fresh, n=20)
    print(f"  {sessions:>8}{frames / length / sessions:>7.1f}{busy * 1000 / frames:>10.1f}", end="")
    print(
        f"{busy / length / sessions:>14.3f}{child.memory_info().rss / 1e6:>8.0f}{cuts[9]:>8.0f}{cuts[18]:>8.0f}", end=""
    )
    print(f"{sum(place.dropped for place in places):>9}{heartbeat.longest * 1000:>14.0f}", flush=True)
    await eyes.close()


def _busy(process: psutil.Process) -> float:
    """Processor seconds so far, all threads."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))
