"""The eyes' process: never in the way of the event loop, started again when it dies, and without memory for pictures."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
import psutil
import pytest

from perception.face.child import NICENESS
from perception.face.landmarker import FaceUnavailable
from perception.face.look import Look
from perception.face.picture import Picture
from perception.face.process import EyesState, FaceEyes
from perception.face.session import FaceSession
from perception.face.watch import FACE_CUES
from tests.fakes.faces import astronaut, face_model, film
from tests.fakes.footprint import Footprint
from tests.fakes.memory import holds, open_files
from tests.fakes.waiting import until

KIND = "unit"

INTERVAL = 0.5
"""Seconds of media time between frames: at the slowest pace every one is due."""


@dataclass
class Patient:
    """One patient's camera and what was answered."""

    session: FaceSession
    looks: "asyncio.Queue[Look]"
    clock: "count[int]" = field(default_factory=count)

    @classmethod
    def at(cls, eyes: FaceEyes) -> "Patient":
        looks: asyncio.Queue[Look] = asyncio.Queue()
        return cls(eyes.session(looks.put_nowait), looks)

    def show(self, picture: Picture) -> float:
        at = next(self.clock) * INTERVAL
        self.session.look(picture, at)
        return at

    async def seen(self, picture: Picture) -> Look:
        self.show(picture)
        async with asyncio.timeout(20):
            return await self.looks.get()


@pytest.fixture
def states() -> list[EyesState]:
    return []


@pytest.fixture
async def eyes(states: list[EyesState]) -> AsyncIterator[FaceEyes]:
    opened = FaceEyes(face_model(), on_state=states.append)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return list(film(astronaut(face_model()), [{}] * 6))


def best(look: Look) -> float:
    return max(reading.quality for reading in look.readings)


async def test_a_frame_is_answered_with_its_own_time_and_after_sound(eyes: FaceEyes, pictures: list[Picture]) -> None:
    patient = Patient.at(eyes)
    looks = [await patient.seen(picture) for picture in pictures]
    assert [look.at for look in looks] == pytest.approx([0, 0.5, 1.0, 1.5, 2.0, 2.5])
    assert [reading.cue for reading in looks[-1].readings] == list(FACE_CUES)
    assert looks[-1].presence is not None
    assert looks[-1].presence.faces == 1
    assert best(looks[-1]) == pytest.approx(1)
    assert (patient.session.looked, patient.session.dropped) == (6, 0)
    assert eyes.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, eyes.pid) == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS


async def test_faces_are_unknown_while_the_child_is_gone_and_seen_again_after(
    eyes: FaceEyes, states: list[EyesState], pictures: list[Picture]
) -> None:
    patient, first = Patient.at(eyes), eyes.pid
    assert first is not None
    await patient.seen(pictures[0])
    os.kill(first, signal.SIGKILL)
    fallen = await asyncio.wait_for(patient.looks.get(), 20)
    meanwhile = await patient.seen(pictures[1])
    for look in (fallen, meanwhile):
        assert look.presence is None
        assert {(reading.value, reading.quality) for reading in look.readings} == {(0.0, 0.0)}
    await until(lambda: eyes.state is EyesState.SEEING, 30)
    again = await patient.seen(pictures[2])
    assert again.presence is not None
    assert again.presence.faces == 1
    assert states == [EyesState.SEEING, EyesState.BLIND, EyesState.SEEING]
    assert (eyes.restarts, eyes.pid != first) == (1, True)


