"""One patient's place at the eyes, without any eyes: which frame waits, and what is answered when nobody looks."""

import asyncio

import numpy as np
import pytest

from perception.face.look import Look
from perception.face.pace import pace
from perception.face.picture import Picture
from perception.face.session import Desk, FaceSession
from perception.face.watch import Watch
from tests.fakes.drawn_face import DrawnFace

KIND = "unit"

PICTURE: Picture = np.zeros((270, 480, 3), np.uint8)


@pytest.fixture
def desk() -> Desk:
    return Desk(pace(), asyncio.Event(), seeing=True)


@pytest.fixture
def looks() -> list[Look]:
    return []


@pytest.fixture
def session(desk: Desk, looks: list[Look]) -> FaceSession:
    return FaceSession("0", looks.append, desk)


async def test_the_newest_frame_wins(session: FaceSession, desk: Desk) -> None:
    for at in (0.0, 0.2, 0.4):
        session.look(PICTURE, at, spoke=0.1)
    frame = session.take()
    assert frame is not None
    assert (frame.at, frame.spoke, session.dropped) == (0.4, 0.1, 2)
    assert session.take() is None
    assert desk.work.is_set()
    assert (session.dropped_lately(), session.dropped_lately()) == (2, 0)


async def test_a_frame_that_is_not_due_is_left_alone(session: FaceSession) -> None:
    session.look(PICTURE, 10.0)
    assert [session.due(at) for at in (9.0, 10.0, 10.033, 10.15, 10.19, 10.3)] == [False] * 4 + [True] * 2
    session.look(PICTURE, 10.033)
    frame = session.take()
    assert frame is not None
    assert (frame.at, session.dropped) == (10.0, 0)


async def test_an_answer_carries_the_frame_s_own_time(session: FaceSession, looks: list[Look]) -> None:
    seen = Watch().step(DrawnFace().seen(), 0.0, None)
    session.look(PICTURE, 3.5)
    session.take()
    session.answer(seen)
    session.answer(seen)
    assert [(look.at, look.presence, look.readings) for look in looks] == [(3.5, seen.presence, seen.readings)]
    assert 0 <= looks[0].took_ms < 10_000


async def test_a_frame_that_is_refused_is_unknown(session: FaceSession, looks: list[Look]) -> None:
    session.look(PICTURE, 3.5)
    session.take()
    session.answer(None)
    assert [(look.at, look.presence) for look in looks] == [(3.5, None)]
    assert (session.looked, session.dropped) == (0, 1)


async def test_frames_are_unknown_while_nobody_looks(session: FaceSession, desk: Desk, looks: list[Look]) -> None:
    desk.seeing = False
    session.look(PICTURE, 1.0)
    assert looks == []  # never from within `look`
    await asyncio.sleep(0)
    assert [(look.at, look.presence) for look in looks] == [(1.0, None)]
    assert session.take() is None


async def test_every_frame_is_either_looked_at_or_dropped(session: FaceSession, looks: list[Look]) -> None:
    session.look(PICTURE, 0.0)
    session.take()
    session.look(PICTURE, 0.2)
    session.lost()
    assert (session.looked, session.dropped) == (0, 2)
    assert [(look.at, look.presence) for look in looks] == [(0.2, None)]


async def test_a_closed_session_hears_nothing(session: FaceSession, desk: Desk, looks: list[Look]) -> None:
    session.look(PICTURE, 0.0)
    session.close()
    session.look(PICTURE, 1.0)
    session.lost()
    assert session.take() is None
    assert looks == []
    assert not session.due(2.0)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((270, 640, 3), np.uint8), np.zeros((270, 480), np.uint8), np.zeros((270, 480, 3), np.float32)],
    ids=["too long", "gray", "not bytes"],
)
async def test_what_is_no_small_picture_is_refused(session: FaceSession, wrong: Picture) -> None:
    with pytest.raises(ValueError, match="picture"):
        session.look(wrong, 0.0)
