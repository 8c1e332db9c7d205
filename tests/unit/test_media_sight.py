"""The patient's picture: the newest frame, small, no more often than asked for, and none once somebody said no."""

import asyncio
from fractions import Fraction

import av
import numpy as np
import pytest

from server.media.sight import LONGEST_EDGE, Sight, small
from tests.fakes.waiting import until

KIND = "unit"

RATE = 90_000


class Wall:
    """The event loop's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def frame(seconds: float, shade: int = 0, width: int = 640, height: int = 360) -> av.VideoFrame:
    made = av.VideoFrame.from_ndarray(np.full((height, width, 3), shade, np.uint8), format="rgb24")
    made.pts = round(seconds * RATE)
    made.time_base = Fraction(1, RATE)
    return made.reformat(format="yuv420p")


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def sight(wall: Wall) -> Sight:
    made = Sight(wall)
    made.begin()
    return made


async def keep_looking(sight: Sight) -> None:
    while True:
        await sight.next()


async def soon(sight: Sight) -> bool:
    """Whether there is a frame to be had."""
    try:
        async with asyncio.timeout(0.2):
            await sight.next()
    except TimeoutError:
        return False
    return True


async def test_nobody_looks_unless_somebody_asked(sight: Sight) -> None:
    sight.offer(frame(0.0))
    assert not await soon(sight)
    assert (sight.received, sight.taken) == (1, 0)


async def test_a_newer_frame_takes_the_place_of_one_that_waits(sight: Sight) -> None:
    sight.look(0.2)
    for shade in (40, 80, 120):
        sight.offer(frame(shade / 40, shade))
    picture = await sight.next()
    assert abs(int(picture.rgb.mean()) - 120) <= 3
    assert not await soon(sight)


async def test_frames_come_no_more_often_than_asked_for(sight: Sight) -> None:
    sight.look(0.2)
    looking = asyncio.create_task(keep_looking(sight))
    for number in range(30):  # two seconds at 15 a second
        sight.offer(frame(number / 15))
        await until(lambda: sight._waiting is None)
    await until(lambda: sight.taken >= 8)
    looking.cancel()
    assert sight.taken <= 10


async def test_a_no_holds_for_the_frame_that_waits_and_for_all_after(sight: Sight) -> None:
    sight.look(0.2)
    sight.offer(frame(0.0))
    sight.look(None)
    sight.offer(frame(1.0))
    assert not await soon(sight)
    assert sight.taken == 0


async def test_a_no_holds_for_a_frame_that_is_being_made_small(sight: Sight) -> None:
    sight.look(0.2)
    sight.offer(frame(0.0))
    asking = asyncio.create_task(soon(sight))
    await asyncio.sleep(0)
    assert sight._waiting is None
    sight.look(None)
    assert not await asking


async def test_the_time_is_the_medias_not_that_of_a_late_arrival(sight: Sight, wall: Wall) -> None:
    sight.look(0.1)
    times = []
    for seconds, late in ((0.0, 0.05), (1.0, 0.0), (2.0, 0.4)):
        wall.now = 100.0 + seconds + late
        sight.offer(frame(seconds))
        times.append((await sight.next()).at)
    assert times == [100.05, 101.0, 102.0]


async def test_a_new_track_has_time_stamps_of_its_own(sight: Sight, wall: Wall) -> None:
    sight.look(0.1)
    sight.offer(frame(50.0))
    await sight.next()
    wall.now += 3
    sight.begin()
    sight.offer(frame(0.0))
    assert (await sight.next()).at == wall.now


@pytest.mark.parametrize(
    ("width", "height", "wanted"), [(640, 360, (270, 480)), (360, 640, (480, 270)), (320, 180, (180, 320))]
)
def test_a_picture_is_made_small_and_never_larger(width: int, height: int, wanted: tuple[int, int]) -> None:
    rgb = small(frame(0.0, 9, width, height))
    assert rgb.shape == (*wanted, 3)
    assert rgb.dtype == np.uint8
    assert max(rgb.shape[:2]) <= LONGEST_EDGE