async def test_a_child_that_hangs_is_started_again(
    states: list[EyesState], pictures: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perception.face.process._ANSWER_SECONDS", 0.5)
    eyes = FaceEyes(face_model(), on_state=states.append)
    await eyes.start()
    assert eyes.pid is not None
    os.kill(eyes.pid, signal.SIGSTOP)
    patient = Patient.at(eyes)
    assert (await patient.seen(pictures[0])).presence is None
    await until(lambda: states[-1] is EyesState.SEEING, 30)
    assert states == [EyesState.SEEING, EyesState.BLIND, EyesState.SEEING]
    await eyes.close()


@pytest.mark.parametrize("leaves", [False, True], ids=["next frames", "end of the session"])
async def test_nothing_of_a_picture_stays_anywhere(eyes: FaceEyes, pictures: list[Picture], leaves: bool) -> None:
    """A frame may lie in MediaPipe's hands until the next look for a second face, or until the session's end."""
    patient, other = Patient.at(eyes), Patient.at(eyes)
    mark = np.random.default_rng(5).integers(0, 256, (4, 40, 3), np.uint8)
    marked = pictures[0].copy()
    marked[40:44, 20:60] = mark
    assert (await patient.seen(marked)).presence is not None
    assert eyes.pid is not None
    # The search finds what is there: the model's path is on the child's command line.
    assert holds(eyes.pid, [str(face_model()).encode()])
    after = {False: patient, True: other}[leaves]
    {False: lambda: None, True: patient.session.close}[leaves]()
    for picture in pictures[1:4]:
        await after.seen(picture)
    assert not holds(eyes.pid, [row.tobytes() for row in mark])
    pipes = ("pipe:", "socket:", "/dev/null")
    assert {name for name in open_files(eyes.pid) if not name.startswith(pipes)} <= {str(face_model().resolve())}


async def test_the_event_loop_does_none_of_the_looking(eyes: FaceEyes, pictures: list[Picture]) -> None:
    """In processor time, which a busy machine leaves alone; `tests/bench/perception_face.py` measures how late the loop is."""
    patients = [Patient.at(eyes) for _ in range(4)]
    await asyncio.gather(*(patient.seen(pictures[0]) for patient in patients))
    child = psutil.Process(eyes.pid)
    own, other = time.thread_time(), child.cpu_times()
    for picture in pictures * 3:
        await asyncio.gather(*(patient.seen(picture) for patient in patients))
    own, looking = time.thread_time() - own, child.cpu_times()
    frames = len(pictures) * 3 * len(patients)
    assert looking.user + looking.system - other.user - other.system > 0.005 * frames
    assert own < 0.003 * frames


async def test_two_patients_do_not_share_their_usual(eyes: FaceEyes, pictures: list[Picture]) -> None:
    one, other = Patient.at(eyes), Patient.at(eyes)
    for picture in pictures:
        await one.seen(picture)
    assert best(await one.seen(pictures[0])) > 0.5
    assert best(await other.seen(pictures[0])) == 0


async def test_a_closed_session_hears_nothing_and_gives_its_memory_back(
    eyes: FaceEyes, pictures: list[Picture]
) -> None:
    patient, stays = Patient.at(eyes), Patient.at(eyes)
    patient.show(pictures[0])
    patient.session.close()
    patient.show(pictures[1])
    await stays.seen(pictures[0])
    assert patient.looks.empty()
    assert eyes._sessions == [stays.session]


async def test_a_picture_too_small_for_a_face_harms_nobody(eyes: FaceEyes) -> None:
    patient = Patient.at(eyes)
    for shape in ((1, 1, 3), (2, 480, 3), (480, 1, 3)):
        assert best(await patient.seen(np.zeros(shape, np.uint8))) == 0
    assert eyes.restarts == 0


async def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FaceUnavailable, match="nightlight models"):
        await FaceEyes(tmp_path / "face_landmarker.task").start()


async def test_a_damaged_model_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "face_landmarker.task").write_bytes(b"not a model")
    with pytest.raises(FaceUnavailable, match="missing or damaged"):
        await FaceEyes(tmp_path / "face_landmarker.task").start()


async def test_the_library_s_chatter_is_not_passed_on(
    capfd: pytest.CaptureFixture[str], pictures: list[Picture]
) -> None:
    eyes = FaceEyes(face_model())
    await eyes.start()
    await Patient.at(eyes).seen(pictures[0])
    await eyes.close()
    assert capfd.readouterr() == ("", "")


async def test_all_is_given_back(pictures: list[Picture]) -> None:
    before = Footprint.now()
    eyes = FaceEyes(face_model())
    await eyes.start()
    patient = Patient.at(eyes)
    await patient.seen(pictures[0])
    patient.show(pictures[1])
    await eyes.close()
    assert (eyes.state, eyes.pid) == (EyesState.CLOSED, None)
    assert await before.restored() == []
