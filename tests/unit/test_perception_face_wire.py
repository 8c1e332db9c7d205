"""What crosses to the process that looks comes out as it went in; what is no answer is not taken for one."""

import pytest

from perception.face.watch import FACE_CUES, Watch
from perception.face.wire import (
    EndLine,
    FrameLine,
    pack,
    pack_ready,
    pack_refused,
    pack_seen,
    unknown,
    unpack,
    unpack_ready,
    unpack_seen,
)
from tests.fakes.drawn_face import DrawnFace

KIND = "unit"


@pytest.mark.parametrize("line", [FrameLine("3", 1.25, None, 270, 480), FrameLine("3", 1.25, 1.1, 1, 2), EndLine("3")])
def test_a_line_comes_out_as_it_went_in(line: FrameLine | EndLine) -> None:
    assert pack(line).count(b"\n") == 1
    assert unpack(pack(line)) == line


def test_a_frame_s_line_says_how_many_bytes_follow() -> None:
    assert FrameLine("3", 1.25, None, 270, 480).size == 388_800


def test_an_answer_comes_out_as_it_went_in() -> None:
    seen = Watch().step(DrawnFace().seen(), 1 / 3, None)
    assert unpack_seen(pack_seen(seen, 0.0125)) == (seen, 0.0125)


def test_a_frame_may_be_refused() -> None:
    assert unpack_seen(pack_refused()) is None


@pytest.mark.parametrize("line", [b"", b"\n", b"{}", b"null", b"[1]", b'{"at": 1, "readings": [], "presence": []}'])
def test_what_is_no_answer_is_not_taken_for_one(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack_seen(line)
    with pytest.raises(ValueError, match=r".+"):
        unpack_ready(line)


def test_the_first_line_says_what_is_wrong() -> None:
    assert unpack_ready(pack_ready(None)) is None
    assert unpack_ready(pack_ready("no model")) == "no model"


def test_unknown_claims_nothing() -> None:
    readings = unknown(4.0)
    assert [reading.cue for reading in readings] == list(FACE_CUES)
    assert {(reading.at, reading.quality) for reading in readings} == {(4.0, 0.0)}
